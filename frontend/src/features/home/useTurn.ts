import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useMe } from '@/api'
import { useFormat } from '@/lib/useFormat'
import { hrefOf, iconOf, type Turn } from './turns'

/** A turn in words: what is to be done, for whom, by when, and the way there. */
export function useTurn(turn: () => Turn) {
  const { t } = useI18n()
  const { acting } = useMe()
  const format = useFormat()
  return computed(() => {
    const { kind, facts, roundTitle, deadline } = turn()
    const values = { ...facts, owner: turn().owner ?? acting.value?.organisation.name ?? '' }
    const word = (part: string) => t(`home.turn.${kind}.${part}`, values, Number(facts.new ?? 1))
    return {
      title: word('title'),
      text: word('text'),
      action: word('action'),
      round: format.localText(roundTitle),
      deadline: t('home.deadline', { date: format.deadline(deadline) }),
      href: hrefOf(turn()),
      icon: iconOf(turn()),
    }
  })
}
