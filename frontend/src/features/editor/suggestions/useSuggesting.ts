import { computed, onBeforeUnmount, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { may, type Schemas } from '@/api'
import { mindUnsent } from '@/lib/unsent'
import { textKey, useKept } from '@/lib/useKept'
import { useTerms } from '@/features/terms'
import { announce, toast } from '@/ui'
import type { LiveDocument } from '../live/liveDocument'
import { Fork } from './fork'
import { suggestionOf } from './place'
import type { Suggestions } from './useSuggestions'

export type Suggesting = ReturnType<typeof useSuggesting>

const pause = 300
const largest = 64 * 1024

/** Changing a copy of the text, to suggest what was changed. What is not sent yet survives a reload, in this tab. */
export function useSuggesting(live: LiveDocument, suggestions: Suggestions, response: () => Schemas['Response']) {
  const { t } = useI18n()
  const terms = useTerms()
  const { form: kept, discard: forget } = useKept(textKey(live.place.organisation, `suggest:${live.name}`), () => ({ update: '', why: '' }))
  const fork = shallowRef<Fork>()
  const on = computed(() => fork.value !== undefined)
  const restored = ref(false)
  const count = ref(0)
  const fault = ref<string>()
  /** What is typed while they are sent would be in none of them. */
  const sending = ref(false)
  const allowed = computed(() => may('response.suggest', response().abilities))
  let left = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function begin() {
    fork.value = new Fork(live.doc, kept.value.update)
    fork.value.changed(() => {
      clearTimeout(timer)
      timer = setTimeout(look, pause)
    })
    look()
    restored.value = count.value > 0
    announce([t('editor.suggestions.mode'), ...(restored.value ? [t('editor.suggestions.restored')] : [])].join(' '))
  }
  function look() {
    clearTimeout(timer)
    if (!fork.value) return
    count.value = fork.value.compare().hunks.length
    const update = count.value > 0 ? fork.value.kept() : ''
    if (update !== kept.value.update) kept.value = { ...kept.value, update }
  }
  function end() {
    clearTimeout(timer)
    fork.value?.destroy()
    fork.value = undefined
    count.value = 0
    fault.value = undefined
    kept.value = { update: '', why: '' }
  }

  /** Stops suggesting, but for what is on its way. */
  const leave = () => {
    if (!sending.value) end()
  }

  async function send() {
    const { ground, hunks } = fork.value!.compare()
    const made = hunks.map((hunk) => suggestionOf(ground, hunk))
    fault.value = made.some(({ change }) => JSON.stringify(change).length > largest) ? t('editor.suggestions.tooLarge') : undefined
    if (fault.value || made.length === 0) return
    sending.value = true
    await suggestions.send.mutateAsync({ suggestions: made, text: kept.value.why.trim() || undefined }).then(
      () => {
        end()
        if (left) forget()
        toast(t('editor.suggestions.sent', made.length))
        suggestions.show(suggestions.waiting.value.find(({ thread }) => thread.entries[0]!.mine)?.thread.id ?? '')
      },
      (error: unknown) => void (fault.value = terms.problem(error)),
    ).finally(() => (sending.value = false))
  }

  // What was not sent when the page was left is gone on with.
  watch([live.loaded, allowed], ([loaded]) => void (loaded && allowed.value && kept.value.update && !fork.value && begin()), { immediate: true })
  globalThis.addEventListener('pagehide', look)
  const letGo = mindUnsent(() => {
    look()
    return count.value > 0 ? 'tab' : 'sent'
  })
  // Once the scope ends nothing is put away any more.
  onBeforeUnmount(look)
  onScopeDispose(() => {
    letGo()
    globalThis.removeEventListener('pagehide', look)
    fork.value?.destroy()
    if (!kept.value.update) forget()
    left = true
  })

  return { allowed, on, fork, restored, count, fault, kept, begin, end: leave, send, sending, why: computed({ get: () => kept.value.why, set: (why) => (kept.value = { ...kept.value, why }) }) }
}
