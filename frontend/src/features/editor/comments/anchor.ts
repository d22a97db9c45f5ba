import type { Node } from '@tiptap/pm/model'
import type { EditorState } from '@tiptap/pm/state'
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { Schemas } from '@/api'
import { findOnce, selectedPassage, type Range } from './passage'

/** What a comment is about: a passage with its place and its words, or the whole answer. */
export type About = { anchor: Schemas['Anchor']; quote: string } | undefined

export const longestQuote = 1_000

/** A text as it is edited, and the live text below it. */
export interface Ground {
  doc: Node
  type: Y.XmlFragment
  mapping: Parameters<typeof relativePositionToAbsolutePosition>[3]
}

export function groundOf(state: EditorState): Ground {
  const { type, binding } = ySyncPluginKey.getState(state)
  return { doc: state.doc, type, mapping: binding.mapping }
}

/** What the selection is about. */
export function aboutSelection(state: EditorState): About {
  const passage = selectedPassage(state.doc, state.selection)
  if (!passage) return undefined
  return { anchor: anchorAt(groundOf(state), passage), quote: passage.text.slice(0, longestQuote).trim() }
}

/** The first and the last character of a passage. */
export function anchorAt({ type, mapping }: Ground, { from, to }: Range): Schemas['Anchor'] {
  // A position in the live text belongs to the character before it: after the first one, and after the last.
  const encoded = (position: number) => encodeEnd(absolutePositionToRelativePosition(position, type, mapping))
  return { first: encoded(from + 1), last: encoded(to) }
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
    const ground = groundOf(state)
    const [first, last] = [standing(ground, decodeEnd(anchor.first)), standing(ground, decodeEnd(anchor.last))]
    if (!first || !last) return undefined
    const range = { from: first.lives ? first.position - 1 : first.position, to: last.position }
    const left = range.from < range.to && state.doc.textBetween(range.from, range.to, '\n')
    return left && (first.lives || last.lives || quote.includes(left)) ? range : undefined
  } catch {
    return undefined // what another page has written may be anything
  }
}

/** The position after a character, or where it was. Nothing for one that has not come here. */
export function standing({ type, mapping }: Ground, relative: Y.RelativePosition): { lives: boolean; position: number } | undefined {
  const doc = type.doc!
  if (!Y.createAbsolutePositionFromRelativePosition(relative, doc)) return undefined
  // The library takes the very beginning of a text for a mistake.
  return { lives: lives(doc, relative), position: relativePositionToAbsolutePosition(doc, type, relative, mapping) ?? 1 }
}

function lives(doc: Y.Doc, relative: Y.RelativePosition): boolean {
  return itemOf(doc, relative)?.deleted === false
}

/** What a position holds on to, as it is now: what was cut and put back by undoing is another one. */
export function itemOf(doc: Y.Doc, { item }: Y.RelativePosition): Y.Item | undefined {
  if (!item) return undefined
  const found = Y.getItem(doc.store, item)
  const now = found instanceof Y.Item && found.redone ? Y.getItem(doc.store, found.redone) : found
  return now instanceof Y.Item ? now : undefined
}

export const encodeEnd = (position: Y.RelativePosition) => btoa(String.fromCharCode(...Y.encodeRelativePosition(position)))
export const decodeEnd = (end: string) => Y.decodeRelativePosition(Uint8Array.from(atob(end), (char) => char.charCodeAt(0)))
