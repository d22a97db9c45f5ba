import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api'
import { faultsOf, formOf, inputOf } from './ruleForm'

const version = (over: Partial<Schemas['Rule']> = {}): Schemas['RuleVersion'] => ({
  version: 3,
  rule: { kind: 'consensus', hospitalPercent: 100, municipalPercent: 50, voters: [], partnershipDecision: false, silenceDays: 0, words: [], ...over },
})

describe('a rule', () => {
  it('begins from the one that holds, and is sent with the version that was read', () => {
    const form = { ...formOf(version({ municipalPercent: 70, silenceDays: 7 })), reason: ' Vedtatt. ' }
    expect(inputOf(form)).toEqual({
      kind: 'consensus', hospitalPercent: 100, municipalPercent: 70, voters: [], partnershipDecision: false, silenceDays: 7, reason: 'Vedtatt.', version: 3,
    })
  })

  it('leaves out what was typed for another kind', () => {
    const form = { ...formOf(version({ kind: 'named_voters', voters: [{ id: 'k-1', name: 'Byen' }] })), reason: 'x' }
    expect(inputOf(form)).toMatchObject({ voters: ['k-1'], hospitalPercent: 0 })
    expect(inputOf({ ...form, kind: 'recommendation' })).toMatchObject({ voters: [], hospitalPercent: 100, municipalPercent: 50 })
    expect(inputOf({ ...form, silence: false, silenceDays: '9' }).silenceDays).toBe(0)
  })

  it.each([
    [{}, []],
    [{ reason: ' ' }, ['reason']],
    [{ hospitalPercent: '101' }, ['hospitalPercent']],
    [{ municipalPercent: '' }, ['municipalPercent']],
    [{ municipalPercent: '33.3' }, ['municipalPercent']],
    [{ kind: 'named_voters' as const, hospitalPercent: '' }, ['voters']],
    [{ silence: true, silenceDays: '0' }, ['silenceDays']],
    [{ silence: false, silenceDays: '' }, []],
  ])('of %o lacks %o', (over, faults) => {
    expect(faultsOf({ ...formOf(version()), reason: 'Vedtatt', ...over })).toEqual(faults)
  })
})
