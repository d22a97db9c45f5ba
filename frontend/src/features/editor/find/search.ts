import type { Node } from '@tiptap/pm/model'
import type { Range } from '../comments/passage'

export interface Query {
  text: string
  matchCase: boolean
  wholeWords: boolean
}

/**
 * What is looked for, letter by letter: no character means anything but itself. Only those that would mean something may be
 * escaped, any other after a backslash is no pattern. A space finds one that holds together too.
 */
function pattern({ text, matchCase, wholeWords }: Query): RegExp {
  const literal = text.normalize('NFC').replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[ \u00a0]/g, '[ \\u00a0]')
  const source = wholeWords ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal
  return new RegExp(source, matchCase ? 'gu' : 'giu')
}

/**
 * Looks through a text for the same words time after time. A block that has not changed is the same object as before, and
 * is not read again. What is no pattern, or too long for one, finds nothing: were it an error, the words that were looked for
 * before would still be the ones that are replaced.
 */
export function finder(query: Query): (doc: Node) => Range[] {
  if (!query.text) return () => []
  let words: RegExp | undefined
  const known = new WeakMap<Node, Range[]>()
  const within = (block: Node) => {
    words ??= pattern(query)
    const found = known.get(block) ?? [...block.textBetween(0, block.content.size, '', '\ufffc').matchAll(words)].map(({ index, 0: match }) => ({ from: index, to: index + match.length }))
    known.set(block, found)
    return found
  }
  return (doc) => {
    const matches: Range[] = []
    try {
      doc.descendants((node, position) => {
        if (!node.isTextblock) return true
        for (const { from, to } of within(node)) matches.push({ from: position + 1 + from, to: position + 1 + to })
        return false
      })
    } catch {
      return []
    }
    return matches
  }
}
