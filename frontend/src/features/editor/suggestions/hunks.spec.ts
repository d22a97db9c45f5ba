import { getSchema } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Transform } from '@tiptap/pm/transform'
import { describe, expect, it } from 'vitest'
import { vocabulary } from '../text/vocabulary'
import { hunksOf, type Hunk } from './hunks'

const schema = getSchema(vocabulary)

/** The same numbers for the same seed. */
function dice(seed: number) {
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
const text = (roll: Dice) => schema.node('doc', null, some(roll, 1, 5, () => block(roll)))

/** The same text with some of it written anew, left out, or added, at any depth. */
function edited(roll: Dice, node: Node): Node {
  if (node.isLeaf) return node
  if (node.inlineContent) {
    if (roll(3) > 0) return node
    const [from, to] = [roll(node.childCount + 1), roll(node.childCount + 1)].sort() as [number, number]
    const children = [...node.children]
    return node.type.create(node.attrs, [...children.slice(0, from), ...line(roll), ...children.slice(to)])
  }
  const grows = node.type.name === 'doc' || node.type.name === 'tableCell'
  const children = [...node.children].flatMap((child) => (grows && roll(6) === 0 ? [[], [block(roll, 2)], [child, block(roll, 2)]][roll(3)]! : [edited(roll, child)]))
  return node.type.createAndFill(node.attrs, children)!
}

const applied = (doc: Node, hunks: Hunk[]) => [...hunks].reverse().reduce((tr, { from, to, after }) => tr.replace(from, to, after), new Transform(doc)).doc

describe('the changes from one text to another', () => {
  it('give the other one, are nothing when it is the same, and each leaves a text that may stand', () => {
    for (let seed = 0; seed < 400; seed++) {
      const roll = dice(seed)
      const before = text(roll)
      for (const after of [text(roll), edited(roll, before), before]) {
        before.check()
        after.check()
        const hunks = hunksOf(before, after)
        expect(applied(before, hunks).toString(), `seed ${seed}`).toBe(after.toString())
        expect(applied(before, hunks).eq(after), `seed ${seed}`).toBe(true)
        if (after === before) expect(hunks).toEqual([])
        for (const one of hunks) {
          applied(before, [one]).check()
          expect(before.slice(one.from, one.to).eq(one.before), `seed ${seed}`).toBe(true)
        }
      }
    }
  })

  const doc = (...lines: (string | Node)[]) => schema.node('doc', null, lines.map((one) => (typeof one === 'string' ? schema.node('paragraph', null, one ? schema.text(one) : []) : one)))
  const shown = (before: Node, after: Node) =>
    hunksOf(before, after).map(({ before: old, after: fresh }) => [old, fresh].map((slice) => slice.content.textBetween(0, slice.content.size, '|')))

  it('are as few words as can be, and whole blocks where the text is another', () => {
    expect(shown(doc('Kommunene trenger mer tid til dette, og folk.'), doc('Kommunene trenger mye mer tid til det, og folk.'))).toEqual([['', 'mye '], ['dette', 'det']])
    expect(shown(doc('Vi vil ha mer tid nå.'), doc('Vi vil ha flere timer nå.'))).toEqual([['mer tid', 'flere timer']])
    expect(shown(doc('Første.', 'Andre.'), doc('Første.', 'Noe helt nytt.', 'Andre.'))).toEqual([['', 'Noe helt nytt.']])
    expect(shown(doc(''), doc('Vi er enige.', 'I det hele.'))).toEqual([['', 'Vi er enige.|I det hele.']])
    const bold = doc(schema.node('paragraph', null, [schema.text('Vi vil ha '), schema.text('mer tid', [schema.mark('bold')]), schema.text(' nå.')]))
    expect(shown(doc('Vi vil ha mer tid nå.'), bold)).toEqual([['mer tid', 'mer tid']])
  })

  it('take a table whole when a column comes, and a cell’s words alone when it does not', () => {
    const table = (...rows: string[][]) => schema.node('table', null, rows.map((row) => schema.node('tableRow', null, row.map((cell) => schema.node('tableCell', null, [schema.node('paragraph', null, schema.text(cell))])))))
    expect(shown(doc(table(['ti kommuner', 'b'])), doc(table(['ni kommuner', 'b'])))).toEqual([['ti', 'ni']])
    expect(shown(doc(table(['a', 'b'], ['c', 'd'])), doc(table(['a', 'x', 'b'], ['c', 'y', 'd'])))).toEqual([['a|b|c|d', 'a|x|b|c|y|d']])
  })
})
