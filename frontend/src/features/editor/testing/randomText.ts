import { getSchema } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { vocabulary } from '../text/vocabulary'

export const schema = getSchema(vocabulary)

/** Texts to try things on: the same numbers, and so the same texts, for the same seed. */
export function dice(seed: number) {
  let state = seed * 2_654_435_761 + 1
  return (sides: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}
type Dice = ReturnType<typeof dice>

const words = ['kommunene', 'trenger', 'mer', 'tid', 'og', 'folk', 'på', 'Ærøya', '3', '🙂', 'sykehuset', '–']
const some = (roll: Dice, least: number, most: number, make: () => Node | Node[]) => Array.from({ length: least + roll(most - least + 1) }, make).flat()

function line(roll: Dice): Node[] {
  const marks = [[], [], [], [schema.mark('bold')], [schema.mark('link', { href: 'https://example.no' })]]
  return some(roll, 0, 8, () => (roll(12) === 0 ? schema.node('hardBreak') : schema.text(words[roll(words.length)]! + [' ', '. ', '', ', '][roll(4)], marks[roll(marks.length)])))
}
const paragraph = (roll: Dice) => schema.node('paragraph', null, line(roll))

function block(roll: Dice, depth = 0): Node {
  switch (roll(depth > 1 ? 3 : 7)) {
    case 3:
    case 4:
      return schema.node(roll(2) ? 'bulletList' : 'orderedList', null, some(roll, 1, 3, () => schema.node('listItem', null, [paragraph(roll), ...some(roll, 0, 1, () => block(roll, depth + 1))])))
    case 5: {
      const columns = 1 + roll(3)
      const cell = (head: boolean) => schema.node(head ? 'tableHeader' : 'tableCell', null, some(roll, 1, 2, () => block(roll, 2)))
      return schema.node('table', null, some(roll, 1, 3, () => schema.node('tableRow', null, Array.from({ length: columns }, () => cell(roll(3) === 0)))))
    }
    case 2:
      return schema.node('heading', { level: 1 + roll(3) }, line(roll))
    default:
      return paragraph(roll)
  }
}
function wordsAlone(roll: Dice): Node[] {
  const said = Array.from({ length: roll(6) }, () => words[roll(words.length)]!).join(' ')
  return said ? [schema.text(said)] : []
}
const card = (roll: Dice) => schema.node('goodExample', null, ['title', 'contact'].map((name) => schema.node('exampleField', { name }, wordsAlone(roll))))
export const text = (roll: Dice) => schema.node('doc', null, some(roll, 1, 5, () => (roll(6) === 0 ? card(roll) : block(roll))))


/** The same text with some of it written anew, left out, or added, at any depth. */
export function edited(roll: Dice, node: Node): Node {
  if (node.isLeaf) return node
  if (node.inlineContent) {
    if (roll(3) > 0) return node
    if (node.type.name === 'exampleField') return node.type.create(node.attrs, wordsAlone(roll))
    const [from, to] = [roll(node.childCount + 1), roll(node.childCount + 1)].sort() as [number, number]
    const children = [...node.children]
    return node.type.create(node.attrs, [...children.slice(0, from), ...line(roll), ...children.slice(to)])
  }
  const grows = node.type.name === 'doc' || node.type.name === 'tableCell'
  const children = [...node.children].flatMap((child) => (grows && roll(6) === 0 ? [[], [block(roll, 2)], [child, block(roll, 2)]][roll(3)]! : [edited(roll, child)]))
  return node.type.createAndFill(node.attrs, children)!
}
