import type { Editor } from '@tiptap/core'
import { Fragment, type Node } from '@tiptap/pm/model'
import { Selection, type EditorState } from '@tiptap/pm/state'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import { plainText, type RichNode } from '@/lib/richtext'

export type Where = 'cursor' | 'end'

/** Puts blocks into the text as one edit that can be undone alone. Nothing that stands there is replaced, nor any block parted. */
export function insertBlocks(editor: Editor, blocks: RichNode[], where: Where): void {
  const { state, schema } = editor
  const content = Fragment.fromArray(blocks.map((block) => schema.nodeFromJSON(block.type in schema.nodes ? block : inWords(block))))
  const { from, to } = where === 'end' ? atEnd(state.doc) : atCursor(state)
  yUndoPluginKey.getState(state)?.undoManager?.stopCapturing()
  const { tr } = state
  tr.replaceWith(from, to, content)
  // A table at the very end would leave nowhere to write after it.
  if (!tr.doc.lastChild?.isTextblock) tr.insert(tr.doc.content.size, schema.nodes.paragraph!.create())
  tr.setSelection(Selection.near(tr.doc.resolve(from + content.size), -1))
  editor.view.dispatch(tr.scrollIntoView())
}

/** What this page does not know is carried over in its words. */
function inWords(block: RichNode): RichNode {
  const text = plainText(block)
  return { type: 'paragraph', content: text ? [{ type: 'text', text }] : [] }
}

/** Before the block whose beginning the cursor stands at, else after the one that it stands in; an empty paragraph gives way. */
function atCursor({ doc, selection: { $head } }: EditorState): { from: number; to: number } {
  if ($head.depth === 0) return { from: $head.pos, to: $head.pos }
  const [from, to] = [$head.before(1), $head.after(1)]
  if (isEmptyParagraph(doc.child($head.index(0)))) return { from, to }
  return $head.depth === 1 && $head.parentOffset === 0 ? { from, to: from } : { from: to, to }
}

function atEnd({ lastChild, content: { size } }: Node): { from: number; to: number } {
  return { from: isEmptyParagraph(lastChild) ? size - lastChild!.nodeSize : size, to: size }
}

const isEmptyParagraph = (node: Node | null) => node?.type.name === 'paragraph' && node.content.size === 0
