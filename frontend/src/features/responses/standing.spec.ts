import { describe, expect, it } from 'vitest'
import { lateSeconds, missingDecisions, orderedParties, staleness, standOf } from './standing'
import { aParty, aPosition, aReceipt, aResponse, aTally } from './testing/builders'

describe('the parties', () => {
  it('stand with our own first, then the hospitals, then Norwegian order', () => {
    const parties = [aParty('Åmli'), aParty('Arendal'), aParty('Sykehuset', { side: 'hospital' }), aParty('Ørland', { mine: true }), aParty('Ænes')]
    expect(orderedParties(parties).map(({ organisation }) => organisation.name)).toEqual(['Ørland', 'Sykehuset', 'Arendal', 'Ænes', 'Åmli'])
  })

  it('are stale only when something is frozen: while drafting an earlier position is what they said last', () => {
    const party = aParty('Arendal', { validity: 'stale', position: aPosition('approved_with_remark') })
    expect(standOf(party, true)).toBe('stale')
    expect(standOf(party, false)).toBe('approved_with_remark')
    expect(standOf({ ...party, validity: 'pending' }, true)).toBe('pending')
    expect(standOf(aParty('Bykle'), true)).toBe('no_response')
  })

  it('say why their position does not count', () => {
    const position = aPosition('approved_with_remark')
    expect(staleness(aParty('Arendal', { validity: 'stale', because: 'parties', position }))).toBe('parties')
    expect(staleness(aParty('Bykle', { validity: 'pending', position }))).toBe('pending')
    expect(staleness(aParty('Åmli', { validity: 'valid', position }))).toBe(false)
  })
})

describe('the deadline', () => {
  it('is judged by the server’s clock until it is sent, and by the receipt after', () => {
    expect(lateSeconds(aResponse({ now: '2022-04-01T21:59:59Z' }))).toBe(0)
    expect(lateSeconds(aResponse({ now: '2022-04-01T22:01:00Z' }))).toBe(61)
    const receipt = aReceipt({ lateSeconds: 5 })
    expect(lateSeconds(aResponse({ now: '2022-06-01T00:00:00Z', receipt }))).toBe(5)
  })
})

describe('the decisions', () => {
  const strategic = { level: 'strategic', body: 'Utvalget', decidedOn: '2022-03-01', caseNumber: '1/22', recordedAt: '', recordedBy: '' } as const
  const both = aTally([1, 1, 1], [1, 1, 1], { rule: { ...aTally([0, 0, 0], [0, 0, 0]).rule, partnershipDecision: true } })

  it('are those that the rule asks for and that nobody has recorded', () => {
    expect(missingDecisions(aResponse())).toEqual(['strategic'])
    expect(missingDecisions(aResponse({ tally: both }))).toEqual(['strategic', 'partnership'])
    expect(missingDecisions(aResponse({ tally: both, decisions: [strategic] }))).toEqual(['partnership'])
    expect(missingDecisions(aResponse({ decisions: [strategic] }))).toEqual([])
  })
})
