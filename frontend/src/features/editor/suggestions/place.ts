import { Slice, type Node, type ResolvedPos, type Schema } from '@tiptap/pm/model'
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
  const anchor = !range ? whole(ground) : ground.doc.resolve(range.from).parent.inlineContent ? inlineAnchor(ground, range) : nodeAnchor(ground, range)
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

/** A line break has no character either, and is an element as blocks are. */
function inlineAnchor(ground: Ground, range: Range): Schemas['Anchor'] {
  const { first, last } = anchorAt(ground, range)
  return { first: leafAt(ground, range.from) ?? first, last: leafAt(ground, range.to - 1) ?? last }
}

function leafAt(ground: Ground, position: number): string | undefined {
  const $position = ground.doc.resolve(position)
  if ($position.nodeAfter!.isText) return undefined
  const parent = parentAt(ground, $position)
  const children = parent.toArray()
  let [index, left] = [0, $position.parentOffset]
  while (left >= sizeOf(children[index]!)) left -= sizeOf(children[index++]!)
  return encodeEnd(Y.createRelativePositionFromTypeIndex(parent, index))
}

/** How many places something in a line takes. */
const sizeOf = (type: unknown) => (type instanceof Y.XmlText ? type.length : 1)

function parentAt({ type }: Ground, $position: ResolvedPos): Y.XmlFragment {
  let parent = type
  for (let depth = 0; depth < $position.depth; depth++) parent = parent.get($position.index(depth)) as Y.XmlElement
  return parent
}

/** Whole blocks have no first and last character that are theirs: the live text's own elements are held on to. */
function nodeAnchor(ground: Ground, { from, to }: Range): Schemas['Anchor'] {
  const at = (position: number) => {
    const $position = ground.doc.resolve(position)
    return { parent: parentAt(ground, $position), index: $position.index() }
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
export function placeOf(ground: Ground, { anchor }: Pick<Schemas['Thread'], 'anchor'>, change: Change): Place | undefined {
  const { before, side } = change
  const found = (anchor && followed(ground, anchor, side)) ?? foundAgain(ground.doc, change)
  if (!found) return undefined
  const begins = !side && before.size === 0 // a text in which there was nothing at all
  return { ...found, fresh: begins || ground.doc.slice(found.from, found.to).content.eq(before.content) }
}

/**
 * Where the words that would change stand, if they stand in one place: what was made anew, by being made a heading and back,
 * say, is another thing to the live text. Words give way to words alone, and blocks to blocks: never a part of one to a whole.
 */
function foundAgain(doc: Node, change: Change): Range | undefined {
  const words = wordsOf(change.before)
  const found = !change.side && /^[^\n]/.test(words) && /[^\n]$/.test(words) && words.trim() ? findOnce(doc, words) : undefined
  if (!found) return undefined
  const [$from, $to] = [doc.resolve(found.from), doc.resolve(found.to)]
  if (change.before.content.firstChild!.isInline) return $from.sameParent($to) ? found : undefined
  return blocksAround($from, $to, change)
}

/** The blocks of the same kind as those that would change, if the words are all that stands in them. */
function blocksAround($from: ResolvedPos, $to: ResolvedPos, { before, after }: Change): Range | undefined {
  const isKind = (node: Node, i: number) => node.isTextblock === before.content.child(i).isTextblock && (node.isTextblock || node.type === before.content.child(i).type)
  const isWhole = (depth: number) => $from.start(depth) === $from.pos - ($from.depth - depth) && $to.end(depth) === $to.pos + ($to.depth - depth)
  for (let depth = Math.min($from.depth, $to.depth); depth > 0 && isWhole(depth); depth--) {
    if ($from.sharedDepth($to.pos) < depth - 1) continue
    const [parent, index, end] = [$from.node(depth - 1), $from.index(depth - 1), $to.indexAfter(depth - 1)]
    const blocks = parent.children.slice(index, end)
    if (blocks.length === before.content.childCount && blocks.every(isKind) && parent.canReplace(index, end, after.content)) return { from: $from.before(depth), to: $to.after(depth) }
  }
  return undefined
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
  const path: Y.Item[] = []
  for (let at: Y.Item | null = item; at; at = (at.parent as Y.XmlElement)._item) {
    path.unshift(at)
    if (at.parent === type) break
  }
  let [node, position]: [Node, number] = [doc, -1]
  for (const at of path) {
    const before: Y.Item[] = []
    for (let { left } = at; left; left = left.left) if (!left.deleted) before.push(left)
    const into = before.reduce((sum, { content }, i) => sum + (node.inlineContent ? sizeOf((content as Y.ContentType).type) : node.child(i).nodeSize), 0)
    position += 1 + into
    node = node.nodeAt(into)!
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
