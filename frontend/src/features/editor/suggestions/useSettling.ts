import type { Node } from '@tiptap/pm/model'
import { TextSelection } from '@tiptap/pm/state'
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiProblem, may, type Schemas } from '@/api'
import { useTerms } from '@/features/terms'
import { toast } from '@/ui'
import type { LiveDocument } from '../live/liveDocument'
import { doApart } from '../text/ownStep'
import { look } from './marks'
import type { Change, Place } from './place'
import type { Listed, Suggestions } from './useSuggestions'

export type Settling = ReturnType<typeof useSettling>
type Outcome = 'done' | 'changed' | 'gone' | 'closed' | 'lost'

/** No answer came to a claim: it may have been taken in or not. */
class Unsure extends Error {}

/** Taking suggestions into the text, or not. */
export function useSettling(suggestions: Suggestions, live: LiveDocument, response: () => Schemas['Response'], suggesting: Ref<boolean>) {
  const { t } = useI18n()
  const terms = useTerms()
  const { view, waiting, settle } = suggestions
  const busy = ref(false)
  const error = ref<string>()
  /** What was to be put in where the words are other ones now, while one is asked whether to do so anyway. */
  const doubted = shallowRef<Listed>()
  const writes = computed(() => response().abilities.some(({ action }) => action === 'response.settle_suggestion'))
  const closed = computed(() => live.state.value !== 'live' || !live.writable.value)
  const whyNot = computed(() => {
    if (suggesting.value) return t('editor.suggestions.whileSuggesting')
    return terms.whyNot('document.write', response().abilities) ?? (closed.value ? t(`editor.suggestions.${live.state.value === 'offline' ? 'offline' : 'closed'}`) : undefined)
  })
  /** Leaving one out changes no text, and can be done while that is frozen. */
  const whyNotReject = computed(() => terms.whyNot('response.settle_suggestion', response().abilities))
  const mayWithdraw = ({ thread }: Listed) => thread.entries[0]!.mine && may('response.comment', response().abilities)

  /** Whoever has taken one in may open it again, should it not have come into the text. */
  function mayReopen({ thread }: Listed) {
    const settled = thread.entries.filter(({ kind }) => kind !== 'say').at(-1)!
    const mine = settled.mine && settled.by.organisation === suggestions.comments.me.acting?.organisation.name
    return thread.state === 'accepted' && mine && may('response.comment', response().abilities)
  }

  const step = ({ id }: Schemas['Thread'], kind: Schemas['SettlementInput']['kind']) => settle.mutateAsync({ threadId: id, kind, sending: crypto.randomUUID() })
  /** Claims it first, so that of two people one alone puts it in; what cannot be put in then is given back. */
  async function take({ thread }: Listed, anyway = false): Promise<Outcome> {
    const before = hindrance(thread, anyway)
    if (before !== 'done') return before
    await step(thread, 'accept').catch((problem: unknown) => {
      throw problem instanceof ApiProblem && problem.unreachable ? new Unsure() : problem
    })
    const outcome = hindrance(thread, anyway)
    if (outcome === 'done') giveBackIfLost(thread, putIn(thread))
    else if (!(await step(thread, 'reopen').then(() => true, lostForGood))) return 'lost'
    return outcome
  }
  function lostForGood() {
    toast(t('editor.suggestions.lostForGood'), { tone: 'danger' })
    return false
  }
  function hindrance(thread: Schemas['Thread'], anyway: boolean): Outcome {
    if (closed.value || suggesting.value || !view.value) return 'closed'
    const found = look(view.value, thread)
    if (!found?.place) return 'gone'
    return anyway || (found.place.fresh && !stands(view.value.state.doc, found.place, found.change)) ? 'done' : 'changed'
  }
  /** Gives what takes it out again. */
  function putIn(thread: Schemas['Thread']): () => void {
    const { change, place } = look(view.value!, thread)!
    return doApart(view.value!, (tr) => {
      tr.replace(place!.from, place!.to, change.after)
      return tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(place!.to)), -1)).scrollIntoView()
    })
  }
  /** The text can be frozen in the moment between. What was not saved is taken out first: sent later, it would be there twice. */
  function giveBackIfLost(thread: Schemas['Thread'], takeOut: () => void) {
    const stop = watch([live.unsaved, live.state], ([unsaved, state]) => {
      const lost = state === 'frozen' || state === 'readonly' || state === 'denied'
      if (unsaved && !lost) return
      queueMicrotask(() => stop())
      if (!unsaved) return
      takeOut()
      step(thread, 'reopen').then(() => toast(t('editor.suggestions.lost'), { tone: 'danger' }), lostForGood)
    }, { immediate: true })
  }

  /** Does it, says what went wrong, and goes on to the next one when it went well. */
  async function work(does: () => Promise<boolean>, from?: Listed) {
    const at = waiting.value.findIndex(({ thread }) => thread.id === from?.thread.id)
    busy.value = true
    error.value = undefined
    const done = await does().catch((problem: unknown) => void (error.value = problem instanceof Unsure ? t('editor.suggestions.unsure') : terms.problem(problem)))
    busy.value = false
    if (done) suggestions.active.value = (waiting.value[at] ?? waiting.value[at - 1] ?? waiting.value[0])?.thread.id
    return done === true
  }
  const left = () => t('editor.suggestions.left', waiting.value.length)

  const accept = (one: Listed, anyway = false) =>
    work(async () => {
      const outcome = await take(one, anyway)
      doubted.value = outcome === 'changed' ? one : undefined
      if (outcome === 'done') toast(`${t('editor.suggestions.done.accept')} ${left()}`)
      else if (outcome !== 'changed' && outcome !== 'lost') error.value = t(`editor.suggestions.not.${outcome}`)
      return outcome === 'done'
    }, one)
  const reject = (one: Listed) =>
    work(async () => {
      await step(one.thread, 'reject')
      toast(`${t(`editor.suggestions.done.${one.thread.entries[0]!.mine ? 'withdraw' : 'reject'}`)} ${left()}`)
      return true
    }, one)
  /** It changes no text: that it did not come in is for whoever presses to see. */
  const reopen = (one: Listed) =>
    work(async () => {
      await step(one.thread, 'reopen')
      toast(t('editor.suggestions.done.reopen'))
      return true
    }, one)
  const all = (kind: 'accept' | 'reject') =>
    work(async () => {
      let done = 0
      try {
        for (const one of [...waiting.value]) if (await isSettled(one, kind)) done++
      } finally {
        toast(`${t(`editor.suggestions.doneAll.${kind}`, done)} ${left()}`)
      }
      return true
    })
  /** Another may have been first with one of them: the rest is gone on with. */
  async function isSettled(one: Listed, kind: 'accept' | 'reject'): Promise<boolean> {
    try {
      if (kind === 'accept') return (await take(one)) === 'done'
      await step(one.thread, kind)
      return true
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.code === 'changed_meanwhile') return false
      throw problem
    }
  }

  return { busy, error, doubted, writes, whyNot, whyNotReject, mayWithdraw, mayReopen, accept, reject, reopen, all }
}

/** Whether what would be put in stands there already, as it does when it has been put in before. */
function stands(doc: Node, { from, to }: Place, { before, after }: Change): boolean {
  const is = (from: number, to: number) => from >= 0 && to <= doc.content.size && doc.slice(from, to).content.eq(after.content)
  return before.size === 0 && after.size > 0 && (is(from, from + after.size) || is(to - after.size, to))
}
