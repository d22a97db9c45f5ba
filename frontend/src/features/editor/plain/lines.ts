import { Fragment, type Attrs, type Mark, type Node, type Schema } from '@tiptap/pm/model'
import type { Edit } from './edit'

/**
 * A text as lines, one for each paragraph, heading and list item. A line's prefix says what it is; the rest is what stands
 * in it, with as many places as the line has characters. What is read into lines is made into the same blocks again.
 */
export interface Line {
  prefix: string
  inline: Fragment
  /** What else the block knows of itself: the language of its words, say. */
  attrs: Attrs | null
  /** What the first item of the numbered list has for a number. */
  start: number
}

const headingOrItem = /^(?:(#{1,3}) |((?: {2})*)(?:(-)|(\d{1,9})\.) )/
/** A paragraph whose words look like something else, or like this, is written after a backslash. */
const needsEscape = /^\\*(?:#{1,3} |(?: {2})*(?:-|\d{1,9}\.) )/
/** How a line break within a paragraph looks in a line. */
const lineBreak = '↵'

export const textOf = (inline: Fragment, breaks = lineBreak) => inline.textBetween(0, inline.size, undefined, (leaf) => (leaf.type.name === 'hardBreak' ? breaks : '\ufffc'))
export const lineText = ({ prefix, inline }: Line) => prefix + textOf(inline)

/** The lines of the blocks, or nothing where lines cannot say all that they are. */
export function linesOf(blocks: readonly Node[]): Line[] | undefined {
  try {
    const lines = blocks.flatMap((block) => linesOfBlock(block))
    const again = blocks[0] ? blocksOf(lines, blocks[0].type.schema) : []
    return again.length === blocks.length && again.every((block, at) => block.eq(blocks[at]!)) ? lines : undefined
  } catch {
    return undefined
  }
}

function linesOfBlock(block: Node, depth = 0): Line[] {
  const { name } = block.type
  const line = (prefix: string, start = 1): Line => ({ prefix, inline: block.content, attrs: block.attrs, start })
  if (name === 'paragraph') return [line(needsEscape.test(textOf(block.content)) ? '\\' : '')]
  if (name === 'heading') return [line(`${'#'.repeat(Number(block.attrs.level))} `)]
  if (name !== 'bulletList' && name !== 'orderedList') throw new Error(`${name} is no line`)
  const start = Number(block.attrs.start ?? 1)
  return block.children.flatMap((item, at) => {
    const [first, ...inner] = item.children
    const prefix = `${'  '.repeat(depth)}${name === 'bulletList' ? '-' : `${start + at}.`} `
    if (first?.type.name !== 'paragraph') throw new Error('an item begins with its words')
    return [{ prefix, inline: first.content, attrs: first.attrs, start }, ...inner.flatMap((list) => (list.isTextblock ? unsaid() : linesOfBlock(list, depth + 1)))]
  })
}

function unsaid(): never {
  throw new Error('a second paragraph in an item has no line')
}

const itemOf = ({ prefix }: Line) => {
  const [, , indent, bullet, number] = headingOrItem.exec(prefix) ?? []
  return indent === undefined ? undefined : { depth: indent.length / 2, ordered: bullet === undefined, number: Number(number) }
}

/** The blocks that the lines stand for. */
export function blocksOf(lines: readonly Line[], schema: Schema): Node[] {
  const blocks: Node[] = []
  for (let at = 0; at < lines.length; ) {
    let end = at
    while (end < lines.length && itemOf(lines[end]!)) end++
    if (end > at) blocks.push(...lists(lines.slice(at, end), 0, schema))
    else blocks.push(textblock(lines[end++]!, schema))
    at = end
  }
  return blocks
}

function textblock({ prefix, inline, attrs }: Line, { nodes }: Schema): Node {
  const level = /^#+/.exec(prefix)?.[0].length
  return level ? nodes.heading!.create({ ...attrs, level }, inline) : nodes.paragraph!.create(attrs, inline)
}

function lists(items: readonly Line[], depth: number, schema: Schema): Node[] {
  const { nodes } = schema
  const made: Node[] = []
  for (let at = 0; at < items.length; ) {
    const { ordered } = itemOf(items[at]!)!
    const { start } = items[at]!
    const content: Node[] = []
    while (at < items.length && itemOf(items[at]!)!.ordered === ordered) {
      let inner = at + 1
      while (inner < items.length && itemOf(items[inner]!)!.depth > depth) inner++
      const words = nodes.paragraph!.create(items[at]!.attrs, items[at]!.inline)
      content.push(nodes.listItem!.create(null, [words, ...lists(items.slice(at + 1, inner), depth + 1, schema)]))
      at = inner
    }
    made.push(ordered ? nodes.orderedList!.create({ start }, content) : nodes.bulletList!.create(null, content))
  }
  return made
}

/** Where a character of the lines' text stands: in which line, and how far into it. */
export function placeIn(texts: readonly string[], offset: number): { line: number; column: number } {
  let line = 0
  let left = offset
  while (line < texts.length - 1 && left > texts[line]!.length) left -= texts[line++]!.length + 1
  return { line, column: Math.min(left, texts[line]!.length) }
}

/** The lines after an edit, and where its end now stands in what they say. Lines that it does not touch are the same as before. */
export function edited(lines: readonly Line[], edit: Edit, schema: Schema): { lines: Line[]; line: number; into: number } {
  const texts = lines.map(lineText)
  const [begin, end] = [placeIn(texts, edit.from), placeIn(texts, edit.to)]
  const [first, last] = [lines[begin.line]!, lines[end.line]!]
  const tail = raw(last, schema).cut(end.column)
  const ends = endsList(edit, first, texts[begin.line]!)
  const head = ends ? Fragment.empty : raw(first, schema).cut(0, begin.column)
  const parts = (ends ? '' : continued(edit, first, begin.column)).split('\n').map((text) => inlineOf(text, marksBetween(head, tail), schema))
  parts[0] = head.append(parts[0]!)
  parts.push(parts.pop()!.append(tail))
  const lastPart = parts.length - 1
  const was = (at: number) => (at === 0 && (lastPart > 0 || begin.column > 0) ? first : at === lastPart ? last : undefined)
  const by = parts.map((part, at) => read(part, was(at)))
  const into = Math.max(0, parts[lastPart]!.size - tail.size - by[lastPart]!.prefix.length)
  return { lines: [...lines.slice(0, begin.line), ...by, ...lines.slice(end.line + 1)], line: begin.line + lastPart, into }
}

const isNewLine = ({ text, from, to }: Edit) => text === '\n' && from === to

/** A new line after an item without words ends the list. */
const endsList = (edit: Edit, line: Line, whole: string) => isNewLine(edit) && itemOf(line) !== undefined && whole === line.prefix

/** A new line in a list is a new item. */
function continued(edit: Edit, line: Line, column: number): string {
  return isNewLine(edit) && itemOf(line) && column >= line.prefix.length ? `\n${line.prefix}` : edit.text
}

const raw = ({ prefix, inline }: Line, schema: Schema) => inlineOf(prefix, [], schema).append(inline)

function inlineOf(text: string, marks: readonly Mark[], schema: Schema, breaks = lineBreak): Fragment {
  const pieces = text.replaceAll('\r', '').split(breaks)
  return Fragment.fromArray(pieces.flatMap((piece, at) => [...(at > 0 ? [schema.nodes.hardBreak!.create()] : []), ...(piece ? [schema.text(piece, marks)] : [])]))
}

/** The inline content with an edit in it; a new line is a line break. */
export function editedInline(inline: Fragment, { from, to, text }: Edit, schema: Schema): Fragment {
  const [head, tail] = [inline.cut(0, from), inline.cut(to)]
  return head.append(inlineOf(text, marksBetween(head, tail), schema, '\n')).append(tail)
}

/** What is written goes on as what stands before it; a link only where it stands after as well. */
function marksBetween(head: Fragment, tail: Fragment): readonly Mark[] {
  const before = head.lastChild?.marks ?? []
  return before.filter((mark) => mark.type.spec.inclusive !== false || mark.isInSet(tail.firstChild?.marks ?? []))
}

/** Reads what a line now is from how it begins. It keeps what it cannot say from the line that it was. */
function read(content: Fragment, was: Line | undefined): Line {
  const text = textOf(content)
  const prefix = headingOrItem.exec(text)?.[0] ?? (needsEscape.test(text) ? '\\' : '')
  const line: Line = { prefix, inline: content.cut(prefix.length), attrs: was?.attrs ?? null, start: 1 }
  const number = itemOf(line)?.number
  return number === undefined || Number.isNaN(number) ? line : { ...line, start: was?.prefix === prefix ? was.start : number }
}
