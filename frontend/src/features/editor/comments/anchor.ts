import type { EditorState } from '@tiptap/pm/state'
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { Schemas } from '@/api'
import { findOnce, selectedPassage, type Range } from './passage'

/** What a comment is about: a passage with its place and its words, or the whole answer. */
export type About = { anchor: Schemas['Anchor']; quote: string } | undefined

const longestQuote = 1_000

/** What the selection is about. */
export function aboutSelection(state: EditorState): About {
  const passage = selectedPassage(state.doc, state.selection)
  if (!passage) return undefined
  const { type, binding } = ySyncPluginKey.getState(state)
  // A position in the live text belongs to the character before it: after the first one, and after the last.
  const encoded = (position: number) => toBase64(Y.encodeRelativePosition(absolutePositionToRelativePosition(position, type, binding.mapping)))
  return { anchor: { first: encoded(passage.from + 1), last: encoded(passage.to) }, quote: passage.text.slice(0, longestQuote).trim() }
}

/**
 * Where a thread's passage stands now. As long as its first or last character is left, or what is left between them are
 * its words, it is followed through all changes. Text that is moved, put back, or parted by a new paragraph is another
 * text to the live document: then its words are looked for, and hold if they stand in one place alone.
 */
export function locate(state: EditorState, { anchor, quote }: Pick<Schemas['Thread'], 'anchor' | 'quote'>): Range | undefined {
  if (!anchor || !quote) return undefined
  return follow(state, anchor, quote) ?? findOnce(state.doc, quote)
}

function follow(state: EditorState, anchor: Schemas['Anchor'], quote: string): Range | undefined {
  try {
    const [first, last] = [standing(state, anchor.first), standing(state, anchor.last)]
    if (!first || !last) return undefined
    const range = { from: first.lives ? first.position - 1 : first.position, to: last.position }
    const left = range.from < range.to && state.doc.textBetween(range.from, range.to, '\n')
    return left && (first.lives || last.lives || quote.includes(left)) ? range : undefined
  } catch {
    return undefined // what another page has written may be anything
  }
}

/** The position after a character, or where it was. Nothing for one that has not come here. */
function standing(state: EditorState, end: string): { lives: boolean; position: number } | undefined {
  const { doc, type, binding } = ySyncPluginKey.getState(state)
  const relative = Y.decodeRelativePosition(fromBase64(end))
  if (!Y.createAbsolutePositionFromRelativePosition(relative, doc)) return undefined
  // The library takes the very beginning of a text for a mistake.
  return { lives: lives(doc, relative), position: relativePositionToAbsolutePosition(doc, type, relative, binding.mapping) ?? 1 }
}

function lives(doc: Y.Doc, { item }: Y.RelativePosition): boolean {
  if (!item) return false
  const found = Y.getItem(doc.store, item)
  const redone = found instanceof Y.Item ? found.redone : null
  return redone ? !Y.getItem(doc.store, redone).deleted : !found.deleted
}

const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))
const fromBase64 = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
