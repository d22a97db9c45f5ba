import { shallowRef } from 'vue'
import * as Y from 'yjs'
import { keep, sent, unkeep, unsentOf, type Unsent } from '@/lib/unsent'

const pause = 100

/** Whose text it is, for whom they act, and where in the portal it stands. */
export interface Place {
  account: string
  organisation: string
  responseId: string
  answerId: string
}

/**
 * What is not saved yet, kept in this browser until it is. `kept`: it would be there after a crash. `pending`: in a moment.
 * `refused`: the browser keeps nothing.
 */
export class Keepsake {
  readonly state = shallowRef<'kept' | 'pending' | 'refused'>('pending')
  private restored: Unsent[] = []
  private since: Uint8Array | undefined
  private written = false
  private writing = false
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly name: string,
    private readonly doc: Y.Doc,
    private readonly place: Place,
  ) {
    globalThis.addEventListener?.('pagehide', this.leaving)
  }

  /** Puts back what earlier pages, and others that are still open, have not got saved. Says whether there was something. */
  async restore(): Promise<boolean> {
    const found = await unsentOf(this.place.account, this.place.organisation, this.name).catch(() => {
      this.state.value = 'refused'
      return []
    })
    this.restored = found.filter((one) => this.puts(one))
    if (this.restored.length > 0) this.state.value = 'kept'
    return this.restored.length > 0
  }

  /** The text has come. What is typed from now on needs keeping, and what was put back, for it may be leant on. */
  loaded(): void {
    if (this.since) return
    const known = Y.decodeStateVector(Y.encodeStateVector(this.doc))
    for (const { update } of this.restored) {
      for (const [client, from] of Y.parseUpdateMeta(update).from) known.set(client, Math.min(from, known.get(client) ?? 0))
    }
    this.since = Y.encodeStateVector(known)
  }

  /** Something is unsaved. It is put away if that lasts. */
  unsaved(): void {
    if (this.state.value === 'kept') this.state.value = 'pending'
    this.timer ??= setTimeout(() => void this.flush(), pause)
  }

  /** Nothing is unsaved. What comes from now on is all that needs keeping. */
  saved(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.since = Y.encodeStateVector(this.doc)
    const away = this.restored.map(sent)
    if (this.written) away.push(unkeep(this.place.account, this.name, this.doc.clientID))
    this.restored = []
    this.written = false
    // What could not be taken away is sent again when the text is next opened, and changes nothing then.
    void Promise.allSettled(away)
  }

  /** The words in it, as they were typed, for somebody who cannot be shown the text that they belong to. */
  words(): string {
    return this.restored.map(({ update }) => wordsIn(update)).join('\n\n')
  }

  destroy(): void {
    this.leaving()
    clearTimeout(this.timer)
    globalThis.removeEventListener?.('pagehide', this.leaving)
  }

  private puts(one: Unsent): boolean {
    try {
      Y.applyUpdate(this.doc, one.update, this)
      return true
    } catch {
      void sent(one).catch(() => undefined)
      return false
    }
  }

  private readonly leaving = (): void => {
    if (this.timer !== undefined) void this.write()
  }

  private async flush(): Promise<void> {
    this.timer = undefined
    if (this.writing) return this.unsaved()
    this.writing = true
    await this.write()
    this.writing = false
  }

  private async write(): Promise<void> {
    const { name, doc, place } = this
    this.written = true
    try {
      await keep({ ...place, document: name, page: doc.clientID, update: Y.encodeStateAsUpdate(doc, this.since) })
      if (this.timer === undefined) this.state.value = 'kept'
    } catch {
      this.state.value = 'refused'
    }
  }
}

/** The words that an update brings, a line for each block. */
export function wordsIn(update: Uint8Array): string {
  let words = ''
  for (const struct of Y.decodeUpdate(update).structs) {
    if (!(struct instanceof Y.Item)) continue
    if (struct.content instanceof Y.ContentString) words += struct.content.str
    else if (struct.content instanceof Y.ContentType && words) words += '\n'
  }
  return words.replace(/\n+/g, '\n').trim()
}
