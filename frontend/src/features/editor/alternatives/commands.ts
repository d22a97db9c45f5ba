import type { Editor } from '@tiptap/core'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { Selection } from '@tiptap/pm/state'
import { replaceBlock, startOf, withRoomBelow } from '../text/blocks'

/** The numbers of the whole blocks that are selected, when all of them can stand in an alternative. */
function chosenBlocks({ doc, selection: { $from, $to } }: EditorState): { first: number; last: number } | undefined {
  const first = $from.index(0)
  const last = Math.max(first, $to.depth ? $to.index(0) : $to.index(0) - 1)
  for (let i = first; i <= last; i++) if (!doc.maybeChild(i)?.type.isInGroup('block')) return undefined
  return { first, last }
}

export const canSetAgainst = (state: EditorState) => chosenBlocks(state) !== undefined

/** Makes what is selected the first of two alternatives; the other is empty, and the cursor comes to stand in it. */
export function setAgainst(editor: Editor): void {
  const { state, view } = editor
  const chosen = chosenBlocks(state)
  if (!chosen) return
  const { alternatives, alternative, paragraph } = state.schema.nodes
  const start = startOf(state.doc, chosen.first)
  const end = startOf(state.doc, chosen.last + 1)
  const written = state.doc.slice(start, end).content
  const both = [alternative!.create(null, written), alternative!.create(null, paragraph!.create())]
  const tr = withRoomBelow(state.tr.replaceWith(start, end, alternatives!.create(null, both)), start)
  const fresh = start + 1 + (written.textBetween(0, written.size) ? both[0]!.nodeSize : 0)
  view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(fresh + 1), 1)).scrollIntoView())
  view.focus()
}

/** One more, empty, at the end of the alternatives that begin there. */
export function addAlternative(editor: Editor, at: number): void {
  const { tr, schema } = editor.state
  const end = at + tr.doc.nodeAt(at)!.nodeSize - 1
  tr.insert(end, schema.nodes.alternative!.create(null, schema.nodes.paragraph!.create()))
  editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(end + 1), 1)).scrollIntoView())
  editor.view.focus()
}

/** Somewhere to write in an alternative that has nothing at all. */
export function openAlternative(editor: Editor, at: number): void {
  const { tr, schema } = editor.state
  tr.insert(at + 1, schema.nodes.paragraph!.create())
  editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(at + 1), 1)))
  editor.view.focus()
}

/** The text of the alternative there takes the place of them all. */
export function choose(tr: Transaction, at: number): Transaction {
  const $at = tr.doc.resolve(at)
  return replaceBlock(tr, $at.before(), tr.doc.nodeAt(at)!.content)
}

/** Without the alternative there; without any, they are gone. */
export function withoutAlternative(tr: Transaction, at: number): Transaction {
  const $at = tr.doc.resolve(at)
  if ($at.parent.childCount === 1) return replaceBlock(tr, $at.before())
  return tr.delete(at, at + tr.doc.nodeAt(at)!.nodeSize)
}
