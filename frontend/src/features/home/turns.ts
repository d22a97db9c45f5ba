import type { Schemas } from '@/api'
import { paths } from '@/lib/paths'
import type { IconName } from '@/ui'

export type Turn = Schemas['Turn']

interface Place {
  icon: IconName
  /** Where one goes to do it. Without a response of its own, to the round. */
  page: (responseId: string) => string
}

const inResponse = (icon: IconName, page: Place['page']): Place => ({ icon, page })

const places: Partial<Record<Turn['kind'], Place>> = {
  write_answers: inResponse('pencil', paths.write),
  freeze: inResponse('padlock', paths.response),
  take_position: inResponse('gavel', paths.signoff),
  confirm_position: inResponse('gavel', paths.signoff),
  record_decision: inResponse('gavel', paths.response),
  submit: inResponse('paperplane', paths.submit),
  receive: inResponse('inbox', paths.submission),
  wait_freeze: inResponse('hourglass', paths.response),
  wait_positions: inResponse('hourglass', paths.response),
  wait_decision: inResponse('hourglass', paths.response),
  wait_submit: inResponse('hourglass', paths.response),
  wait_received: inResponse('hourglass', paths.receipt),
  done: inResponse('checkmarkCircle', paths.receipt),
}
const roundIcons: Partial<Record<Turn['kind'], IconName>> = {
  open_round: 'paperplane',
  read_invitation: 'envelope',
  forward: 'arrowRight',
  start_response: 'pencil',
  follow_round: 'eye',
}

export function hrefOf(turn: Turn): string {
  if (turn.kind === 'follow_round') return paths.overview(turn.roundId)
  const place = places[turn.kind]
  return place && turn.responseId ? place.page(turn.responseId) : paths.round(turn.roundId)
}

export function iconOf(turn: Turn): IconName {
  return places[turn.kind]?.icon ?? roundIcons[turn.kind] ?? 'hourglass'
}
