import { Slice, type Node, type Schema } from '@tiptap/pm/model'
import * as Y from 'yjs'
import type { Schemas } from '@/api'
import { anchorAt, decodeEnd, encodeEnd, itemOf, longestQuote, standing, type Ground } from '../comments/anchor'
import { findOnce, type Range } from '../comments/passage'
import type { Hunk } from './hunks'

/** A change as it is kept: what was there, what would be, and, where nothing was, on which side of its neighbour it comes. */
export interface Change {
  before: Slice
  after: Slice
  side?: 'before' | 'after'
}

/** Where a change would be made, and whether its words still stand there as they did. */
export interface Place extends Range {
  fresh: boolean
}

/** The hunk as it is sent: it hangs on what it takes away, or on what stands next to where it puts something in. */
export function suggestionOf(ground: Ground, { from, to, before, after }: Hunk): Schemas['SuggestionInput'] {
  const quote = wordsOf(before).slice(0, longestQuote).trim()
  const { range, side } = from < to ? { range: { from, to }, side: undefined } : beside(ground.doc, from)
  const anchor = !range ? whole(ground) : ground.doc.resolve(range.from).parent.inlineContent ? anchorAt(ground, range) : nodeAnchor(ground, range)
  return { anchor, quote, change: { before: before.toJSON(), after: after.toJSON(), side } }
}

/** What stands next to a place where nothing stands; nothing in a text without anything. */
function beside(doc: Node, position: number): { range?: Range; side?: Change['side'] } {
  const { nodeBefore, nodeAfter } = doc.resolve(position)
  if (nodeBefore) return { range: { from: position - (nodeBefore.isText ? 1 : nodeBefore.nodeSize), to: position }, side: 'after' }
  if (nodeAfter) return { range: { from: position, to: position + (nodeAfter.isText ? 1 : nodeAfter.nodeSize) }, side: 'before' }
  return {}
}

const whole = ({ type }: Ground) => {
  const end = encodeEnd(Y.createRelativePositionFromTypeIndex(type, 0, -1))
  return { first: end, last: end }
}

/** Whole blocks have no first and last character that are theirs: the live text's own elements are held on to. */
function nodeAnchor(ground: Ground, { from, to }: Range): Schemas['Anchor'] {
  const at = (position: number) => {
    const $position = ground.doc.resolve(position)
    let parent: Y.XmlFragment = ground.type
    for (let depth = 0; depth < $position.depth; depth++) parent = parent.get($position.index(depth)) as Y.XmlElement
    return { parent, index: $position.index() }
  }
  const end = ({ parent, index }: ReturnType<typeof at>) => encodeEnd(Y.createRelativePositionFromTypeIndex(parent, index))
  const last = at(to)
  return { first: end(at(from)), last: end({ parent: last.parent, index: last.index - 1 }) }
}

/** What a suggestion would change; nothing where it cannot be read. */
export function readChange(schema: Schema, { change }: Pick<Schemas['Thread'], 'change'>): Change | undefined {
  try {
    const { before, after, side } = change as Record<string, unknown>
    const read = (slice: unknown) => {
      const found = Slice.fromJSON(schema, slice)
      found.content.forEach((node) => node.check())
      return found
    }
    const found = { before: read(before), after: read(after), side: side === 'before' || side === 'after' ? side : undefined } as Change
    return found.before.size + found.after.size > 0 ? found : undefined
  } catch {
    return undefined
  }
}

/** Where a suggestion's change would be made now. Nothing where all that it hangs on is gone. */
export function placeOf(ground: Ground, { anchor, quote }: Pick<Schemas['Thread'], 'anchor' | 'quote'>, { before, side }: Change): Place | undefined {
  const range = anchor && followed(ground, anchor, side)
  const found = range ?? (side || !quote ? undefined : findOnce(ground.doc, quote))
  if (!found) return undefined
  const begins = !side && before.size === 0 // a text in which there was nothing at all
  return { ...found, fresh: begins || ground.doc.slice(found.from, found.to).content.eq(before.content) }
}

function followed(ground: Ground, anchor: Schemas['Anchor'], side: Change['side']): Range | undefined {
  try {
    const [first, last] = [end(ground, anchor.first), end(ground, anchor.last)]
    if (!first || !last) return undefined
    if (side === 'after') return last.lives ? { from: last.to, to: last.to } : undefined
    if (side === 'before') return first.lives ? { from: first.from, to: first.from } : undefined
    return (first.lives || last.lives) && first.from <= last.to ? { from: first.from, to: last.to } : undefined
  } catch {
    return undefined // what another page has written may be anything
  }
}

/** From where to where one end of the place stands: a character, or a block. */
function end(ground: Ground, encoded: string): (Range & { lives: boolean }) | undefined {
  const relative = decodeEnd(encoded)
  const item = itemOf(ground.type.doc!, relative)
  if (!item) return relative.tname && ground.doc.textContent === '' ? { from: 0, to: ground.doc.content.size, lives: true } : undefined
  if (item.content instanceof Y.ContentType) return item.deleted ? undefined : elementRange(ground, item)
  const found = standing(ground, relative)
  return found && { from: found.lives ? found.position - 1 : found.position, to: found.position, lives: found.lives }
}

function elementRange({ doc, type }: Ground, item: Y.Item): (Range & { lives: boolean }) | undefined {
  const path: number[] = []
  for (let at: Y.Item | null = item; at; at = (at.parent as Y.XmlElement)._item) {
    let index = 0
    for (let left = at.left; left; left = left.left) if (!left.deleted) index++
    path.unshift(index)
    if (at.parent === type) break
  }
  let [node, position]: [Node, number] = [doc, -1]
  for (const index of path) {
    position++
    for (let i = 0; i < index; i++) position += node.child(i).nodeSize
    node = node.child(index)
  }
  return { from: position, to: position + node.nodeSize, lives: true }
}

/** The words of a slice, a line for each block. */
export function wordsOf(slice: Slice): string {
  return slice.content.textBetween(0, slice.content.size, '\n', '\n')
}

/** The same as it is told to those who decide about it: another address is a change like another word. */
export function toldOf(slice: Slice): string {
  const words = wordsOf(slice)
  const links = new Set<string>()
  slice.content.descendants(({ marks }) => marks.forEach(({ type, attrs }) => void (type.name === 'link' && links.add(String(attrs.href)))))
  return links.size > 0 && !links.has(words) ? `${words} (${[...links].join(', ')})` : words
}
