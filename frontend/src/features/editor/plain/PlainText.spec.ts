import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import * as Y from 'yjs'
import { KeepCursor } from '../text/keepCursor'
import { vocabulary } from '../text/vocabulary'
import PlainText from './PlainText.vue'

const cleanups: (() => void)[] = []
afterEach(() => cleanups.splice(0).reverse().forEach((clean) => clean()))

function open(document: Y.Doc): Editor {
  const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document }), KeepCursor] })
  cleanups.push(() => editor.destroy())
  return editor
}

/** Somebody who writes in fields, and another who writes in the text itself. */
async function two(html: string) {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
  mine.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(theirs, update, 'wire'))
  theirs.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(mine, update, 'wire'))
  const [editor, them] = [open(mine), open(theirs)]
  editor.commands.setContent(html)
  const page = mount(PlainText, { attachTo: document.body, props: { editor, live: { doc: mine, writable: ref(true) }, labelledby: 'question', lang: 'nb', writable: true } })
  cleanups.push(() => page.unmount())
  const fields = () => page.findAll('textarea').map(({ element }) => element)
  const focused = () => fields().indexOf(document.activeElement as HTMLTextAreaElement)
  const said = () => fields().map(({ value }) => value)
  async function type(words: string) {
    const field = document.activeElement as HTMLTextAreaElement
    field.setRangeText(words, field.selectionStart, field.selectionEnd, 'end')
    field.dispatchEvent(new Event('input'))
    await nextTick()
  }
  return { them, fields, focused, said, type }
}
const table = '<table><tbody><tr><td><p></p></td><td><p></p></td></tr></tbody></table>'

it('leaves the focus in the field that one has come to, while others write where the same stands', async () => {
  const { them, fields, focused, said, type } = await two(`<p>Mer tid.</p>${table}<p></p>`)
  fields()[0]!.focus()
  fields()[0]!.setSelectionRange(0, 4)
  document.dispatchEvent(new Event('selectionchange'))
  fields()[3]!.focus()
  them.chain().setTextSelection(9).splitBlock().run()
  await nextTick()
  expect(focused()).toBe(3)
  await type('Etter')
  expect(said()).toEqual(['Mer tid.\n', '', '', 'Etter'])
})

it('goes with its field when one like it comes before', async () => {
  const { them, fields, focused, said, type } = await two(`<p>Mer tid.</p>${table}<p></p>`)
  fields()[2]!.focus()
  them.commands.insertContentAt(0, table)
  await nextTick()
  await nextTick()
  expect(focused()).toBe(4)
  await type('Vaktlag')
  expect(said()).toEqual(['', '', 'Mer tid.', '', 'Vaktlag', ''])
})

it('lets a word be composed in peace while its field is parted, and puts it where it was begun', async () => {
  const { them, fields, focused, said } = await two('<p>Mer tid.</p><p>Folk trengs</p>')
  const field = fields()[0]!
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)
  field.dispatchEvent(new Event('compositionstart'))
  field.setRangeText(' her', field.value.length, field.value.length, 'end')
  field.dispatchEvent(new Event('input'))
  them.commands.insertContentAt(10, table)
  await nextTick()
  await nextTick()
  expect([focused(), field.value]).toEqual([0, 'Mer tid.\nFolk trengs her'])
  field.dispatchEvent(new Event('compositionend'))
  await nextTick()
  await nextTick()
  expect(said()).toEqual(['Mer tid.', '', '', 'Folk trengs her'])
  expect(focused()).toBe(3)
})
