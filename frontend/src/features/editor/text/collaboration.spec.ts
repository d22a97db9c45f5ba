import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { drawCaret } from './caret'
import { ReadOnlyGuard } from './readOnlyGuard'
import { vocabulary } from './vocabulary'

const editors: Editor[] = []
afterEach(() => editors.splice(0).forEach((editor) => editor.destroy()))

function open(doc: Y.Doc, editable = true): Editor {
  const editor = new Editor({ editable, extensions: [...vocabulary, ReadOnlyGuard, Collaboration.configure({ document: doc })] })
  editors.push(editor)
  return editor
}

/** Two windows on one text, each hearing of the other's changes at once. */
function two() {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
  mine.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(theirs, update, 'wire'))
  theirs.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(mine, update, 'wire'))
  return { mine, theirs }
}

it('undoes only what one has written oneself', () => {
  const { mine, theirs } = two()
  const [me, them] = [open(mine), open(theirs)]
  me.commands.insertContent('Fra kommunen.')
  them.commands.insertContentAt(them.state.doc.content.size, { type: 'paragraph', content: [{ type: 'text', text: 'Fra sykehuset.' }] })
  expect(me.getText()).toBe('Fra kommunen.\n\nFra sykehuset.')

  expect(me.commands.undo()).toBe(true)
  expect(them.getText()).toContain('Fra sykehuset.')
  expect(them.getText()).not.toContain('Fra kommunen.')
  expect(me.commands.undo()).toBe(false)
  expect(me.commands.redo()).toBe(true)
  expect(them.getText()).toContain('Fra kommunen.')
})

it('changes nothing in the window of a reader, even when the table there is ragged', () => {
  const { mine, theirs } = two()
  let changes = 0
  theirs.on('update', (_update: Uint8Array, origin) => origin !== 'wire' && changes++)
  const reader = open(theirs, false)
  const cell = (text: string) => {
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText(text)])
    const made = new Y.XmlElement('tableCell')
    made.insert(0, [paragraph])
    return made
  }
  const row = (...texts: string[]) => {
    const made = new Y.XmlElement('tableRow')
    made.insert(0, texts.map(cell))
    return made
  }
  const table = new Y.XmlElement('table')
  table.insert(0, [row('a', 'b'), row('c')])
  mine.getXmlFragment('default').insert(0, [table])

  expect(reader.getText()).toContain('c')
  reader.commands.insertContent('Innsnik')
  expect(changes).toBe(0)
  expect(mine.getXmlFragment('default').toString()).not.toContain('Innsnik')
})

it('keeps the names of the others out of the text', () => {
  const caret = drawCaret({ name: 'Skriver', organisation: 'Sykehuset', colour: 'red' })
  expect(caret.textContent).toBe('')
  expect(caret.dataset.name).toBe('Skriver, Sykehuset')
  expect(drawCaret({ colour: '"><img>' }).outerHTML).toBe('<span class="caret" aria-hidden="true"></span>')
})
