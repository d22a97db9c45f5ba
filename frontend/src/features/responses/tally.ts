import type { Schemas } from '@/api'

type Tally = Schemas['Tally']
type Words = (key: string, values: Record<string, unknown>, plural?: number) => string

const sides = ['hospital', 'municipal'] as const
export type Side = (typeof sides)[number]

/** The sides that have parties at all: Oslo's community has one municipality, a separate answer one party. */
export function sidesOf(tally: Tally): Side[] {
  return sides.filter((side) => tally[side].total > 0)
}

/** The rule as a sentence: `Alle sykehus og minst halvparten av kommunene må ha svart. Ingen kan ha avvist.` */
export function ruleInWords(tally: Tally, t: Words): string {
  const asked = sidesOf(tally).filter((side) => tally[side].required > 0)
  if (asked.length === 0) return t('responses.rule.anyone', {})
  const parts = asked.map((side) => t(`responses.rule.${side}.${shareOf(tally, side)}`, { percent: tally.rule[`${side}Percent`] }))
  return capitalised(t('responses.rule.sentence', { who: parts.join(` ${t('responses.rule.and', {})} `) }))
}

/** How far it has come: `1 av 1 sykehus, 12 av 21 kommuner`. */
export function standInWords(tally: Tally, t: Words): string {
  return sidesOf(tally).map((side) => sideInWords(tally, side, t)).join(', ')
}

export function sideInWords(tally: Tally, side: Side, t: Words): string {
  const { answered, total } = tally[side]
  return t(`responses.tally.${side}`, { answered, total }, total)
}

/** What is missing: `1 sykehus og 3 kommuner`; empty when nobody more is needed. */
export function missingInWords(tally: Tally, t: Words): string {
  return sidesOf(tally)
    .map((side) => ({ side, missing: tally[side].required - tally[side].answered }))
    .filter(({ missing }) => missing > 0)
    .map(({ side, missing }) => t(`responses.missing.${side}`, { n: missing }, missing))
    .join(` ${t('responses.rule.and', {})} `)
}

function shareOf(tally: Tally, side: Side): 'all' | 'half' | 'share' {
  const percent = tally.rule[`${side}Percent`]
  if (percent >= 100) return 'all'
  return percent === 50 ? 'half' : 'share'
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase('nb') + text.slice(1)
}
