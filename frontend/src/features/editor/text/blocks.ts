import type { Fragment, Node } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'

/** Where the block of that number begins. */
export function startOf(doc: Node, index: number): number {
  let start = 0
  for (let i = 0; i < index; i++) start += doc.child(i).nodeSize
  return start
}

/** After what is made at the very end there is a paragraph, made by the one who made it: every window would make its own. */
export function withRoomBelow(tr: Transaction, at: number): Transaction {
  const end = at + tr.doc.nodeAt(at)!.nodeSize
  return end < tr.doc.content.size ? tr : tr.insert(end, paragraph(tr))
}

/** Puts blocks in the place of one, or nothing; a text is never without any. */
export function replaceBlock(tr: Transaction, at: number, blocks?: Fragment): Transaction {
  const end = at + tr.doc.nodeAt(at)!.nodeSize
  const alone = tr.doc.childCount === 1 && at === 0
  if (blocks?.size) return tr.replaceWith(at, end, blocks)
  return alone ? tr.replaceWith(at, end, paragraph(tr)) : tr.delete(at, end)
}

function paragraph(tr: Transaction): Node {
  return tr.doc.type.schema.nodes.paragraph!.create()
}
