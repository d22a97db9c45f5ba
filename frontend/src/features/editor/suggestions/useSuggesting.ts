import { computed, onBeforeUnmount, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiProblem, may, type Schemas } from '@/api'
import { mindUnsent } from '@/lib/unsent'
import { textKey, useKept } from '@/lib/useKept'
import { useTerms } from '@/features/terms'
import { announce, toast } from '@/ui'
import type { LiveDocument } from '../live/liveDocument'
import { Fork } from './fork'
import { suggestionOf } from './place'
import type { Suggestions } from './useSuggestions'

export type Suggesting = ReturnType<typeof useSuggesting>

/** What is on its way, and whether it came: whoever has left and comes back meanwhile does not go on with it. */
const underway = new Map<string, Promise<boolean>>()

const pause = 300
const largest = 64 * 1024

/** Changing a copy of the text, to suggest what was changed. What is not sent yet survives a reload, in this tab. */
export function useSuggesting(live: LiveDocument, suggestions: Suggestions, response: () => Schemas['Response']) {
  const { t } = useI18n()
  const terms = useTerms()
  const key = textKey(live.place.organisation, `suggest:${live.name}`)
  const nothing = () => ({ update: '', why: '', sending: '' })
  const { form: kept, discard: forget } = useKept(key, nothing)
  const fork = shallowRef<Fork>()
  const on = computed(() => fork.value !== undefined)
  const restored = ref(false)
  const count = ref(0)
  const fault = ref<string>()
  /** What is typed while they are sent would be in none of them. */
  const sending = ref(false)
  const allowed = computed(() => may('response.suggest', response().abilities))
  const before = underway.get(key)
  const ready = ref(!before)
  void before?.then((came) => {
    if (came) kept.value = nothing()
    ready.value = true
  })
  let left = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function begin() {
    if (!ready.value) return void before!.then(begin)
    if (left || fork.value) return
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
    if (update !== kept.value.update) kept.value = { ...kept.value, update, sending: update && kept.value.sending }
  }
  function end() {
    clearTimeout(timer)
    fork.value?.destroy()
    fork.value = undefined
    count.value = 0
    fault.value = undefined
    kept.value = nothing()
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
    // They go by the same name until they are known to have come.
    kept.value = { ...kept.value, sending: kept.value.sending || crypto.randomUUID() }
    const came = suggestions.send.mutateAsync({ suggestions: made, text: kept.value.why.trim() || undefined, sending: kept.value.sending }).then(
      () => sent(made.length),
      failed,
    )
    underway.set(key, came)
    await came
    sending.value = false
    underway.delete(key)
  }
  function sent(count: number) {
    end()
    if (left) forget()
    toast(t('editor.suggestions.sent', count))
    suggestions.show(suggestions.waiting.value.find(({ thread }) => thread.entries[0]!.mine)?.thread.id ?? '')
    return true
  }
  function failed(problem: unknown) {
    if (problem instanceof ApiProblem && problem.code === 'sent_otherwise') kept.value = { ...kept.value, sending: '' }
    fault.value = terms.problem(problem)
    if (left) toast(fault.value!, { tone: 'danger' })
    return false
  }

  // What was not sent when the page was left is gone on with.
  watch([live.loaded, allowed, ready], ([loaded]) => void (loaded && allowed.value && ready.value && kept.value.update && !fork.value && begin()), { immediate: true })
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
