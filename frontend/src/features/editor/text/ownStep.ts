import { yUndoPluginKey } from '@tiptap/y-tiptap'
import type { EditorView } from '@tiptap/pm/view'
import type { UndoManager } from 'yjs'

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
