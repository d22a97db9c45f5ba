import type { Schemas } from '@/api'

type Response = Schemas['Response']
type Party = Schemas['Party']

/** A party that has said nothing, unless the test says otherwise. */
export function aParty(name: string, over: Partial<Party> = {}): Party {
  const organisation = { id: name.toLowerCase(), kind: 'municipality', name } as const
  return { organisation, side: 'municipal', validity: 'none', staleAnswers: [], treatments: [], mine: false, speaks: false, joinable: false, ...over }
}

export function aPosition(kind: Schemas['PositionKind'], freezeNumber = 1): Schemas['Position'] {
  return { id: `${kind}-${freezeNumber}`, kind, freezeNumber, late: false, recordedAt: '2022-03-20T10:00:00Z', by: { name: 'Godkjenner', organisation: 'Kommunen' } }
}

export function anAnswer(number: number, status: Schemas['Answer']['status'] = 'ready'): Schemas['Answer'] {
  const question = { id: `q-${number}`, number, text: { nb: `Spørsmål ${number}?` }, optional: false, guidanceWords: 0 }
  return { id: `a-${number}`, number, question, status, version: 1, writers: [], suggestions: 0 }
}

/** `aTally([1, 1, 1], [12, 11, 21])`: answered, required and total of the hospitals and of the municipalities. */
export function aTally(hospital: [number, number, number], municipal: [number, number, number], over: Partial<Schemas['Tally']> = {}): Schemas['Tally'] {
  const side = ([answered, required, total]: [number, number, number]) => ({ answered, required, total })
  const rule: Schemas['Rule'] = { kind: 'consensus', hospitalPercent: 100, municipalPercent: 50, voters: [], partnershipDecision: false, silenceDays: 0, words: [] }
  return { rule, met: false, rejected: 0, stale: 0, silent: 0, hospital: side(hospital), municipal: side(municipal), voters: side([0, 0, 0]), ...over }
}

/** The abilities of a role: `+` may be used now, `-code` may not, and why. */
export function abilities(of: Record<string, '+' | `-${string}`>): Schemas['Ability'][] {
  return Object.entries(of).map(([action, sign]) => (sign === '+' ? { action, allowed: true } : { action, allowed: false, why: sign.slice(1) }))
}

export function aResponse(over: Partial<Response> = {}): Response {
  return {
    id: 'response-1', kind: 'joint', language: 'nb', state: 'draft', version: 3, versions: [],
    owner: { id: 'fellesskap', kind: 'health_community', name: 'Helsefellesskapet' },
    round: { id: 'round-1', title: { nb: 'Runden' }, state: 'open', deadline: '2022-04-01T21:59:59Z', acceptsLate: true, logsReading: false, sender: 'Departementet', reference: '21/1' },
    answers: [anAnswer(1), anAnswer(2)],
    parties: [aParty('Lillevik')],
    tally: aTally([0, 1, 1], [0, 1, 2]),
    decisions: [],
    remarks: [],
    submissions: [],
    offered: [],
    abilities: [],
    now: '2022-03-30T10:00:00Z',
    ...over,
  }
}

export const aReceipt = (over: Partial<Schemas['Receipt']> = {}): Schemas['Receipt'] => ({
  responseId: 'response-1', number: '2022-0001', state: 'submitted', submittedAt: '2022-03-30T10:00:00Z', lateSeconds: 0, packageHash: 'sha256:1',
  submittedBy: { name: 'Sekretær', organisation: 'Helsefellesskapet' }, ...over,
})

export const aFreeze = (number = 1): Schemas['Freeze'] => ({
  id: `freeze-${number}`, number, hash: `sha256:${number}`, frozenAt: '2022-03-19T10:00:00Z', frozenBy: 'Sekretær',
})
