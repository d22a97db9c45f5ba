import type { Editor } from '@tiptap/core'
import type { EditorState } from '@tiptap/pm/state'
import { deepestHere, levels } from '../check/headings'
import type { ToolChoice, Translate } from './tools'

const words = 'paragraph'

/** The kind that all selected paragraphs have: running text, or the level of a heading; nothing where they differ. */
function kindHere({ doc, selection: { from, to } }: EditorState): string | undefined {
  const found = new Set<string>()
  doc.nodesBetween(from, to, ({ type, attrs, isTextblock }) => void (isTextblock && found.add(type.name === 'heading' ? String(attrs.level) : type.name)))
  return found.size === 1 ? [...found][0] : undefined
}

/** The cursor stays where it is, and so does the focus: who chooses by arrow keys tries several. */
function setKind(editor: Editor, kind: string): void {
  const level = levels.find((one) => String(one) === kind)
  if (level) editor.commands.setHeading({ level })
  else editor.commands.setParagraph()
}

/** The choice between running text and headings in the toolbar. A heading that would skip a level says what it waits for. */
export function kindTool(editor: Editor, disabled: boolean, t: Translate): ToolChoice {
  const chosen = kindHere(editor.state)
  const deepest = deepestHere(editor.state)
  const heading = (level: (typeof levels)[number]) => {
    const skips = level > deepest && chosen !== String(level)
    return { value: String(level), label: t(skips ? 'editor.kind.skips' : 'editor.kind.heading', { level, before: level - 1 }), disabled: skips }
  }
  return {
    name: 'kind',
    keys: levels.map((level) => `Control+Alt+${level}`).join(' '),
    disabled,
    ...(disabled && { reason: 'wordsAlone' }),
    options: [{ value: words, label: t('editor.kind.paragraph') }, ...levels.map(heading)],
    chosen,
    run: (kind) => setKind(editor, kind),
  }
}
