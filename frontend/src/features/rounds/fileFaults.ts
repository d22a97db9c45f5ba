import type { ProblemField } from '@/api'

/** The reasons that a file is refused for, told from the code and the reader's own message. */
const patterns: [RegExp, key: string][] = [
  [/^field (?<name>\S+) not found/, 'unknownKey'],
  [/^mapping key "(?<name>[^"]+)" already defined/, 'twice'],
  [/^cannot unmarshal/, 'wrongKind'],
]
const known = ['required', 'invalid_date', 'not_supported', 'invalid', 'one_document']

export function reasonOf(fault: ProblemField): { key: string; values: Record<string, string> } {
  if (known.includes(fault.code)) return { key: fault.code, values: {} }
  for (const [pattern, key] of patterns) {
    const found = pattern.exec(fault.detail ?? '')
    if (found) return { key, values: { ...found.groups } }
  }
  return { key: 'notReadable', values: {} }
}
