import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { TextSelection } from '@tiptap/pm/state'
import { startOf, withRoomBelow } from '../text/blocks'
import { exampleFields } from '@/lib/richtext'

/** A new card after the block that the cursor stands in. */
export function insertExample(editor: Editor): void {
  const { $to } = editor.state.selection
  const index = $to.depth ? $to.index(0) : editor.state.doc.childCount - 1
  put(editor, index)
}

/** A new card after all that is written. */
export function appendExample(editor: Editor): void {
  put(editor, editor.state.doc.childCount - 1)
}

/** After the block of that number; an empty paragraph makes room, and the last one stays below it, to write in. */
function put(editor: Editor, index: number): void {
  const { doc, schema, tr } = editor.state
  const block = doc.child(index)
  const start = startOf(doc, index)
  const bare = block.type.name === 'paragraph' && block.content.size === 0
  const end = start + block.nodeSize
  const card = schema.nodes.goodExample!.create(null, exampleFields.map((name) => schema.nodes.exampleField!.create({ name })))
  if (bare) tr.replaceWith(start, end, card)
  else tr.insert(end, card)
  const at = bare ? start : end
  withRoomBelow(tr, at)
  editor.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 2)).scrollIntoView())
  editor.view.focus()
}

/** The cards of an answer, by title, with where their titles end. */
export function examplesIn(doc: Node): { title: string; at: number }[] {
  const found: { title: string; at: number }[] = []
  doc.forEach((block, offset) => {
    if (block.type.name !== 'goodExample') return
    let at = offset + 1
    let title = ''
    block.forEach((field, inside) => {
      if (field.attrs.name !== 'title' || title) return
      title = field.textContent.trim()
      at = offset + 1 + inside + field.nodeSize - 1
    })
    found.push({ title, at })
  })
  return found
}
