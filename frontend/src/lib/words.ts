/** Words as a writer counts them: runs of letters and digits, hyphenated words as one. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:[-'’.][\p{L}\p{N}]+)*/gu)?.length ?? 0
}

/** `a, b og c`; with `most`, the rest is counted: `a, b og 7 til`. The same in both written forms. */
export function listed(items: readonly (string | number)[], most = Infinity): string {
  if (items.length > most) return `${items.slice(0, most).join(', ')} og ${items.length - most} til`
  const [last, ...before] = [...items].reverse()
  return before.length ? `${before.reverse().join(', ')} og ${last}` : String(last ?? '')
}
