import type { Schemas } from '@/api'

type Text = Schemas['ResponseText']

/** The answers that differ from what our party last took a position on; none when it has taken none. */
export function changedSinceSeen(text: Text): Schemas['AnswerText'][] {
  return text.seenFreezeNumber ? text.answers.filter((answer) => answer.changed) : []
}

/** The numbers of the answers that are not the same in the newer text as in the one that is shown. */
export function movedBetween(shown: Text, newer: Text): number[] {
  const hashes = new Map(shown.answers.map(({ answerId, hash }) => [answerId, hash]))
  return newer.answers.filter(({ answerId, hash }) => hashes.get(answerId) !== hash).map(({ number }) => number)
}
