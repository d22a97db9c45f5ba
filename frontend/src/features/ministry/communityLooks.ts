import type { Schemas } from '@/api'
import type { IconName } from '@/ui'

type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger'

export const communityLooks: Record<Schemas['CommunityState'], { tone: Tone; icon: IconName }> = {
  not_opened: { tone: 'neutral', icon: 'envelope' },
  opened: { tone: 'neutral', icon: 'envelopeOpen' },
  draft: { tone: 'info', icon: 'pencil' },
  approval: { tone: 'info', icon: 'padlock' },
  ready: { tone: 'warning', icon: 'paperplane' },
  submitted: { tone: 'success', icon: 'checkmark' },
  received: { tone: 'success', icon: 'checkmarkCircle' },
  withdrawn: { tone: 'neutral', icon: 'circleSlash' },
  returned: { tone: 'warning', icon: 'arrowUndo' },
}

/** From those who have not begun to those who are done, then what came and went: the order in which states are sorted and listed. */
export const communityStates = Object.keys(communityLooks) as Schemas['CommunityState'][]
