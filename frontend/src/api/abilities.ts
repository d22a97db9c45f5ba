import type { Schemas } from './client'

type Ability = Schemas['Ability']

/** What the server says about an action here: absent when the actor's role may never take it. */
export function abilityTo(action: string, abilities: readonly Ability[] | undefined): Ability | undefined {
  return abilities?.find((ability) => ability.action === action)
}

export function may(action: string, abilities: readonly Ability[] | undefined): boolean {
  return abilityTo(action, abilities)?.allowed ?? false
}
