import { ref, watch, type Ref } from 'vue'

/**
 * A form whose content survives a reload, a crash of the tab or a look at another page. It is kept
 * in this tab alone, under a key of its own, until `discard` is called: after it was sent.
 */
export function useKept<T extends object>(key: string, initial: () => T): { form: Ref<T>; restored: boolean; discard: () => void } {
  const stored = sessionStorage.getItem(`kept:${key}`)
  const form = ref({ ...initial(), ...parse<T>(stored) }) as Ref<T>
  const stop = watch(form, (value) => sessionStorage.setItem(`kept:${key}`, JSON.stringify(value)), { deep: true, flush: 'sync' })
  return {
    form,
    restored: stored !== null,
    discard() {
      stop()
      sessionStorage.removeItem(`kept:${key}`)
    },
  }
}

/** The key of a text to be sent for an organisation: nobody who acts for another goes on with it. */
export function textKey(organisation = '', key: string): string {
  return `text:${organisation}:${key}`
}

/** Whether a text has been begun in this tab, of one kind or any, and not been sent. */
export function textsBegun(kind = ''): boolean {
  return Object.keys(sessionStorage)
    .filter((key) => key.startsWith('kept:text:') && key.includes(`:${kind}`))
    .some((key) => Object.values(parse<object>(sessionStorage.getItem(key)) ?? {}).some((value) => String(value).trim() !== ''))
}

/** What another person left half-written in this tab is not for the one who is here now. */
export function keepOnlyFor(owner: string): void {
  if (sessionStorage.getItem('kept-for') === owner) return
  Object.keys(sessionStorage).filter((key) => key.startsWith('kept:')).forEach((key) => sessionStorage.removeItem(key))
  sessionStorage.setItem('kept-for', owner)
}

function parse<T>(stored: string | null): T | undefined {
  try {
    return stored ? (JSON.parse(stored) as T) : undefined
  } catch {
    return undefined
  }
}
