import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { KeepCursor } from './keepCursor'
import { beginStep } from './ownStep'
import { vocabulary } from './vocabulary'

const editors: Editor[] = []
afterEach(() => editors.splice(0).forEach((editor) => editor.destroy()))

function open(doc: Y.Doc): Editor {
  const editor = new Editor({ extensions: [...vocabulary, KeepCursor, Collaboration.configure({ document: doc })] })
  editors.push(editor)
  return editor
}

/** Somebody who stands in a text, and another who writes in it; `|` is where the cursor stands. */
function two(html: string) {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
  mine.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(theirs, update, 'wire'))
  theirs.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(mine, update, 'wire'))
  const [me, them] = [open(mine), open(theirs)]
  me.commands.setContent(html)
  const blocks = () => {
    const lines: string[] = []
    const { head } = me.state.selection
    me.state.doc.descendants((node, position) => {
      if (!node.isTextblock) return
      const into = head - position - 1
      lines.push(into >= 0 && into <= node.content.size ? `${node.textContent.slice(0, into)}|${node.textContent.slice(into)}` : node.textContent)
    })
    return lines
  }
  return { me, them, blocks }
}
const table = '<table><tbody><tr><td><p></p></td><td><p></p></td></tr></tbody></table>'

it('stays in an empty paragraph, whatever others do in others or in it', () => {
  const { me, them, blocks } = two('<p>En</p><p></p><p>To</p><p></p>')
  me.commands.setTextSelection(5)
  them.chain().setTextSelection(3).splitBlock().run()
  expect(blocks()).toEqual(['En', '', '|', 'To', ''])
  them.commands.insertContentAt(7, 'x')
  expect(blocks()).toEqual(['En', '', 'x|', 'To', ''])
})

it('stays in the cell when a table like it comes above', () => {
  const { me, them, blocks } = two(`<p>En</p>${table}<p>To</p>`)
  me.commands.setTextSelection(8)
  them.commands.insertContentAt(0, table)
  expect(blocks()).toEqual(['', '', 'En', '|', '', 'To'])
})

it('stays among its words where the same ones stand elsewhere', () => {
  const { me, them, blocks } = two('<p>Takk</p><p>Nei</p><p>Takk</p>')
  me.commands.setTextSelection(3)
  them.commands.insertContentAt(5, ' skal')
  expect(blocks()).toEqual(['Ta|kk skal', 'Nei', 'Takk'])
  me.commands.setTextSelection({ from: 1, to: 5 })
  them.commands.insertContentAt(1, 'Ja, ')
  expect(me.state.doc.textBetween(me.state.selection.from, me.state.selection.to)).toBe('Takk')
})

it('stays in what another makes a heading', () => {
  const { me, them, blocks } = two('<p>En</p><p>To</p><p>Tre</p>')
  me.commands.setTextSelection(6)
  them.chain().setTextSelection(6).setNode('heading', { level: 3 }).run()
  expect(blocks()).toEqual(['En', 'T|o', 'Tre'])
})

it('stays where it has gone to after undoing', () => {
  const { me, them, blocks } = two('<p>En</p><p>To</p>')
  beginStep(me.view)
  me.commands.setTextSelection(3)
  me.commands.insertContent(' og')
  me.commands.setTextSelection(9)
  me.commands.undo()
  const stood = blocks()
  them.commands.insertContentAt(1, 'x')
  expect(blocks()).toEqual(stood.map((words, at) => (at === 0 ? `x${words}` : words)))
})

it('begins at the beginning, whether the text is there already or comes', () => {
  const { me, them } = two('<p>En</p><p>To</p>')
  expect(them.state.selection.head).toBe(1)
  const [doc, late] = [new Y.Doc(), new Y.Doc()]
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(ySyncPluginKey.getState(me.state).doc as Y.Doc))
  expect(open(doc).state.selection.head).toBe(1)
  const waiting = open(late)
  Y.applyUpdate(late, Y.encodeStateAsUpdate(doc))
  expect(waiting.state.selection.head).toBe(1)
})
