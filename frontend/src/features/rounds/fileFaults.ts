import type { ProblemField } from '@/api'

/** What the reader of YAML says, and the key of our own words for it. */
const patterns: [RegExp, key: string][] = [
  [/^field (?<name>\S+) not found/, 'unknownKey'],
  [/^mapping key "(?<name>[^"]+)" already defined/, 'twice'],
  [/^cannot unmarshal/, 'wrongKind'],
]

/** Why a file cannot be read, told from the reader's own message. */
export function unreadable(fault: ProblemField): { key: string; values: Record<string, string> } {
  for (const [pattern, key] of patterns) {
    const found = pattern.exec(fault.detail ?? '')
    if (found) return { key, values: { ...found.groups } }
  }
  return { key: 'notReadable', values: {} }
}
