import { onScopeDispose, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { announce } from '@/ui'
import type { LiveDocument, LiveState, SaveState } from './liveDocument'
import type { Present } from './presence'

const pause = 3_000

/** Tells screen readers who comes and goes and when saving fails or recovers, but never for each letter. */
export function useAnnouncements(live: LiveDocument): void {
  const { t } = useI18n()
  announcePeople(live.people, (kind, names) => announce(t(`editor.announce.${kind}`, { names }, names.split(', ').length)))
  announceText(live, (what) => announce(t(`editor.announce.${what}`)))
}

type Said = Exclude<SaveState, 'saved' | 'saving'> | 'savedAgain' | 'opened' | 'readonly'

/** Tells when saving is in doubt and when it is not any more, and when the text is opened to this person, or closed. */
export function announceText({ state, saveState }: { state: Readonly<Ref<LiveState>>; saveState: Readonly<Ref<SaveState>> }, say: (what: Said) => void): void {
  let trouble: SaveState | undefined
  watch(saveState, (now) => {
    if (now === 'saving' || now === trouble) return
    if (now !== 'saved') say(now)
    else if (trouble && trouble !== 'locked') say('savedAgain')
    trouble = now === 'saved' ? undefined : now
  })
  let stood = state.value
  watch(state, (now) => {
    if (now === 'connecting' || now === 'offline') return // it is as before, as far as one knows
    if (now === 'live' && (stood === 'frozen' || stood === 'readonly')) say('opened')
    if (now === 'readonly' && stood === 'live') say('readonly')
    stood = now
  })
}

/** Gathers what happens within a few seconds. Who leaves and comes back in that time has not moved. */
export function announcePeople(people: Ref<Present[]>, say: (kind: 'joined' | 'left', names: string) => void): void {
  let known = namesOf(people.value)
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush() {
    timer = undefined
    const now = namesOf(people.value)
    const joined = now.filter((name) => !known.includes(name))
    const left = known.filter((name) => !now.includes(name))
    known = now
    if (joined.length > 0) say('joined', joined.join(', '))
    if (left.length > 0) say('left', left.join(', '))
  }
  watch(people, () => (timer ??= setTimeout(flush, pause)))
  onScopeDispose(() => clearTimeout(timer))
}

function namesOf(people: Present[]): string[] {
  return people.filter(({ me }) => !me).map(({ name }) => name)
}
