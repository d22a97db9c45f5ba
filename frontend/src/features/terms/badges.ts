import type { Schemas } from '@/api'
import type { IconName } from '@/ui'

export interface Look {
  tone: 'neutral' | 'info' | 'success' | 'warning' | 'danger'
  icon: IconName
}

export const roundLooks: Record<Schemas['RoundState'], Look> = {
  draft: { tone: 'neutral', icon: 'pencil' },
  open: { tone: 'info', icon: 'envelopeOpen' },
  closed: { tone: 'neutral', icon: 'padlock' },
}

export const responseLooks: Record<Schemas['ResponseState'], Look> = {
  draft: { tone: 'neutral', icon: 'pencil' },
  approval: { tone: 'info', icon: 'padlock' },
  ready: { tone: 'warning', icon: 'paperplane' },
  submitted: { tone: 'success', icon: 'checkmark' },
  received: { tone: 'success', icon: 'checkmarkCircle' },
  withdrawn: { tone: 'neutral', icon: 'circleSlash' },
}

export const submissionLooks: Record<Schemas['SubmissionState'], Look> = {
  submitted: { tone: 'success', icon: 'checkmark' },
  received: { tone: 'success', icon: 'checkmarkCircle' },
  published: { tone: 'success', icon: 'eye' },
  withdrawn: { tone: 'neutral', icon: 'circleSlash' },
  returned: { tone: 'warning', icon: 'arrowUndo' },
  replaced: { tone: 'neutral', icon: 'refresh' },
}

export const answerLooks: Record<Schemas['Answer']['status'], Look> = {
  empty: { tone: 'neutral', icon: 'circle' },
  writing: { tone: 'info', icon: 'pencil' },
  ready: { tone: 'success', icon: 'checkmarkCircle' },
  not_answered: { tone: 'neutral', icon: 'minus' },
}

export const positionLooks: Record<Schemas['PositionKind'] | 'no_response' | 'stale', Look> = {
  approved: { tone: 'success', icon: 'checkmarkCircle' },
  approved_with_remark: { tone: 'success', icon: 'chat' },
  rejected: { tone: 'danger', icon: 'crossOctagon' },
  stands_outside: { tone: 'neutral', icon: 'circleSlash' },
  withdrawn: { tone: 'neutral', icon: 'arrowUndo' },
  no_response: { tone: 'neutral', icon: 'hourglass' },
  stale: { tone: 'warning', icon: 'refresh' },
}
