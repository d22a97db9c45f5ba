import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, call, may, type Me, type Schemas } from '@/api'
import { useTerms } from '@/features/terms'
import { announce, toast } from '@/ui'
import type { About } from './anchor'
import type { Places } from './marks'

export interface Said {
  /** What it is called when it is sent, and when it is sent again since no answer came. */
  sending: string
  audience: Schemas['CommentAudience']
  text: string
  mentions: Schemas['MentionInput'][]
}
interface Beginning {
  about: About
}
export type Comments = ReturnType<typeof useComments>

const everySoOften = 10_000

/** What is said about one answer: the threads that this person sees, where they stand in the text, and which is looked at. */
export function useComments(response: () => Schemas['Response'], answerId: string, me: Me, open: Ref<boolean>) {
  const { t } = useI18n()
  const terms = useTerms()
  const cache = useQueryClient()
  const path = { responseId: response().id, answerId }
  const queryKey = ['responses', path.responseId, 'answers', answerId, 'comments']
  const readable = computed(() => may('response.comments', response().abilities))
  const writable = computed(() => may('response.comment', response().abilities))

  const query = useQuery({
    queryKey,
    queryFn: () => call(api.GET('/responses/{responseId}/answers/{answerId}/comments', { params: { path } })),
    enabled: readable,
    refetchInterval: everySoOften,
  })
  const all = computed(() => query.data.value ?? [])
  /** What is said; what is suggested is listed by itself. */
  const threads = computed(() => all.value.filter(({ change }) => !change))
  const keep = (all: Schemas['Thread'][]) => cache.setQueryData(queryKey, all)
  const askAgain = () => cache.invalidateQueries({ queryKey })

  /** Who will see it, as a button says it. */
  const audienceName = (audience: Said['audience']) => (audience === 'parties' ? t('editor.comments.parties') : me.acting ? terms.organisation(me.acting.organisation) : '')

  const active = ref<string>()
  /** What a new comment is about, while one is written. */
  const beginning = shallowRef<Beginning>()
  /** Nothing before they have been looked for. */
  const places = shallowRef<Places>()

  const begin = useMutation({
    mutationFn: ({ said, of }: { said: Said; of: Beginning }) =>
      call(api.POST('/responses/{responseId}/answers/{answerId}/comments', { params: { path }, body: { ...said, ...of.about } })),
    onSuccess({ id, threads: all }, { said: { audience }, of }) {
      keep(all)
      if (beginning.value === of) {
        beginning.value = undefined
        active.value = id
      }
      toast(t('editor.comments.saved', { audience: audienceName(audience) }))
    },
    onError: askAgain,
  })
  const add = useMutation({
    mutationFn: ({ threadId, ...body }: { threadId: string } & Schemas['ThreadEntryInput']) =>
      call(api.POST('/responses/{responseId}/answers/{answerId}/comments/{threadId}', { params: { path: { ...path, threadId } }, body })),
    onSuccess(all, { kind }) {
      keep(all)
      toast(t(`editor.comments.done.${kind}`))
    },
    onError: askAgain,
  })

  // What others say while one is here is told as well to those who do not see it come.
  const fromOthers = (all: readonly Schemas['Thread'][]) => all.flatMap(({ entries }) => entries).filter(({ kind, mine }) => kind === 'say' && !mine)
  watch(query.data, (now, before) => {
    if (now && before && fromOthers(now).length > fromOthers(before).length) {
      const { by } = fromOthers(now).reduce((newest, entry) => (entry.at > newest.at ? entry : newest))
      announce(t('editor.comments.heard', { name: by.name, organisation: by.organisation }))
    }
  })

  function show(threadId: string) {
    beginning.value = undefined
    active.value = threadId
    open.value = true
  }
  function start(about: About) {
    if (!writable.value) return
    beginning.value = { about }
    active.value = undefined
    open.value = true
  }

  return { query, all, keep, askAgain, threads, readable, writable, audienceName, open, active, beginning, places, begin, add, show, start, path, me }
}
