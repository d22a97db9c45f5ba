import { computed, nextTick, useId, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { may, type Me, type Schemas } from '@/api'
import { toast } from '@/ui'
import { useCheck } from './check/useCheck'
import { useComments } from './comments/useComments'
import type AnswerEditor from './components/AnswerEditor.vue'
import { colourFor } from './live/colours'
import { useAnnouncements } from './live/useAnnouncements'
import { useLiveDocument } from './live/useLiveDocument'
import { usePlainPreference } from './plain/usePreference'
import { useSettling } from './suggestions/useSettling'
import { useSuggesting } from './suggestions/useSuggesting'
import { useSuggestions } from './suggestions/useSuggestions'
import type { Written } from './text/useAnswerEditor'
import type { useResponse } from './useResponse'
import { useSide } from './useSide'

export interface OnTheDesk {
  response: Schemas['Response']
  answer: Schemas['Answer'] & { documentId: string }
  me: Me
  work: ReturnType<typeof useResponse>
}
export type Desk = ReturnType<typeof useDesk>

/** Everything that one needs to work with the text of one answer. */
export function useDesk(props: OnTheDesk, editor: Readonly<Ref<InstanceType<typeof AnswerEditor> | null>>) {
  const { t } = useI18n()
  const response = () => props.response
  const user = { name: props.me.account.name, organisation: props.me.acting?.organisation.name ?? '', colour: colourFor(props.me.account.id) }
  const live = useLiveDocument(props.answer.documentId, user, { account: props.me.account.id, organisation: props.me.acting?.organisation.id ?? '', responseId: props.response.id, answerId: props.answer.id })
  useAnnouncements(live)
  const { shown, isShown } = useSide()
  const comments = useComments(response, props.answer.id, props.me, isShown('comments'))
  const suggestions = useSuggestions(comments, isShown('suggestions'))
  const suggesting = useSuggesting(live, suggestions, response)
  const settling = useSettling(suggestions, live, response, suggesting.on)
  const check = useCheck(computed(() => editor.value?.editor))
  const plain = usePlainPreference(props.me.account.id)
  const suggestible = computed(() => !suggesting.sending.value)
  const written = computed((): Written => (suggesting.fork.value ? { doc: suggesting.fork.value.doc, writable: suggestible } : live))

  // Somebody has locked or opened the text: what the page says about the response is old.
  watch(live.state, (now, before) => {
    if ((now === 'frozen') !== (before === 'frozen')) void props.work.askAgain()
  })
  // Who begins to write says by that that the answer is being written.
  watch(live.unsaved, (typed) => {
    const { answer, work } = props
    if (!typed || answer.status !== 'empty' || !may('response.set_status', props.response.abilities) || work.setStatus.isPending.value) return
    work.setStatus.mutate({ answer, status: 'writing' }, { onError: () => work.setStatus.reset() })
  })
  // Who was mentioned comes straight to what was said.
  const route = useRoute()
  watch(() => comments.query.isSuccess.value && route.query.thread, (asked) => {
    if (typeof asked !== 'string') return
    if (suggestions.threads.value.some(({ id }) => id === asked)) suggestions.show(asked)
    else if (comments.threads.value.some(({ id }) => id === asked)) comments.show(asked)
    else toast(t('editor.comments.gone'), { tone: 'info' })
  }, { immediate: true })
  if (route.query.side === 'suggestions') shown.value = 'suggestions'

  const toText = () => editor.value?.toText()
  /** To a copy of the text, to suggest changes in it, or back, with the cursor in it as soon as it stands there. */
  async function turn(over: () => void) {
    over()
    await nextTick()
    await nextTick()
    toText()
  }
  return { user, live, written, shown, panelId: useId(), comments, suggestions, suggesting, settling, check, plain, editor, toText, turn }
}
