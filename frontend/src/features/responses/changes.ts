import type { Schemas } from '@/api'

type Response = Schemas['Response']

/** Something that others did to the response since it was read. */
export type Change =
  | { kind: 'state'; state: Response['state'] }
  | { kind: 'status'; number: number; status: Schemas['Answer']['status'] }
  | { kind: 'coordinator'; number: number; name?: string }
  | { kind: 'position'; party: string; position: Schemas['PositionKind'] }
  | { kind: 'decision'; body: string }

/** What changed from one reading of the response to the next, so that the one who was too late knows why. */
export function changesBetween(before: Response, after: Response): Change[] {
  const changes: Change[] = before.state === after.state ? [] : [{ kind: 'state', state: after.state }]
  for (const answer of after.answers) {
    const earlier = before.answers.find(({ id }) => id === answer.id)
    if (earlier?.status !== answer.status) changes.push({ kind: 'status', number: answer.number, status: answer.status })
    if (earlier?.coordinator?.id !== answer.coordinator?.id) changes.push({ kind: 'coordinator', number: answer.number, name: answer.coordinator?.name })
  }
  for (const party of after.parties) {
    const earlier = before.parties.find(({ organisation }) => organisation.id === party.organisation.id)
    if (party.position && earlier?.position?.id !== party.position.id) {
      changes.push({ kind: 'position', party: party.organisation.name, position: party.position.kind })
    }
  }
  const known = before.decisions.map((decision) => decision.recordedAt)
  const fresh = after.decisions.filter((decision) => !known.includes(decision.recordedAt))
  return [...changes, ...fresh.map(({ body }) => ({ kind: 'decision' as const, body }))]
}
