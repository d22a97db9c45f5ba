import { getSchema } from '@tiptap/core'
import { Fragment, type Node } from '@tiptap/pm/model'
import { expect, it } from 'vitest'
import { diffDocuments, type BlockChange } from '@/lib/diff'
import { plainText, readExample, sideName, type RichNode } from '@/lib/richtext'
import { vocabulary } from './vocabulary'

const schema = getSchema(vocabulary)
const words = (key: string, values?: Record<string, unknown>) => (values ? `${key} ${String(values.n)}` : key)

/** The same numbers for the same seed. */
function dice(seed: number) {
  let state = seed * 2_654_435_761 + 1
  return (sides: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}
type Dice = ReturnType<typeof dice>
const oneOf = <T>(roll: Dice, all: readonly T[]): T => all[roll(all.length)]!
const some = <T>(roll: Dice, least: number, most: number, make: () => T) => Array.from({ length: least + roll(most - least + 1) }, make)

const marks = (roll: Dice) => oneOf(roll, [[], [], [schema.mark('bold')], [schema.mark('italic')], [schema.mark('link', { href: oneOf(roll, ['https://a.no', 'https://b.no']) })]])
const said = (roll: Dice) => oneOf(roll, ['tid', 'folk', 'mer tid', '🙂'])
const line = (roll: Dice) => some(roll, 0, 3, () => (roll(6) === 0 ? schema.node('hardBreak') : schema.text(said(roll), marks(roll))))
const langs = [null, null, 'nn', 'se']
const paragraph = (roll: Dice) => schema.node('paragraph', { lang: oneOf(roll, langs) }, line(roll))
const cell = (roll: Dice) => schema.node(oneOf(roll, ['tableCell', 'tableHeader']), { colspan: 1 + roll(2), rowspan: 1 + roll(2) }, some(roll, 1, 2, () => block(roll, 2)))

function block(roll: Dice, depth = 0): Node {
  switch (roll(depth > 1 ? 3 : 6)) {
    case 2:
      return schema.node('heading', { level: 1 + roll(3), lang: oneOf(roll, langs) }, line(roll))
    case 3:
      return schema.node('bulletList', null, some(roll, 1, 3, () => item(roll, depth)))
    case 4:
      return schema.node('orderedList', { start: 1 + roll(3) }, some(roll, 1, 3, () => item(roll, depth)))
    case 5:
      return schema.node('table', null, some(roll, 1, 3, () => schema.node('tableRow', null, some(roll, 1, 2, () => cell(roll)))))
    default:
      return paragraph(roll)
  }
}
const item = (roll: Dice, depth: number) => schema.node('listItem', null, [paragraph(roll), ...some(roll, 0, 2, () => block(roll, depth + 1))])

function top(roll: Dice): Node {
  const field = () => schema.node('exampleField', { name: oneOf(roll, ['title', 'parties', 'contact', 'link', null]) }, roll(4) ? schema.text(said(roll)) : [])
  const side = () => schema.node('alternative', { side: oneOf(roll, [null, 'municipal', 'other']), label: oneOf(roll, [null, 'Oslo']) }, some(roll, 0, 2, () => block(roll, 1)))
  switch (roll(6)) {
    case 0:
      return schema.node('goodExample', { group: oneOf(roll, [null, 'all']), status: oneOf(roll, [null, 'idea']) }, some(roll, 0, 4, field))
    case 1:
      return schema.node('alternatives', null, some(roll, 0, 2, side))
    default:
      return block(roll)
  }
}

/** Other values for what a node knows of itself, one at a time. */
function reshaped(roll: Dice, node: Node): Node[] {
  const { type, attrs, content } = node
  const set = (more: object) => [type.create({ ...attrs, ...more }, content, node.marks)]
  switch (type.name) {
    case 'paragraph':
      return roll(2) ? set({ lang: oneOf(roll, ['se', 'nb', null]) }) : [schema.node('heading', { lang: attrs.lang, level: 1 + roll(3) }, content)]
    case 'heading':
      return roll(2) ? set({ level: 1 + roll(3) }) : [schema.node('paragraph', { lang: attrs.lang }, content)]
    case 'bulletList':
      return [schema.node('orderedList', { start: 1 + roll(3) }, content)]
    case 'orderedList':
      return roll(2) ? set({ start: 1 + roll(9) }) : [schema.node('bulletList', null, content)]
    case 'tableCell':
    case 'tableHeader':
      return roll(2) ? set({ colspan: 1 + roll(3) }) : [schema.node(type.name === 'tableCell' ? 'tableHeader' : 'tableCell', attrs, content)]
    case 'goodExample':
      return set(roll(2) ? { group: oneOf(roll, [null, 'all', 'other']) } : { status: oneOf(roll, [null, 'idea', 'pilot']) })
    case 'exampleField':
      return set({ name: oneOf(roll, ['title', 'transferable', 'link', null]) })
    case 'alternative':
      return set(roll(2) ? { side: oneOf(roll, [null, 'hospital', 'other']) } : { label: oneOf(roll, [null, 'Bergen', 'Oslo ']) })
    case 'text':
      return [node.mark(marks(roll))]
    default:
      return [node]
  }
}

/** What stands in a node, with something moved, parted, joined, left out or put in twice. */
function rearranged(roll: Dice, children: readonly Node[]): Node[] {
  const at = roll(children.length)
  const [one, next] = [children[at]!, children[at + 1]]
  const put = (...nodes: Node[]) => [...children.slice(0, at), ...nodes, ...children.slice(at + 1)]
  const inItem = (list: Node) => list.type.create(list.attrs, [...list.children].map((child, i) => (i === 0 && list.childCount > 1 ? child.copy(child.content.append(Fragment.from(list.copy(Fragment.from(list.child(1)))))) : child)).filter((_, i) => i !== 1))
  const half = one.childCount >> 1
  switch (roll(7)) {
    case 0:
      return put()
    case 1:
      return put(one, one)
    case 2:
      return next ? [...children.slice(0, at), next, one, ...children.slice(at + 2)] : put(one)
    case 3:
      return half > 0 ? put(one.copy(one.content.cut(0, sizeOf(one, half))), one.copy(one.content.cut(sizeOf(one, half)))) : put(one)
    case 4:
      return next?.sameMarkup(one) && !one.isLeaf ? [...children.slice(0, at), one.copy(one.content.append(next.content)), ...children.slice(at + 2)] : put(one)
    case 5:
      return one.isBlock && one.type.spec.group === 'block list' ? put(inItem(one)) : put(one)
    default:
      return one.isTextblock ? put(one, one.type.create(one.attrs)) : put(...one.children)
  }
}
const sizeOf = (node: Node, count: number) => [...node.children].slice(0, count).reduce((sum, child) => sum + child.nodeSize, 0)

function edited(roll: Dice, node: Node): Node {
  if (node.childCount === 0 || (node.type.name !== 'doc' && roll(4) === 0)) return reshaped(roll, node)[0]!
  const children = [...node.children]
  if (roll(3) === 0) return node.copy(Fragment.fromArray(rearranged(roll, children)))
  const at = roll(children.length)
  return node.copy(Fragment.fromArray(children.map((child, i) => (i === at ? edited(roll, child) : child))))
}
function allowed(node: Node): boolean {
  try {
    node.check()
    return true
  } catch {
    return false
  }
}

/** What of a text is read, on the page and in print: not empty paragraphs, nor how a card keeps what it says. */
function read(node: RichNode, at = 0): unknown {
  const inside = () => (node.content ?? []).map(read).filter((child) => child !== undefined)
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return plainText(node) ? node : undefined
    case 'listItem':
    case 'table':
      return node
    case 'goodExample': {
      const { choices, fields } = readExample(node)
      return choices.length + fields.length > 0 ? { choices, fields } : undefined
    }
    case 'alternatives':
      return node.content ? inside() : undefined
    case 'alternative':
      return [sideName(node, at, words), ...inside()]
    default:
      return { ...node, content: inside() }
  }
}

it('shows something wherever two texts differ, and says what that is wherever it is read', () => {
  const tried = { seen: 0, unseen: 0 }
  for (let seed = 0; seed < 1_500; seed++) {
    const roll = dice(seed)
    const before = schema.node('doc', null, some(roll, 1, 4, () => top(roll)))
    const after = edited(roll, before)
    if (!allowed(before) || !allowed(after)) continue
    const [old, fresh] = [before.toJSON() as RichNode, after.toJSON() as RichNode]
    const changes = diffDocuments(old, fresh, words)
    const differs = changes.some(({ kind }) => kind !== 'same')
    const unseen = changes.some((change: BlockChange) => change.unseen)
    const why = () => `seed ${seed}\n${JSON.stringify(old)}\n${JSON.stringify(fresh)}`
    if (differs === before.eq(after)) expect.fail(why())
    if (unseen && JSON.stringify(read(old)) !== JSON.stringify(read(fresh))) expect.fail(why())
    if (differs) tried[unseen ? 'unseen' : 'seen']++
  }
  expect(tried.seen).toBeGreaterThan(500)
  expect(tried.unseen).toBeGreaterThan(20)
})
