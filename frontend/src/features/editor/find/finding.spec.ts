import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { vocabulary } from '../text/vocabulary'
import { finding, foundIn, goOn, lookFor, replaceAll, replaceOne } from './finding'

const editors: Editor[] = []
afterEach(() => editors.splice(0).forEach((editor) => editor.destroy()))

/** Two windows on one text, each hearing of the other's changes at once. */
function two(html: string) {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
  mine.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(theirs, update, 'wire'))
  theirs.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(mine, update, 'wire'))
  const open = (document: Y.Doc) => {
    const editor = new Editor({ extensions: [...vocabulary, finding, Collaboration.configure({ document })] })
    editors.push(editor)
    return editor
  }
  const [me, them] = [open(mine), open(theirs)]
  me.commands.setContent(html)
  return { me, them }
}
const look = (editor: Editor, text: string, more = {}) => lookFor(editor.view, { text, matchCase: false, wholeWords: false, ...more })
const words = (editor: Editor) => foundIn(editor.state).matches.map(({ from, to }) => editor.state.doc.textBetween(from, to))
const current = (editor: Editor) => {
  const { matches, at } = foundIn(editor.state)
  return matches[at] && editor.state.doc.textBetween(matches[at].from - 3, matches[at].to)
}

it('finds across marks, and in lists and tables, but not across paragraphs or lines', () => {
  const { me } = two('<p>Syke<b>hus</b> og SYKEHUS</p><p>syke</p><p>hus syke<br>hus</p><ul><li><p>sykehus</p></li></ul><table><tr><td>sykehus</td></tr></table>')
  look(me, 'sykehus')
  expect(words(me)).toEqual(['Sykehus', 'SYKEHUS', 'sykehus', 'sykehus'])
  look(me, 'sykehus', { matchCase: true })
  expect(words(me)).toHaveLength(2)
})

it('takes every character for what it is', () => {
  const { me } = two('<p>1.5 (ca.) [a]* $1 \\d 115 i\u00a0dag</p>')
  for (const [text, count] of [['1.5', 1], ['.*', 0], ['(ca.)', 1], ['[a]*', 1], ['$1', 1], ['\\d', 1], ['i dag', 1], ['', 0], ['|', 0]] as const) {
    look(me, text)
    expect([text, words(me).length]).toEqual([text, count])
  }
})

it('finds every sign that can be typed, alone and within words', () => {
  const signs = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at)).filter((sign) => !/\w/.test(sign))
  for (const sign of signs) {
    const { me } = two('<p></p>')
    me.commands.insertContent({ type: 'text', text: `e${sign}post og epost` })
    for (const more of [{}, { wholeWords: true }]) {
      look(me, `e${sign}post`, more)
      expect([sign, words(me)]).toEqual([sign, [`e${sign}post`]])
    }
    look(me, sign)
    expect([sign, words(me).every((word) => word === sign), words(me).length]).toEqual([sign, true, sign === ' ' ? 3 : 1])
  }
})

it('finds nothing by what cannot be looked for, and forgets what was looked for before', () => {
  const { me } = two('<p>e-post</p>')
  look(me, 'e')
  look(me, 'e'.repeat(1_000_000))
  expect(words(me)).toEqual([])
  expect(replaceAll(me.view, 'x').count).toBe(0)
})

it('knows whole words also in Norwegian', () => {
  const { me } = two('<p>øre, øret, høre. Øre!</p>')
  look(me, 'øre', { wholeWords: true })
  expect(words(me)).toEqual(['øre', 'Øre'])
})

it('goes around, and stays at its match while others write before it, and goes on when that is cut', () => {
  const { me, them } = two('<p>en tid, to tid</p><p>tre tid</p>')
  look(me, 'tid')
  goOn(me.view, 1)
  expect(current(me)).toBe('to tid')
  them.commands.insertContentAt(0, '<p>ny tid</p>')
  them.commands.insertContentAt(1, 'Aller ')
  expect(current(me)).toBe('to tid')
  them.commands.insertContentAt(them.state.doc.content.size, '<p>sist tid</p>')
  expect([current(me), foundIn(me.state).matches.length]).toEqual(['to tid', 5])
  const { from } = foundIn(me.state).matches[2]!
  them.commands.deleteRange({ from: from - 3, to: from + 3 })
  expect(current(me)).toBe('re tid')
  goOn(me.view, 1)
  goOn(me.view, 1)
  expect(foundIn(me.state).at).toBe(0)
  goOn(me.view, -1)
  expect(foundIn(me.state).at).toBe(3)
})

it('replaces one and goes on to the next, also where the new words hold the old', () => {
  const { me } = two('<p>tid og <b>tid</b> og tid</p>')
  look(me, 'tid')
  replaceOne(me.view, 'mer tid')
  expect(me.getText()).toBe('mer tid og tid og tid')
  expect(foundIn(me.state).at).toBe(1)
  replaceOne(me.view, 'ro')
  expect(me.getHTML()).toBe('<p>mer tid og <strong>ro</strong> og tid</p>')
})

it('replaces all as one step, apart from what one wrote before, and leaves what others wrote', () => {
  const { me, them } = two('<p>tid og tid</p><p>ti<i>d</i></p>')
  me.commands.insertContentAt(1, 'Mye ')
  look(me, 'tid')
  const { count, step } = replaceAll(me.view, 'folk')
  expect([count, me.getText()]).toEqual([3, 'Mye folk og folk\n\nfolk'])
  them.commands.insertContentAt(1, 'Ja: ')
  expect(step.isLast()).toBe(true)
  me.commands.undo()
  expect(me.getText()).toBe('Ja: Mye tid og tid\n\ntid')
  look(me, 'tid')
  replaceAll(me.view, '')
  expect(them.getText()).toBe('Ja: Mye  og \n\n')
})
