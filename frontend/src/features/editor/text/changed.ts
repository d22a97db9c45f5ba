import { isChangeOrigin } from '@tiptap/extension-collaboration'
import type { Transaction } from '@tiptap/pm/state'
import { Mapping, StepMap } from '@tiptap/pm/transform'

/**
 * From where to where the text is another than before, and to where it is that now. What the others write comes as a
 * text that is all new, so that a step says nothing of places: what differs does. Nothing when nothing differs.
 */
export function differing({ before, doc }: Transaction): { from: number; to: number; now: number } | undefined {
  const from = before.content.findDiffStart(doc.content)
  const end = before.content.findDiffEnd(doc.content)
  if (from === null || end === null) return undefined
  // Where the same is repeated, what is equal from both ends overlaps.
  const over = Math.max(0, from - Math.min(end.a, end.b))
  return { from, to: end.a + over, now: end.b + over }
}

/** How places in the text move with a transaction, whoever wrote it. */
export function moves(tr: Transaction): Mapping {
  if (!isChangeOrigin(tr)) return tr.mapping
  const differs = differing(tr)
  return new Mapping(differs && [new StepMap([differs.from, differs.to - differs.from, differs.now - differs.from])])
}
