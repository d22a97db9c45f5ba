/** One place where a text was changed: what stood from `from` to `to` is now `text`. */
export interface Edit {
  from: number
  to: number
  text: string
}

/** What was changed between two texts. Where that could be several places, it is the one that ends nearest the cursor. */
export function difference(before: string, after: string, cursor = after.length): Edit | undefined {
  if (before === after) return undefined
  const most = Math.min(before.length, after.length)
  let end = 0
  const endsAtMost = Math.min(most, after.length - cursor)
  while (end < endsAtMost && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  let from = 0
  while (from < most - end && before[from] === after[from]) from++
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  return { from, to: before.length - end, text: after.slice(from, after.length - end) }
}

/**
 * The same edit in a text that others have changed meanwhile. Where both changed the same place, nothing that the others
 * wrote is taken away: the new words stand after theirs.
 */
export function rebase(edit: Edit, others: Edit): Edit {
  const shift = others.text.length - (others.to - others.from)
  if (edit.to <= others.from) return edit
  if (edit.from >= others.to) return { ...edit, from: edit.from + shift, to: edit.to + shift }
  const after = others.from + others.text.length
  return { from: after, to: Math.max(after, edit.to + shift), text: edit.text }
}

/** Where a place in the text stands after an edit of others. */
export function movedBy({ from, to, text }: Edit, offset: number): number {
  if (offset <= from) return offset
  return offset < to ? from + text.length : offset + text.length - (to - from)
}
