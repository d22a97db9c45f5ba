import type { Node } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import type { Edit } from './edit'
import { blocksOf, edited, editedInline, lineText, linesOf, placeIn, textOf, type Line } from './lines'

/** Text that stands in one field, and where its characters stand in the document. */
export interface Area {
  key: string
  value: string
  /** Where a character of the field stands in the document. */
  positionOf: (offset: number) => number
  /** Where in the field a position stands, if it stands there. */
  offsetOf: (position: number) => number | undefined
  /** Puts an edit of the field into the document, and says where its end stands. */
  apply: (tr: Transaction, edit: Edit) => number
}

/** What a field is called: a cell by its place, a line of a card by its name, others by their number. */
export type FieldName = { kind: 'cell'; row: number; column: number } | { kind: 'example'; name: string } | { kind: 'text' | 'field'; number: number }

/** Something that has a field for each of its texts, and in which there can be more such: a table, a card, alternatives. */
export interface Group {
  kind: 'group'
  key: string
  node: Node
  position: number
  index: number
  fields: { name: FieldName; area: Area }[]
  inner: Group[]
}

/** A stretch of the document: a run of paragraphs, headings and lists in one field, or a group of fields. */
export type Segment = { kind: 'run'; key: string; area: Area } | Group

export function segmentsOf(parent: Node, start = 0, path = ''): Segment[] {
  const segments: Segment[] = []
  const count = { run: 0, group: 0 }
  let run: { from: number; blocks: Node[]; lines: Line[] } | undefined
  const finish = () => {
    const key = `${path}run-${count.run}`
    if (run) segments.push({ kind: 'run', key, area: runArea(key, run.from, run.blocks, run.lines) })
    if (run) count.run++
    run = undefined
  }
  parent.forEach((block, offset, index) => {
    const lines = knownLines(block)
    if (!lines || (run && !run.blocks.at(-1)!.isTextblock && run.blocks.at(-1)!.type === block.type)) finish()
    if (!lines) segments.push(groupOf(block, start + offset, index, `${path}group-${count.group++}`))
    else {
      run ??= { from: start + offset, blocks: [], lines: [] }
      run.blocks.push(block)
      run.lines.push(...lines)
    }
  })
  finish()
  return segments
}

/** Every field, in the order in which they stand. */
export const areasOf = (segments: readonly Segment[]): Area[] =>
  segments.flatMap((one) => (one.kind === 'run' ? [one.area] : [...one.fields.map(({ area }) => area), ...areasOf(one.inner)]))

/** Blocks do not change: what has been read once is known. */
const known = new WeakMap<Node, Line[] | null>()
function knownLines(block: Node): Line[] | undefined {
  if (!known.has(block)) known.set(block, linesOf([block]) ?? null)
  return known.get(block) ?? undefined
}

function runArea(key: string, from: number, blocks: Node[], lines: Line[]): Area {
  const texts = lines.map(lineText)
  const starts = startsOf(blocks, from)
  return {
    key,
    value: texts.join('\n'),
    positionOf(offset) {
      const { line, column } = placeIn(texts, offset)
      return starts[line]! + Math.max(0, column - lines[line]!.prefix.length)
    },
    offsetOf(position) {
      const line = starts.findLastIndex((start) => start <= position)
      const into = position - (starts[line] ?? 0)
      if (line < 0 || into > lines[line]!.inline.size) return undefined
      return texts.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0) + lines[line]!.prefix.length + into
    },
    apply(tr, edit) {
      const { schema } = tr.doc.type
      const after = edited(lines, edit, schema)
      const now = blocksOf(after.lines, schema)
      const same = (at: number, back: number) => at < blocks.length - back && at < now.length - back
      let [head, tail] = [0, 0]
      while (same(head, 0) && now[head]!.eq(blocks[head]!)) head++
      while (same(head, tail) && now.at(-1 - tail)!.eq(blocks.at(-1 - tail)!)) tail++
      const sizeOf = (some: Node[]) => some.reduce((sum, { nodeSize }) => sum + nodeSize, 0)
      const to = from + sizeOf(blocks.slice(0, blocks.length - tail))
      tr.replaceWith(from + sizeOf(blocks.slice(0, head)), to, now.slice(head, now.length - tail))
      return startsOf(now, from)[after.line]! + after.into
    },
  }
}

/** Where the words of each paragraph, heading and item begin. */
function startsOf(blocks: readonly Node[], from: number): number[] {
  const starts: number[] = []
  let position = from
  for (const block of blocks) {
    if (block.isTextblock) starts.push(position + 1)
    block.descendants((node, into) => void (node.isTextblock && starts.push(position + into + 2)))
    position += block.nodeSize
  }
  return starts
}

function groupOf(node: Node, position: number, index: number, key: string): Group {
  const group: Group = { kind: 'group', key, node, position, index, fields: [], inner: [] }
  if (node.type.name === 'alternatives') node.forEach((one, offset, at) => group.inner.push(alternativeOf(one, position + 1 + offset, at, `${key}-${at}-`)))
  else group.fields.push(...fieldsIn(node, position, key))
  return group
}

/** An alternative is a text of its own, and written as one. */
function alternativeOf(node: Node, position: number, index: number, key: string): Group {
  const group: Group = { kind: 'group', key, node, position, index, fields: [], inner: [] }
  for (const segment of segmentsOf(node, position + 1, key)) {
    if (segment.kind === 'run') group.fields.push({ name: { kind: 'text', number: group.fields.length + 1 }, area: segment.area })
    else group.inner.push(segment)
  }
  return group
}

function fieldsIn(group: Node, position: number, key: string): Group['fields'] {
  const fields: Group['fields'] = []
  const add = (node: Node, start: number, name: FieldName) => fields.push({ name, area: fieldArea(`${key}-${fields.length}`, node, start) })
  group.forEach((child, into, at) => {
    const inside = position + 1 + into
    if (child.isTextblock) return add(child, inside + 1, nameOf(child, fields.length + 1))
    child.descendants((node, deeper, parent, index) => {
      if (node.type.spec.tableRole?.includes('cell')) node.forEach((text, offset) => text.isTextblock && add(text, inside + deeper + offset + 3, { kind: 'cell', row: at + 1, column: index + 1 }))
      else if (node.isTextblock && !parent?.type.spec.tableRole) add(node, inside + deeper + 2, nameOf(node, fields.length + 1))
    })
  })
  return fields
}

const nameOf = ({ type, attrs }: Node, number: number): FieldName => (type.name === 'exampleField' ? { kind: 'example', name: String(attrs.name ?? 'other') } : { kind: 'field', number })

function fieldArea(key: string, { content, type }: Node, start: number): Area {
  return {
    key,
    value: textOf(content, '\n'),
    positionOf: (offset) => start + offset,
    offsetOf: (position) => (position >= start && position <= start + content.size ? position - start : undefined),
    apply(tr, edit) {
      const { schema } = tr.doc.type
      // A line of a card is one line.
      const text = type.contentMatch.matchType(schema.nodes.hardBreak!) ? edit.text : edit.text.replaceAll('\n', ' ')
      tr.replaceWith(start, start + content.size, editedInline(content, { ...edit, text }, schema))
      return start + edit.from + text.length
    },
  }
}
