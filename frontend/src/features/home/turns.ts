import type { Schemas } from '@/api'
import { paths } from '@/lib/paths'
import type { IconName } from '@/ui'

export type Turn = Schemas['Turn']

/** Where one goes to do it, when it is about one response. */
const inResponse: Partial<Record<Turn['kind'], (responseId: string) => string>> = {
  write_answers: paths.write,
  freeze: paths.response,
  endorse: paths.response,
  take_position: paths.signoff,
  join_position: paths.signoff,
  speak_for: paths.signoff,
  confirm_position: paths.signoff,
  settle_remark: paths.signoff,
  see_remarks: paths.signoff,
  resolve_rejection: paths.response,
  record_decision: paths.response,
  record_recommendation: paths.response,
  submit: paths.submit,
  wait_freeze: paths.response,
  wait_approvers: paths.response,
  wait_positions: paths.response,
  wait_rejected: paths.response,
  wait_decision: paths.response,
  wait_recommendation: paths.response,
  wait_submit: paths.response,
  wait_received: paths.receipt,
  done: paths.receipt,
  returned: paths.response,
  withdrawn: paths.response,
}
const icons: Partial<Record<Turn['kind'], IconName>> = {
  write_answers: 'pencil',
  freeze: 'padlock',
  endorse: 'personGroup',
  take_position: 'gavel',
  join_position: 'gavel',
  speak_for: 'gavel',
  confirm_position: 'gavel',
  settle_remark: 'chat',
  see_remarks: 'chat',
  resolve_rejection: 'crossOctagon',
  wait_rejected: 'crossOctagon',
  record_decision: 'gavel',
  record_recommendation: 'gavel',
  submit: 'paperplane',
  done: 'checkmarkCircle',
  returned: 'arrowUndo',
  withdrawn: 'circleSlash',
  open_round: 'paperplane',
  read_invitation: 'envelope',
  forward: 'arrowRight',
  start_response: 'pencil',
  follow_round: 'eye',
  receive: 'inbox',
}

const inRound: Partial<Record<Turn['kind'], (roundId: string) => string>> = {
  follow_round: paths.overview,
  receive: paths.submissions,
}

export function hrefOf(turn: Turn): string {
  const page = inResponse[turn.kind]
  if (page && turn.responseId) return page(turn.responseId)
  return (inRound[turn.kind] ?? paths.round)(turn.roundId)
}

export function iconOf(turn: Turn): IconName {
  return icons[turn.kind] ?? 'hourglass'
}
