import type { Editor } from '@tiptap/vue-3'
import type { Language } from '@/lib/language'
import { canSetAgainst, setAgainst } from '../alternatives/commands'
import { insertExample } from '../cards/commands'
import { kindTool } from './paragraphKind'
import { languageTool } from './paragraphLanguage'
import { inField } from './rooms'
import type { ToolIconName } from './toolIcons'

/** Says words by their name among the messages. */
export type Translate = (key: string, values?: Record<string, string | number>) => string

/** A button in a toolbar. A tool that is pressed or not is a toggle; the others just do something. */
export interface Tool {
  name: string
  icon?: ToolIconName
  /** A letter or two that stand for the name where there is no icon; otherwise the name is shown. */
  letters?: boolean
  /** Keys as `aria-keyshortcuts` writes them. */
  keys?: string
  pressed?: boolean
  disabled?: boolean
  /** Why it cannot be used now: a name among the messages. */
  reason?: string
  run: () => void
}

/** One of several, in a toolbar. Nothing is chosen where what is selected differs. */
export interface ToolChoice extends Omit<Tool, 'run'> {
  options: { value: string; label: string; disabled?: boolean }[]
  chosen?: string
  run: (value: string) => void
}

/** Everything that shapes the text, in groups. */
export function textTools(editor: Editor, answer: Language, editLink: () => void, t: Translate): (Tool | ToolChoice)[][] {
  const wordsAlone = inField(editor.state)
  const shaping = (tools: Tool[]) => tools.map((tool) => (wordsAlone ? { ...tool, disabled: true, reason: 'wordsAlone' } : tool))
  const chain = () => editor.chain().focus()
  return [
    [
      { name: 'undo', icon: 'undo', keys: 'Control+Z', disabled: !editor.can().undo(), run: () => chain().undo().run() },
      { name: 'redo', icon: 'redo', keys: 'Control+Y', disabled: !editor.can().redo(), run: () => chain().redo().run() },
    ],
    [kindTool(editor, wordsAlone, t)],
    shaping([
      { name: 'bold', letters: true, keys: 'Control+B', pressed: editor.isActive('bold'), run: () => chain().toggleBold().run() },
      { name: 'italic', letters: true, keys: 'Control+I', pressed: editor.isActive('italic'), run: () => chain().toggleItalic().run() },
      { name: 'link', icon: 'link', keys: 'Control+K', pressed: editor.isActive('link'), run: editLink },
    ]),
    shaping([
      { name: 'bulletList', icon: 'bulletList', keys: 'Control+Shift+8', pressed: editor.isActive('bulletList'), run: () => chain().toggleBulletList().run() },
      { name: 'orderedList', icon: 'orderedList', keys: 'Control+Shift+7', pressed: editor.isActive('orderedList'), run: () => chain().toggleOrderedList().run() },
      { name: 'table', icon: 'table', ...(editor.isActive('table') && { disabled: true, reason: 'inTable' }), run: () => insertTable(editor) },
    ]),
    [
      { name: 'goodExample', run: () => insertExample(editor) },
      { name: 'alternatives', ...(!canSetAgainst(editor.state) && { disabled: true, reason: 'notAgainst' }), run: () => setAgainst(editor) },
    ],
    [languageTool(editor, answer, t)],
  ]
}

/** What can be done to the table that the cursor stands in. */
export function tableTools(editor: Editor): Tool[][] {
  const chain = () => editor.chain().focus()
  return [
    [
      { name: 'rowBelow', run: () => chain().addRowAfter().run() },
      { name: 'deleteRow', run: () => chain().deleteRow().run() },
    ],
    [
      { name: 'columnRight', run: () => chain().addColumnAfter().run() },
      { name: 'deleteColumn', run: () => chain().deleteColumn().run() },
    ],
    [
      { name: 'headerRow', pressed: hasHeaderRow(editor), run: () => chain().toggleHeaderRow().run() },
      { name: 'deleteTable', run: () => chain().deleteTable().run() },
    ],
  ]
}

/** A table at the very end, of the text or of an alternative, would leave nowhere to write after it. */
function insertTable(editor: Editor): void {
  editor
    .chain()
    .focus()
    .insertTable({ rows: 3, cols: 3, withHeaderRow: true })
    .command(({ tr }) => {
      const { $from } = tr.selection
      const depth = [...Array($from.depth).keys()].find((above) => $from.node(above + 1).type.name === 'table')
      if (depth !== undefined && $from.indexAfter(depth) === $from.node(depth).childCount) {
        tr.insert($from.after(depth + 1), editor.schema.nodes.paragraph!.create())
      }
      return true
    })
    .run()
}

function hasHeaderRow(editor: Editor): boolean {
  const { $from } = editor.state.selection
  for (let depth = $from.depth; depth > 0; depth--) {
    const node = $from.node(depth)
    if (node.type.name === 'table') return node.firstChild?.lastChild?.type.name === 'tableHeader'
  }
  return false
}
