import { describe, expect, it } from 'vitest'
import { meetingFaults, meetingFormOf, meetingInput } from './meetingForm'

const meeting = {
  id: 'm', community: { id: 'agder', kind: 'health_community' as const, name: 'Agder' }, body: { id: 'b', level: 'strategic' as const, name: 'SSU' }, members: [],
  startsAt: '2022-03-28T07:30:00Z', papersDue: '2022-03-21T22:59:59Z', place: 'Teams', state: 'called' as const, remarks: [], version: 2, abilities: [],
  cases: [
    { id: 'c', number: 1, title: '', response: { id: 'r', kind: 'joint' as const, owner: { id: 'agder', kind: 'health_community' as const, name: 'Agder' }, state: 'approval' as const } },
    { id: 'd', number: 2, title: 'Eventuelt' },
  ],
}

describe('the form of a meeting', () => {
  it('shows times in Norway and gives them back, on both sides of the change to summer time', () => {
    expect(meetingInput(meetingFormOf(meeting))).toEqual({
      bodyId: 'b', startsAt: '2022-03-28T09:30', papersDue: '2022-03-21', place: 'Teams', version: 2,
      cases: [{ id: 'c', responseId: 'r', title: '' }, { id: 'd', title: 'Eventuelt' }],
    })
  })

  it('names what is missing', () => {
    const form = { ...meetingFormOf(), day: '2022-03-28', cases: [{ responseId: '', title: ' ' }, { responseId: 'r', title: '' }] }
    expect(meetingFaults(form)).toEqual(['bodyId', 'time', 'papersDue', 0])
  })
})
