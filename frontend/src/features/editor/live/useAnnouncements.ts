import { onScopeDispose, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { announce } from '@/ui'
import type { LiveDocument, SaveState } from './liveDocument'
import type { Present } from './presence'

const pause = 3_000

/** Tells screen readers who comes and goes and when saving fails or recovers, but never for each letter. */
export function useAnnouncements(live: LiveDocument): void {
  const { t } = useI18n()
  announcePeople(live.people, (kind, names) => announce(t(`editor.announce.${kind}`, { names }, names.split(', ').length)))
  let trouble: SaveState | undefined
  watch(live.saveState, (state) => {
    if (state === 'saving' || state === trouble) return
    if (state !== 'saved') announce(t(`editor.announce.${state}`))
    else if (trouble) announce(t('editor.announce.savedAgain'))
    trouble = state === 'saved' ? undefined : state
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
