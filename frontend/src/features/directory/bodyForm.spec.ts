import { describe, expect, it } from 'vitest'
import { bodyFaults, bodyFormOf, bodyInput, newMember } from './bodyForm'

const body = {
  id: 'b', level: 'strategic' as const, name: 'SSU', ended: false, version: 3, setAt: '2022-01-01T00:00:00Z', setBy: 'Siri',
  members: [
    { accountId: 'a', name: 'Kari', organisationId: 'k-1', organisation: 'Byen', part: 'voting' as const, chairs: [{ from: '2021-01-01', to: '2021-12-31' }, { from: '2023-01-01' }] },
    { name: 'Per', organisation: 'Brukerutvalget', part: 'speaking' as const, chairs: [] },
  ],
}

describe('the form of a body', () => {
  it('gives back what it was filled with', () => {
    const { level, name, ended, version, members } = body
    expect(bodyInput(bodyFormOf(body))).toEqual({ level, name, ended, version, members })
  })

  it('names what is missing', () => {
    const form = bodyFormOf()
    form.members = [newMember(), { ...newMember(), name: 'Kari', organisationId: 'k-1' }, { ...newMember(), name: 'Per', organisation: 'KS', chairs: [{ from: '2022-02-01', to: '2022-01-01' }] }]
    expect(bodyFaults(form)).toEqual(['name', 0, 2])
  })
})
