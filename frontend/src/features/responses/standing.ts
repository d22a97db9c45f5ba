import type { Schemas } from '@/api'
import { sortedBy } from '@/lib/sort'

type Response = Schemas['Response']
type Party = Schemas['Party']

/** Our own party first, then the hospitals, then the municipalities, each in Norwegian order. */
export function orderedParties(parties: readonly Party[]): Party[] {
  const byName = sortedBy(parties, (party) => party.organisation.name)
  const rank = (party: Party) => (party.mine ? 0 : party.side === 'hospital' ? 1 : 2)
  return byName.sort((a, b) => rank(a) - rank(b))
}

export const stands = ['approved', 'approved_with_remark', 'rejected', 'stands_outside', 'stale', 'pending', 'no_response'] as const
export type Stand = (typeof stands)[number]

/** What the party says about the text as it stands. While drafting every position counts: it is what they said last. */
export function standOf(party: Party, frozen: boolean): Stand {
  if (!party.position || party.position.kind === 'withdrawn') return 'no_response'
  return frozen && (party.validity === 'stale' || party.validity === 'pending') ? party.validity : party.position.kind
}

/** Why the party's position does not count: it no longer speaks of what lies before it, or too few have said it. */
export function staleness(party: Party): false | 'pending' | NonNullable<Party['because']> {
  if (party.validity === 'pending') return 'pending'
  return party.validity === 'stale' && (party.because ?? 'text')
}

/** The numbers of the answers with these ids. */
export function numbersOf(answers: readonly Schemas['Answer'][], ids: readonly string[]): number[] {
  return answers.filter((answer) => ids.includes(answer.id)).map((answer) => answer.number)
}

/** Whole seconds past the deadline by the server's clock; 0 when in time. */
export function lateSeconds(response: Response): number {
  if (response.receipt) return response.receipt.lateSeconds
  return Math.max(0, Math.floor((Date.parse(response.now) - Date.parse(response.round.deadline)) / 1000))
}

/** The levels that the rule asks a decision of and that have not decided. */
export function missingDecisions(response: Response): Schemas['Decision']['level'][] {
  const asked = response.tally.rule.partnershipDecision ? (['strategic', 'partnership'] as const) : (['strategic'] as const)
  return asked.filter((level) => !response.decisions.some((decision) => decision.level === level))
}

/** The text as it is signed: the hash of each answer. */
export const hashesOf = (answers: readonly Schemas['Answer'][]) => Object.fromEntries(answers.map(({ id, hash }) => [id, hash ?? '']))
