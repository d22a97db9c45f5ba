import { describe, expect, it } from 'vitest'
import { changesBetween } from './changes'
import { anAnswer, aParty, aPosition, aResponse } from './testing/builders'

describe('what others did meanwhile', () => {
  it('is nothing when nothing differs', () => {
    expect(changesBetween(aResponse(), aResponse({ version: 4, now: '2022-03-30T10:01:00Z' }))).toEqual([])
  })

  it('is told thing by thing', () => {
    const before = aResponse({ answers: [anAnswer(1), anAnswer(2)], parties: [aParty('Lillevik'), aParty('Storvik', { position: aPosition('approved') })] })
    const after = aResponse({
      state: 'approval',
      answers: [anAnswer(1, 'writing'), { ...anAnswer(2), coordinator: { id: 'lillevik', kind: 'municipality', name: 'Lillevik' } }],
      parties: [aParty('Lillevik', { position: aPosition('rejected') }), aParty('Storvik', { position: aPosition('approved') })],
      decisions: [{ level: 'strategic', body: 'Utvalget', decidedOn: '2022-03-29', caseNumber: '1/22', recordedAt: '2022-03-30T09:00:00Z', recordedBy: 'Sekretær' }],
    })
    expect(changesBetween(before, after)).toEqual([
      { kind: 'state', state: 'approval' },
      { kind: 'status', number: 1, status: 'writing' },
      { kind: 'coordinator', number: 2, name: 'Lillevik' },
      { kind: 'position', party: 'Lillevik', position: 'rejected' },
      { kind: 'decision', body: 'Utvalget' },
    ])
  })
})
