import type { Node } from '@tiptap/pm/model'

export interface Range {
  from: number
  to: number
}

/** A text as it is read, a line for each block, and where each of its characters stands; the breaks stand nowhere. */
export function reading(doc: Node): { text: string; at: (number | undefined)[] } {
  let text = ''
  const at: (number | undefined)[] = []
  doc.descendants((node, position) => {
    if (node.isTextblock && text) {
      text += '\n'
      at.push(undefined)
    }
    if (!node.isText) return
    for (let i = 0; i < node.text!.length; i++) at.push(position + i)
    text += node.text
  })
  return { text, at }
}

/** The words that are selected, without the white around them, and from where to where. Nothing when there are none. */
export function selectedPassage(doc: Node, { from, to }: Range): (Range & { text: string }) | undefined {
  const { text, at } = reading(doc)
  const chosen = [...at.keys()].filter((i) => at[i] !== undefined && at[i]! >= from && at[i]! < to && text[i]!.trim())
  const [first, last] = [chosen[0], chosen.at(-1)]
  if (first === undefined || last === undefined) return undefined
  return { from: at[first]!, to: at[last]! + 1, text: text.slice(first, last + 1) }
}

/** Where the words stand, if they stand in one place and no other. */
export function findOnce(doc: Node, words: string): Range | undefined {
  const { text, at } = reading(doc)
  const found = text.indexOf(words)
  if (!words || found < 0 || text.indexOf(words, found + 1) >= 0) return undefined
  return { from: at[found]!, to: at[found + words.length - 1]! + 1 }
}
