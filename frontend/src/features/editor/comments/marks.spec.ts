import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Schemas } from '@/api'
import { vocabulary } from '../text/vocabulary'
import { aboutSelection } from './anchor'
import { commentMarks, place } from './marks'

const editors: Editor[] = []
afterEach(() => editors.splice(0).forEach((editor) => editor.destroy()))

it('leaves what is marked as it is drawn while others write before it and after it', () => {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
  mine.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(theirs, update, 'wire'))
  theirs.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(mine, update, 'wire'))
  const threads: Schemas['Thread'][] = []
  const known = () => ({ threads, active: undefined, placed: () => undefined, picked: () => undefined })
  const open = (document: Y.Doc) => {
    const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document }), commentMarks(known)] })
    editors.push(editor)
    return editor
  }
  const [me, them] = [open(mine), open(theirs)]
  me.commands.setContent('<p>Først.</p><p>Vi trenger mer tid.</p><p>Sist.</p>')
  me.commands.setTextSelection({ from: 20, to: 27 })
  threads.push({ id: 'en', resolved: false, ...aboutSelection(me.state) } as Schemas['Thread'])
  place(me.view, known())
  const mark = me.view.dom.querySelector('.comment-mark')!
  expect(mark.textContent).toBe('mer tid')

  them.commands.insertContentAt(3, 'også ')
  them.commands.insertContentAt(them.state.doc.content.size, '<p>Og etter.</p>')
  expect(me.getText()).toContain('også')
  expect(me.getText()).toContain('Og etter.')
  expect(me.view.dom.querySelector('.comment-mark')).toBe(mark)
  expect(mark.textContent).toBe('mer tid')
})
