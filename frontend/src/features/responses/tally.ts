import type { Schemas } from '@/api'

type Tally = Schemas['Tally']
type Words = (key: string, values: Record<string, unknown>, plural?: number) => string

const sides = ['hospital', 'municipal'] as const
export type Side = (typeof sides)[number] | 'voters'

/** What is counted: the sides that have parties at all, or those whom the rule names. */
export function sidesOf(tally: Tally): Side[] {
  return tally.rule.kind === 'named_voters' ? ['voters'] : sides.filter((side) => tally[side].total > 0)
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
