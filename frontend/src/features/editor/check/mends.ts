import { Fragment, type Node } from '@tiptap/pm/model'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import { putWords } from '../text/putWords'
import type { FindingKind, TextFinding } from './findings'

type Mend = (tr: Transaction, finding: TextFinding, words: string) => Transaction

/** What can be put right from where it is told, by a press or with words that somebody has written. */
const mends: Partial<Record<FindingKind, Mend>> = {
  headingFirst: toFittingLevel,
  headingSkips: toFittingLevel,
  headingEmpty: (tr, { from }) => tr.setNodeMarkup(from, tr.doc.type.schema.nodes.paragraph!, {}),
  headingBold: (tr, { from, to, fits }) => tr.removeMark(from, to, tr.doc.type.schema.marks.bold!).setNodeMarkup(from, tr.doc.type.schema.nodes.heading!, { ...tr.doc.nodeAt(from)!.attrs, level: fits }),
  linkWords: putWords,
  linkAddress: putWords,
  tableHeader: makeHeaderRow,
  tableLayout: (tr, { from, to }) => tr.replaceWith(from, to, blocksOf(tr.doc.nodeAt(from)!)),
}

export const needsWords = (kind: FindingKind) => kind === 'linkWords' || kind === 'linkAddress'
export const canMend = (kind: FindingKind) => kind in mends && !needsWords(kind)

export function mend(state: EditorState, finding: TextFinding, words = ''): Transaction {
  return mends[finding.kind]?.(state.tr, finding, words) ?? state.tr
}

function toFittingLevel(tr: Transaction, { from, fits }: TextFinding): Transaction {
  return tr.setNodeMarkup(from, undefined, { ...tr.doc.nodeAt(from)!.attrs, level: fits })
}

function makeHeaderRow(tr: Transaction, { from }: TextFinding): Transaction {
  tr.doc.nodeAt(from)!.firstChild!.forEach((cell, offset) => void tr.setNodeMarkup(from + 2 + offset, tr.doc.type.schema.nodes.tableHeader!, cell.attrs))
  return tr
}

/** The words of the cells, one under the other. */
function blocksOf(table: Node): Fragment {
  const blocks = table.children.flatMap((row) => row.children).flatMap((cell) => cell.children).filter((block) => block.textContent.trim())
  return Fragment.from(blocks.length > 0 ? blocks : table.type.schema.nodes.paragraph!.create())
}
