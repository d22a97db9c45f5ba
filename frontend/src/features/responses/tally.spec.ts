import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import nb from './nb.json'
import nn from './nn.json'
import { missingInWords, ruleInWords, standInWords } from './tally'
import { aTally } from './testing/builders'

const i18n = createI18n({ legacy: false, locale: 'nb', messages: { nb: { responses: nb }, nn: { responses: nn } } as never })
const { t: translate } = i18n.global as unknown as { t: (key: string, values: object, options: object) => string }
const words = (locale: 'nb' | 'nn') => (key: string, values: Record<string, unknown>, plural = 1) => translate(key, values, { plural, locale })
const rule = (hospitalPercent: number, municipalPercent: number) => ({ rule: { hospitalPercent, municipalPercent, partnershipDecision: false } })

describe('the tally in words', () => {
  it('says the rule and how far it has come, in both written forms', () => {
    const tally = aTally([1, 1, 1], [12, 11, 21])
    expect(ruleInWords(tally, words('nb'))).toBe('Alle sykehus og minst halvparten av kommunene må ha svart, og ingen kan ha avvist.')
    expect(standInWords(tally, words('nb'))).toBe('1 av 1 sykehus, 12 av 21 kommuner')
    expect(ruleInWords(tally, words('nn'))).toBe('Alle sjukehus og minst halvparten av kommunane må ha svart, og ingen kan ha avvist.')
    expect(standInWords(tally, words('nn'))).toBe('1 av 1 sjukehus, 12 av 21 kommunar')
  })

  it('counts what is missing, and no more', () => {
    expect(missingInWords(aTally([0, 1, 1], [8, 11, 21]), words('nb'))).toBe('ett sykehus og 3 kommuner')
    expect(missingInWords(aTally([1, 1, 1], [10, 11, 21]), words('nb'))).toBe('én kommune')
    expect(missingInWords(aTally([1, 1, 1], [15, 11, 21]), words('nb'))).toBe('')
  })

  it('says a share that is neither all nor half in per cent', () => {
    expect(ruleInWords(aTally([0, 1, 1], [0, 7, 10], rule(100, 70)), words('nb'))).toContain('minst 70 prosent av kommunene')
  })

  it('leaves out a side that has no parties or need not answer', () => {
    const alone = aTally([0, 0, 0], [0, 1, 1], rule(100, 100))
    expect(ruleInWords(alone, words('nb'))).toBe('Alle kommuner må ha svart, og ingen kan ha avvist.')
    expect(standInWords(alone, words('nb'))).toBe('0 av 1 kommune')
    expect(ruleInWords(aTally([0, 0, 2], [0, 0, 4], rule(0, 0)), words('nb'))).toBe('Minst én part må ha svart, og ingen kan ha avvist.')
  })
})
