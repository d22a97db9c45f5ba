import type { Schemas } from '@/api'
import { sortedBy } from '@/lib/sort'

type Plan = Schemas['Plan']

/** Our own line first, then those that something is wrong with, then the rest; each in Norwegian order. */
export function orderedLines(parties: readonly Schemas['PlanParty'][]): Schemas['PlanParty'][] {
  const rank = ({ mine, done, warning }: Schemas['PlanParty']) => (mine ? 0 : warning && warning !== 'no_dates' ? 1 : done ? 3 : 2)
  return sortedBy(parties, ({ organisation }) => organisation.name).sort((a, b) => rank(a) - rank(b))
}

export const tooLate = (parties: readonly Schemas['PlanParty'][]) => parties.filter(({ warning }) => warning && warning !== 'no_dates')

export interface Mark {
  key: string
  at: number
  warning: boolean
}

/** Where things lie between now and the deadline, from 0 to 1. What has passed, or is not known, has no place. */
export function marksOf({ now, steps, parties }: Plan): Mark[] {
  const from = Date.parse(now)
  const until = Math.max(...steps.flatMap(({ latest }) => (latest ? [Date.parse(latest)] : [])))
  const place = (time: string) => (Date.parse(time) - from) / (until - from)
  return [
    ...steps.flatMap(({ kind, level, latest, done, warning }) => (latest && !done ? [{ key: `${kind}${level ?? ''}`, at: place(latest), warning: !!warning }] : [])),
    ...parties.flatMap(({ organisation, ownMeeting, done, warning }) => (ownMeeting && !done ? [{ key: organisation.id, at: place(`${ownMeeting}T11:00:00Z`), warning: !!warning }] : [])),
  ].filter(({ at }) => at >= 0 && at <= 1)
}
