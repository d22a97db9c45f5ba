import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, TextSelection, type EditorState, type Selection, type Transaction } from '@tiptap/pm/state'
import { ySyncPluginKey, type getRelativeSelection, type ProsemirrorBinding } from '@tiptap/y-tiptap'
import type { RelativePosition } from 'yjs'
import { groundOf, itemOf, standing } from '../comments/anchor'
import { differing, moves } from './changed'

/**
 * One stands where one stood while others write. Where the same words stand in several places, or none do, the library takes
 * one for the other: whoever stood in an empty paragraph stood in another's, and wrote there, when that one pressed Enter.
 */
export const KeepCursor = Extension.create({
  name: 'keepCursor',
  addProseMirrorPlugins: () => [
    new Plugin({
      appendTransaction(transactions, before, now) {
        const change = transactions.find(isFromOthers)
        const kept = change && before.selection instanceof TextSelection && follow(change, before, now)
        return kept && !kept.eq(now.selection) ? now.tr.setSelection(kept) : null
      },
    }),
  ],
})

function isFromOthers(tr: Transaction): boolean {
  const meta = tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean; isUndoRedoOperation?: boolean } | undefined
  return meta?.isChangeOrigin === true && !meta.isUndoRedoOperation
}

/** Nothing where it cannot be known: the library's guess holds then. */
function follow(change: Transaction, before: EditorState, now: EditorState): Selection | undefined {
  const { anchor, head } = before.selection
  const { binding } = ySyncPluginKey.getState(now) as { binding: ProsemirrorBinding }
  const known = binding.beforeTransactionSelection as ReturnType<typeof getRelativeSelection> | null
  if (!known) return undefined // the text is shown for the first time
  // After undoing, the library holds on to where one stood before that.
  const stale = known.absAnchor !== anchor || known.absHead !== head
  const shaped = isOnlyShaped(change)
  const place = (position: number, relative: RelativePosition) =>
    shaped ? position : stale ? moves(change).map(position) : placeOf(before.doc, now, position, relative)
  const [from, to] = [place(anchor, known.anchor), place(head, known.head)]
  return from === undefined || to === undefined ? undefined : TextSelection.between(now.doc.resolve(from), now.doc.resolve(to))
}

/** A paragraph was made a heading, say: the words are the same ones, though the live text has them anew. */
function isOnlyShaped(change: Transaction): boolean {
  const differs = differing(change)
  if (!differs || differs.to !== differs.now) return false
  const words = (doc: Node) => doc.textBetween(differs.from, differs.to, '\n', '\ufffc')
  return words(change.before) === words(change.doc)
}

/** Where the letter before a position stands now. At the beginning of a block there is none: it is known where its words are as before, or there were none. */
function placeOf(before: Node, now: EditorState, position: number, relative: RelativePosition): number | undefined {
  const ground = groundOf(now)
  const found = standing(ground, relative)
  if (!found || (relative.item && itemOf(ground.type.doc!, relative)?.deleted !== false)) return undefined
  const [{ parent: was }, { parent: is }] = [before.resolve(position), now.doc.resolve(found.position)]
  if (!is.isTextblock) return undefined
  return relative.item || was.content.size === 0 || was.content.eq(is.content) ? found.position : undefined
}
