import { Extension, InputRule } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import type { EditorState } from '@tiptap/pm/state'

export const levels = [1, 2, 3] as const
export type Level = (typeof levels)[number]

/** The level of the nearest heading before a place. 0 where there is none. */
export function levelBefore(doc: Node, place: number): number {
  let level = 0
  doc.nodesBetween(0, Math.min(place, doc.content.size), (node, position) => {
    if (node.type.name === 'heading' && position < place) level = Number(node.attrs.level)
    return !node.isTextblock
  })
  return level
}

/** How deep a heading may be where the cursor stands: one below the heading before it. */
export function deepestHere({ doc, selection: { $from } }: EditorState): number {
  return Math.min(3, levelBefore(doc, $from.depth > 0 ? $from.before() : $from.pos) + 1)
}

/** Keys and signs that make headings skip no level either: they stop, with a word, or make the deepest that fits. */
export const headingOrder = (skips: (level: Level) => void) =>
  Extension.create({
    name: 'headingOrder',
    priority: 1_000,
    addKeyboardShortcuts() {
      const stop = (level: Level) => () => {
        if (this.editor.isActive('heading', { level }) || level <= deepestHere(this.editor.state)) return false
        skips(level)
        return true
      }
      return Object.fromEntries(levels.map((level) => [`Mod-Alt-${level}`, stop(level)]))
    },
    addInputRules() {
      return [
        new InputRule({
          find: /^(#{1,3})\s$/,
          handler({ state, range, match, chain }) {
            const level = Math.min(match[1]!.length, deepestHere(state)) as Level
            chain().deleteRange(range).setHeading({ level }).run()
          },
        }),
      ]
    },
  })
