import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import nb from './nb.json'
import nn from './nn.json'
import { missingInWords, sidesOf, standInWords } from './tally'
import { aTally } from './testing/builders'

const i18n = createI18n({ legacy: false, locale: 'nb', messages: { nb: { responses: nb }, nn: { responses: nn } } as never })
const { t: translate } = i18n.global as unknown as { t: (key: string, values: object, options: object) => string }
const words = (locale: 'nb' | 'nn') => (key: string, values: Record<string, unknown>, plural = 1) => translate(key, values, { plural, locale })
describe('the tally in words', () => {
  it('says how far it has come, in both written forms', () => {
    const tally = aTally([1, 1, 1], [12, 11, 21])
    expect(standInWords(tally, words('nb'))).toBe('1 av 1 sykehus, 12 av 21 kommuner')
    expect(standInWords(tally, words('nn'))).toBe('1 av 1 sjukehus, 12 av 21 kommunar')
  })

  it('counts what is missing, and no more', () => {
    expect(missingInWords(aTally([0, 1, 1], [8, 11, 21]), words('nb'))).toBe('ett sykehus og 3 kommuner')
    expect(missingInWords(aTally([1, 1, 1], [10, 11, 21]), words('nb'))).toBe('én kommune')
    expect(missingInWords(aTally([1, 1, 1], [15, 11, 21]), words('nb'))).toBe('')
  })

  it('leaves out a side that has no parties', () => {
    const alone = aTally([0, 0, 0], [0, 1, 1])
    expect(standInWords(alone, words('nb'))).toBe('0 av 1 kommune')
  })

  it('counts those whom the rule names, and nobody else', () => {
    const rule = { ...aTally([0, 0, 1], [0, 0, 4]).rule, kind: 'named_voters' as const }
    const named = aTally([0, 0, 1], [2, 0, 4], { rule, voters: { answered: 1, required: 3, total: 3 } })
    expect(sidesOf(named)).toEqual(['voters'])
    expect(standInWords(named, words('nb'))).toBe('1 av 3 som avgjør')
    expect(missingInWords(named, words('nn'))).toBe('2 som avgjer')
  })
})
