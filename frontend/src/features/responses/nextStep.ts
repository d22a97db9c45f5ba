import { abilityTo, may, type Schemas } from '@/api'
import { missingDecisions } from './standing'

type Response = Schemas['Response']

export type NextKind =
  | 'freeze' | 'finish' | 'suggestions' | 'write' | 'wait_freeze'
  | 'endorse' | 'recommend' | 'wait_recommendation' | 'position' | 'join' | 'confirm' | 'settle' | 'see' | 'rejected' | 'decide' | 'wait_positions' | 'wait_decision'
  | 'submit' | 'suggestions_left' | 'blocked' | 'wait_submit' | 'wait_received' | 'done' | 'withdrawn'

/** The one thing to do here for the one who looks, or else what is waited for. */
export function nextFor(response: Response): NextKind {
  switch (response.state) {
    case 'draft':
      return whileDrafting(response)
    case 'approval':
    case 'ready':
      return whileFrozen(response)
    case 'submitted':
      return 'wait_received'
    case 'received':
      return 'done'
    case 'withdrawn':
      return 'withdrawn'
  }
}

/** Whether the ministry has the text as it now stands. */
export const isSent = (response: Response) => response.receipt !== undefined

/** Whether the actor leads the work: locks, opens again, sends. */
export const leads = (response: Response) => abilityTo('response.submit', response.abilities) !== undefined

export const isFinished = (answer: Schemas['Answer']) => answer.status === 'ready' || answer.status === 'not_answered'

/** Whether the party must still say something about the frozen text. */
export const isWaitedFor = (party: Schemas['Party']) => party.validity !== 'valid'

function whileDrafting(response: Response): NextKind {
  if (may('response.freeze', response.abilities)) return 'freeze'
  if (leads(response)) return response.answers.every(isFinished) && response.answers.some(({ suggestions }) => suggestions > 0) ? 'suggestions' : 'finish'
  return may('document.write', response.abilities) && !response.answers.every(isFinished) ? 'write' : 'wait_freeze'
}

const owed = { none: 'position', pending: 'join', stale: 'confirm', valid: 'position' } as const

/** Whether the actor is one of those who must say something for the party; not who said it, and waits for others of its approvers. */
const owes = (party: Schemas['Party']) => isWaitedFor(party) && (party.validity !== 'pending' || party.joinable)

function whileFrozen(response: Response): NextKind {
  const { abilities, tally } = response
  if (may('response.endorse', abilities)) return 'endorse'
  const submit = abilityTo('response.submit', abilities)
  if (submit?.allowed) return 'submit'
  if (submit?.why === 'suggestions_open') return 'suggestions_left'
  const recommended = tally.rule.kind === 'recommendation'
  if (may('response.decide', abilities)) return recommended ? 'recommend' : 'decide'
  const ours = response.parties.find((party) => party.mine)
  if (ours && owes(ours) && may('response.position', abilities)) return owed[ours.validity]
  if (may('response.remark', abilities) && response.remarks.some(({ mine, unsettled }) => mine && unsettled)) return 'settle'
  if (response.remarks.some(({ mustSee }) => mustSee)) return 'see'
  if (leads(response) && tally.rejected > 0) return 'rejected'
  if (recommended && missingDecisions(response).length > 0) return 'wait_recommendation'
  if (leads(response) && tally.met) return 'blocked'
  if (!tally.met) return 'wait_positions'
  return response.state === 'approval' && response.kind === 'joint' && !recommended ? 'wait_decision' : 'wait_submit'
}

export type Step = 'draft' | 'approval' | 'decision' | 'submit' | 'received'

/** The steps from draft to received. A separate response is not treated by a committee. */
export function stepsOf(response: Response): Step[] {
  if (response.kind === 'separate') return ['draft', 'approval', 'submit', 'received']
  const middle: Step[] = response.tally.rule.kind === 'recommendation' ? ['decision', 'approval'] : ['approval', 'decision']
  return ['draft', ...middle, 'submit', 'received']
}

export function currentStep(response: Response): Step {
  switch (response.state) {
    case 'draft':
      return 'draft'
    case 'approval':
      if (response.tally.rule.kind === 'recommendation' && missingDecisions(response).length > 0) return 'decision'
      if (!response.tally.met) return 'approval'
      return response.kind === 'joint' && missingDecisions(response).length > 0 ? 'decision' : 'submit'
    case 'ready':
    case 'withdrawn':
      return 'submit'
    default:
      return 'received'
  }
}
