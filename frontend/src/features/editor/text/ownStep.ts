import { defaultDeleteFilter, defaultProtectedNodes, ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap'
import type { Transaction } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { UndoManager, type XmlFragment } from 'yjs'

/** Something that was done, and that can be undone by itself until one has done something more. */
export interface OwnStep {
  isLast: () => boolean
}

/** What is done from here on is undone apart from what was done before. */
export function beginStep(view: EditorView): () => OwnStep {
  const manager = (yUndoPluginKey.getState(view.state) as { undoManager?: UndoManager } | undefined)?.undoManager
  manager?.stopCapturing()
  return () => {
    manager?.stopCapturing()
    const step = manager?.undoStack.at(-1)
    return { isLast: () => step !== undefined && manager?.undoStack.at(-1) === step }
  }
}

/**
 * Changes the text in a step of its own, and gives what takes that back: that alone, whatever has been done since, and also
 * where one may not write any longer. What others have written in it stays.
 */
export function doApart(view: EditorView, change: (tr: Transaction) => Transaction): () => void {
  const { type } = ySyncPluginKey.getState(view.state) as { type: XmlFragment }
  const apart = new UndoManager(type, { trackedOrigins: new Set([ySyncPluginKey]), deleteFilter: (item) => defaultDeleteFilter(item, defaultProtectedNodes) })
  const done = beginStep(view)
  view.dispatch(change(view.state.tr))
  done()
  apart.destroy() // it listens no more, and still knows what was done
  return () => void apart.undo()
}
