import type { Transaction } from '@tiptap/pm/state'
import type { Range } from '../comments/passage'

/** Puts words in the place of others. They look as the first of the old ones did, and lead where that led. */
export function putWords(tr: Transaction, { from, to }: Range, words: string): Transaction {
  const marks = tr.doc.nodeAt(from)?.marks ?? []
  return words ? tr.replaceWith(from, to, tr.doc.type.schema.text(words, marks)) : tr.delete(from, to)
}
