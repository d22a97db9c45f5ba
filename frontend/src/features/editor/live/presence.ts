import { colourNames, type ColourName } from './colours'

/** Who somebody is to the others in a text, as it travels in awareness. */
export interface Participant {
  name: string
  organisation: string
  colour: ColourName
}

/** A person in the text now. One person in two windows is one person. */
export interface Present extends Participant {
  me: boolean
}

const longest = 120

/** Reads what another browser says of its user. It may say anything, so nothing is taken on trust. */
export function readParticipant(user: unknown): Participant | undefined {
  if (typeof user !== 'object' || user === null) return undefined
  const { name, organisation, colour } = user as Record<string, unknown>
  if (typeof name !== 'string' || name.trim() === '') return undefined
  return {
    name: name.slice(0, longest),
    organisation: typeof organisation === 'string' ? organisation.slice(0, longest) : '',
    colour: colourNames.find((known) => known === colour) ?? colourNames[0]!,
  }
}

/** Everybody in the text, oneself first, the others by name. */
export function whoIsHere(states: Map<number, Record<string, unknown>>, ownClient: number): Present[] {
  const found = new Map<string, Present>()
  for (const [client, state] of states) {
    const user = readParticipant(state.user)
    if (!user) continue
    const key = `${user.name}\n${user.organisation}`
    const me = client === ownClient || (found.get(key)?.me ?? false)
    found.set(key, { ...user, me })
  }
  return [...found.values()].sort((a, b) => Number(b.me) - Number(a.me) || a.name.localeCompare(b.name, 'nb'))
}
