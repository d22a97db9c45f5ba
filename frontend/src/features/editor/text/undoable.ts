import type { Editor } from '@tiptap/core'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import type { Transaction } from '@tiptap/pm/state'
import { toast } from '@/ui'

/** Changes the text in a step of its own, and offers to take that back. Not once more has been written: then it would be that which goes. */
export function undoable(editor: Editor, { done, later }: { done: string; later: string }, change: (tr: Transaction) => Transaction): void {
  const history = () => yUndoPluginKey.getState(editor.state)?.undoManager
  history()?.stopCapturing()
  editor.view.dispatch(change(editor.state.tr).scrollIntoView())
  history()?.stopCapturing()
  const step = history()?.undoStack.at(-1)
  toast(done, {
    undo: () => {
      if (history()?.undoStack.at(-1) === step) editor.chain().undo().focus().run()
      else toast(later, { tone: 'info' })
    },
  })
}
