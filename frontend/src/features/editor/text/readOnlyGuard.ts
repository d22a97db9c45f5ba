import { Extension } from '@tiptap/core'
import { isChangeOrigin } from '@tiptap/extension-collaboration'
import { Plugin } from '@tiptap/pm/state'

/**
 * Without it some plugins put the text in order (a ragged table, say) in the window of somebody
 * who only reads, and that counts as an edit. Only what comes from the others may change the text
 * of a reader.
 */
export const ReadOnlyGuard = Extension.create({
  name: 'readOnlyGuard',
  addProseMirrorPlugins() {
    return [
      new Plugin({
        filterTransaction: (transaction) =>
          this.editor.isEditable || !transaction.docChanged || isChangeOrigin(transaction),
      }),
    ]
  },
})
