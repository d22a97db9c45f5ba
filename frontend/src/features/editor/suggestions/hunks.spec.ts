import type { Node } from '@tiptap/pm/model'
import { Transform } from '@tiptap/pm/transform'
import { describe, expect, it } from 'vitest'
import { dice, edited, schema, text } from '../testing/randomText'
import { hunksOf, type Hunk } from './hunks'

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
