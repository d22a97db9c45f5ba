import { getSchema } from '@tiptap/core'
import { initProseMirrorDoc } from '@tiptap/y-tiptap'
import { fromBase64, toBase64 } from 'lib0/buffer'
import * as Y from 'yjs'
import type { Ground } from '../comments/anchor'
import { vocabulary } from '../text/vocabulary'
import { hunksOf, type Hunk } from './hunks'

const schema = getSchema(vocabulary)
const field = 'default'

/**
 * A copy of the live text to try changes in. What others write in the live text comes here as well; what is written here
 * goes nowhere, until what differs is sent as suggestions.
 */
export class Fork {
  readonly doc = new Y.Doc()
  private readonly follow = (update: Uint8Array) => Y.applyUpdate(this.doc, update, this)

  constructor(
    private readonly live: Y.Doc,
    kept?: string,
  ) {
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(live), this)
    if (kept) restore(this.doc, kept)
    live.on('update', this.follow)
  }

  /** Calls whenever either text has changed. */
  changed(tell: () => void): void {
    this.doc.on('update', tell)
  }

  /** The live text as it stands, and what has been made of it here. */
  compare(): { ground: Ground; hunks: Hunk[] } {
    const ground = groundOf(this.live)
    return { ground, hunks: hunksOf(ground.doc, groundOf(this.doc).doc) }
  }

  /** All that is here and not in the live text, to be given to another fork of it. */
  kept(): string {
    return toBase64(Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(this.live)))
  }

  destroy(): void {
    this.live.off('update', this.follow)
    this.doc.destroy()
  }
}

function groundOf(doc: Y.Doc): Ground {
  const type = doc.getXmlFragment(field)
  const { doc: read, mapping } = initProseMirrorDoc(type, schema)
  return { doc: read, type, mapping }
}

function restore(doc: Y.Doc, kept: string): void {
  try {
    Y.applyUpdate(doc, fromBase64(kept))
  } catch {
    // What cannot be read is no longer there to be sent.
  }
}
