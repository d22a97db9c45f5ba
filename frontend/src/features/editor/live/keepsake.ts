import { fromBase64, toBase64 } from 'lib0/buffer'
import * as Y from 'yjs'

const pause = 500

/**
 * What is not saved yet, kept in this tab so that it survives a reload or a crash. It lies among
 * the other things kept for the person who is logged in, and goes when they do (`keepOnlyFor`).
 */
export class Keepsake {
  private since: Uint8Array | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly key: string

  constructor(
    name: string,
    private readonly doc: Y.Doc,
  ) {
    this.key = `kept:text:${name}`
    globalThis.addEventListener?.('pagehide', this.flush)
  }

  /** Puts back what an earlier page did not get saved. Says whether there was something. */
  restore(): boolean {
    const kept = sessionStorage.getItem(this.key)
    if (!kept) return false
    try {
      Y.applyUpdate(this.doc, fromBase64(kept), this)
      return true
    } catch {
      sessionStorage.removeItem(this.key)
      return false
    }
  }

  /** Something is unsaved. It is put away if that lasts. */
  unsaved(): void {
    this.timer ??= setTimeout(this.flush, pause)
  }

  /** Nothing is unsaved. What comes from now on is all that needs keeping. */
  saved(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.since = Y.encodeStateVector(this.doc)
    sessionStorage.removeItem(this.key)
  }

  destroy(): void {
    clearTimeout(this.timer)
    globalThis.removeEventListener?.('pagehide', this.flush)
  }

  private readonly flush = (): void => {
    if (this.timer === undefined) return
    clearTimeout(this.timer)
    this.timer = undefined
    try {
      sessionStorage.setItem(this.key, toBase64(Y.encodeStateAsUpdate(this.doc, this.since)))
    } catch {
      // No room: it is in the page still, and the browser asks before the tab is closed.
    }
  }
}
