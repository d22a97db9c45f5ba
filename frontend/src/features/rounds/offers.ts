import { may, type Schemas } from '@/api'

export type ResponseKind = Schemas['ResponseSummary']['kind']

/** The kinds of response that the actor may start now. */
export function offersOf(round: Schemas['Round']): ResponseKind[] {
  return (['joint', 'separate'] as const).filter((kind) => may(`response.start_${kind}`, round.abilities))
}
