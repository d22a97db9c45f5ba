import { describe, expect, it } from 'vitest'
import { marksOf, orderedLines } from './plan'

const line = (id: string, rest = {}) => ({ organisation: { id, kind: 'municipality' as const, name: id }, mine: false, latest: '2022-03-26T22:59:59Z', done: false, ...rest })

describe('the plan', () => {
  it('shows our own line first, then those that something is wrong with, those that are done last', () => {
    const lines = [line('Bø', { done: true }), line('Alta'), line('Åmot', { warning: 'meets_too_late' }), line('Ål', { mine: true, done: true }), line('Vang', { warning: 'no_dates' })]
    expect(orderedLines(lines as never).map(({ organisation }) => organisation.id)).toEqual(['Ål', 'Åmot', 'Alta', 'Vang', 'Bø'])
  })

  it('places what is to come between now and the deadline', () => {
    const marks = marksOf({
      now: '2022-03-20T12:00:00Z', abilities: [],
      steps: [{ kind: 'freeze', done: true, latest: '2022-03-21T12:00:00Z' }, { kind: 'committee', level: 'strategic', done: false, warning: 'no_meeting' }, { kind: 'submit', done: false, latest: '2022-03-30T12:00:00Z' }],
      parties: [line('Alta', { ownMeeting: '2022-03-25' }), line('Bø', { ownMeeting: '2022-03-01', warning: 'meeting_passed' }), line('Vang', { ownMeeting: '2022-04-20', warning: 'meets_too_late' })] as never,
    })
    expect(marks.map(({ key, at }) => [key, Math.round(at * 10)])).toEqual([['submit', 10], ['Alta', 5]])
  })
})
