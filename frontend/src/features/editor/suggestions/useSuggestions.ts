import { useMutation } from '@tanstack/vue-query'
import type { EditorView } from '@tiptap/pm/view'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, askTwiceMore, call, type Schemas } from '@/api'
import { announce } from '@/ui'
import type { Comments } from '../comments/useComments'
import { draw, suggestionMarks, type MarkedSuggestions } from './marks'
import { readChange, toldOf, type Place } from './place'

export type Suggestions = ReturnType<typeof useSuggestions>

/** One suggestion as it is listed. */
export interface Listed {
  thread: Schemas['Thread']
  /** Where it would be made; nothing when it has no place in the text. */
  place?: Place
  /** Its words; nothing when it cannot be read. */
  gone?: string
  come?: string
}

/** What is suggested for one answer, where that would be made in the text that is shown, and which is looked at. */
export function useSuggestions(comments: Comments, open: Ref<boolean>) {
  const { t } = useI18n()
  const { path, all, keep, askAgain } = comments
  const view = shallowRef<EditorView>()
  const places = shallowRef<ReadonlyMap<string, Place>>()
  const active = ref<string>()
  const threads = computed(() => all.value.filter(({ change }) => change))

  function listed(thread: Schemas['Thread']): Listed {
    const change = view.value && readChange(view.value.state.schema, thread)
    return { thread, place: places.value?.get(thread.id), gone: change && toldOf(change.before), come: change && toldOf(change.after) }
  }
  const end = Number.MAX_SAFE_INTEGER
  const waiting = computed(() =>
    threads.value.filter(({ state }) => state === 'open').map(listed).sort((a, b) => (a.place?.from ?? end) - (b.place?.from ?? end)),
  )
  const settled = computed(() => threads.value.filter(({ state }) => state !== 'open').map(listed))

  const settle = useMutation({
    mutationFn: ({ threadId, ...body }: { threadId: string } & Schemas['SettlementInput']) =>
      call(api.POST('/responses/{responseId}/answers/{answerId}/suggestions/{threadId}', { params: { path: { ...path, threadId } }, body })),
    // Sent again under its name it is done once: nobody is left not knowing whether it was.
    retry: askTwiceMore,
    onSuccess: keep,
    onError: askAgain,
  })
  const send = useMutation({
    mutationFn: (body: Schemas['SuggestionsInput']) => call(api.POST('/responses/{responseId}/answers/{answerId}/suggestions', { params: { path }, body })),
    onSuccess: keep,
    onError: askAgain,
  })

  const marked = (): MarkedSuggestions => ({
    threads: threads.value,
    active: active.value,
    words: { removed: t('editor.suggestions.removed'), added: t('editor.suggestions.added') },
    placed: (found) => void (places.value = found),
    picked: show,
    shownIn(one, shows) {
      if (shows) view.value = one
      else if (view.value === one) view.value = undefined
    },
  })
  watch([threads, active], () => view.value && draw(view.value, marked()))

  // What others suggest while one is here is told as well to those who do not see it come.
  const fromOthers = (some: readonly Schemas['Thread'][]) => some.filter(({ change, entries }) => change && !entries[0]!.mine)
  watch(comments.query.data, (now, before) => {
    if (!now || !before || fromOthers(now).length <= fromOthers(before).length) return
    const { by } = fromOthers(now).at(-1)!.entries[0]!
    announce(t('editor.suggestions.heard', { name: by.name, organisation: by.organisation }))
  })

  function show(threadId: string) {
    active.value = threadId
    open.value = true
  }
  /** Goes on to the next one after the cursor, or begins again from the first. */
  function next() {
    const placed = waiting.value.filter(({ place }) => place)
    const cursor = view.value?.state.selection.head ?? 0
    const at = active.value ? placed.findIndex(({ thread }) => thread.id === active.value) + 1 : placed.findIndex(({ place }) => place!.to >= cursor)
    const found = placed[at] ?? placed[0] ?? waiting.value[0]
    if (found) show(found.thread.id)
    else announce(t('editor.suggestions.left', 0))
  }

  return { comments, view, threads, waiting, settled, active, open, settle, send, show, next, marks: suggestionMarks(marked) }
}
