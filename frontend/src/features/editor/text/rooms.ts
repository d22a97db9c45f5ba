import { Extension, type Editor } from '@tiptap/core'
import { isChangeOrigin } from '@tiptap/extension-collaboration'
import type { Node, ResolvedPos, Slice } from '@tiptap/pm/model'
import { Plugin, Selection, TextSelection, type EditorState } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'

const rooms = new Set(['exampleField', 'alternative'])

/** The depth of the room that a position stands in: a line of a card, or one of several alternatives. 0 outside of all. */
function roomDepth($at: ResolvedPos): number {
  for (let depth = $at.depth; depth > 0; depth--) if (rooms.has($at.node(depth).type.name)) return depth
  return 0
}

function roomOf($at: ResolvedPos): number | undefined {
  const depth = roomDepth($at)
  return depth ? $at.before(depth) : undefined
}

export const inField = ({ selection }: EditorState) => selection.$from.parent.type.name === 'exampleField'

/**
 * Walls in the text. Nothing that one does by accident at a wall (to delete, to break a line, to select a bit too much)
 * joins what stands on its two sides, and the arrow keys go through. Changes no text on its own: every open window
 * would do it once more.
 */
export const Rooms = Extension.create({
  name: 'rooms',
  priority: 1100,
  addKeyboardShortcuts() {
    const { editor } = this
    const all = (keys: string[], act: () => boolean) => Object.fromEntries(keys.map((key) => [key, act]))
    return {
      ...all(['Backspace', 'Mod-Backspace', 'Shift-Backspace', 'Alt-Backspace'], () => atWall(editor.state, -1)),
      ...all(['Delete', 'Mod-Delete', 'Alt-Delete'], () => atWall(editor.state, 1)),
      ...all(['Enter', 'Shift-Enter', 'Mod-Enter'], () => inField(editor.state) && stepOut(editor, 1, nextField(editor.state, 1))),
      ArrowDown: () => goThrough(editor, 1, 'down'),
      ArrowRight: () => goThrough(editor, 1, 'right'),
      ArrowUp: () => goThrough(editor, -1, 'up'),
      ArrowLeft: () => goThrough(editor, -1, 'left'),
      Tab: () => tab(editor, 1),
      'Shift-Tab': () => tab(editor, -1),
      'Mod-a': () => selectRoom(editor),
    }
  },
  addProseMirrorPlugins() {
    return [
      new Plugin({
        appendTransaction: (_transactions, old, { doc, selection, tr }) => {
          const kept = withinWalls(selection, old.selection, doc)
          return kept ? tr.setSelection(kept) : null
        },
        // A field without a name would be shown by nobody: what makes paragraphs of things makes none of fields.
        filterTransaction: (transaction, state) =>
          !transaction.docChanged || isChangeOrigin(transaction) || nameless(transaction.doc) <= nameless(state.doc),
        props: {
          // Of what has nothing in it, a picture, somebody else may have something to say.
          handlePaste: (view, _event, slice) => slice.size > 0 && inField(view.state) && insertWords(view, slice),
          handleDrop: (view, event, slice, moved) => slice.size > 0 && dropWords(view, event, slice, moved),
        },
      }),
    ]
  },
})

/** Whether the cursor stands at the edge of its room, where there is nothing to join. */
function atWall({ selection }: EditorState, way: 1 | -1): boolean {
  const { $head, empty } = selection
  const depth = roomDepth($head)
  if (!empty || !depth || !$head.parent.isTextblock || $head.depth > depth + 1) return false
  const edge = way < 0 ? $head.parentOffset === 0 : $head.parentOffset === $head.parent.content.size
  const outermost = $head.depth === depth || (way < 0 ? $head.index(depth) === 0 : $head.indexAfter(depth) === $head.node(depth).childCount)
  return edge && outermost
}

function goThrough(editor: Editor, way: 1 | -1, edge: 'up' | 'down' | 'left' | 'right'): boolean {
  const { state, view } = editor
  const { $head, empty } = state.selection
  if (!empty || !$head.parent.isTextblock || !view.endOfTextblock(edge)) return false
  const beyond = Selection.findFrom(state.doc.resolve(way > 0 ? $head.after() : $head.before()), way, true)
  if (roomOf($head) === (beyond ? roomOf(beyond.$head) : undefined)) return false
  return stepOut(editor, way, beyond)
}

/** To where there is text, or else to a new paragraph: after a card at the very end there must be somewhere to write. */
function stepOut(editor: Editor, way: 1 | -1, to: Selection | null): boolean {
  if (to) {
    editor.view.dispatch(editor.state.tr.setSelection(to).scrollIntoView())
    return true
  }
  return leave(editor, editor.state.selection.$head, way)
}

/** Out of the card or the alternatives that a position stands in, to the text below or above, which is made if there is none. */
export function leave(editor: Editor, $at: ResolvedPos, way: 1 | -1): boolean {
  if ($at.depth === 0) return false
  const edge = way > 0 ? $at.after(1) : $at.before(1)
  const { tr, doc, schema } = editor.state
  const beside = way > 0 ? doc.resolve(edge).nodeAfter : doc.resolve(edge).nodeBefore
  const made = !beside?.isTextblock
  if (made) tr.insert(edge, schema.nodes.paragraph!.create())
  editor.view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(made ? edge + 1 : edge), way)).scrollIntoView())
  editor.view.focus()
  return true
}

/** The end of the field after (or before) this one in the card. */
export function nextField({ doc, selection }: EditorState, way: 1 | -1): Selection | null {
  const { $head } = selection
  const card = $head.node(-1)
  const index = $head.index(-1) + way
  if (index < 0 || index >= card.childCount) return null
  const start = way > 0 ? $head.after() + 1 : $head.before() - 1 - card.child(index).content.size
  return TextSelection.create(doc, start + card.child(index).content.size)
}

/** In a card Tab goes from line to line, and on to what is chosen below them. */
function tab(editor: Editor, way: 1 | -1): boolean {
  if (!inField(editor.state)) return false
  const field = nextField(editor.state, way)
  if (field) return stepOut(editor, way, field)
  const { $head } = editor.state.selection
  const card = editor.view.nodeDOM($head.before(-1)) as HTMLElement | null
  if (way < 0) return $head.index(0) > 0 && leave(editor, $head, -1)
  const control = card?.querySelector<HTMLElement>('select, button')
  if (!control) return leave(editor, $head, 1)
  control.focus()
  return true
}

/** First all of the line or the alternative, then all of the text. */
function selectRoom(editor: Editor): boolean {
  const { doc, selection, tr } = editor.state
  const depth = roomDepth(selection.$from)
  if (!depth) return false
  const [from, to] = [Selection.near(doc.resolve(selection.$from.start(depth)), 1).from, Selection.near(doc.resolve(selection.$from.end(depth)), -1).to]
  if (from === to || (selection.from <= from && selection.to >= to)) return false
  editor.view.dispatch(tr.setSelection(TextSelection.create(doc, from, to)))
  return true
}

/** A selection that is begun in a room stays there; one from outside takes in the whole of what it comes to. */
function withinWalls(now: Selection, before: Selection, doc: Node): Selection | undefined {
  if (!(now instanceof TextSelection) || now.empty) return undefined
  const { $anchor, $head } = now
  const [home, there] = [roomDepth($anchor), roomDepth($head)]
  if (roomOf($anchor) === roomOf($head)) return undefined
  const way = $head.pos > $anchor.pos ? 1 : -1
  if (home) {
    const wall = doc.resolve(way > 0 ? $anchor.end(home) : $anchor.start(home))
    return TextSelection.create(doc, $anchor.pos, wall.parent.isTextblock ? wall.pos : Selection.near(wall, -way).head)
  }
  const shrinks = before.anchor === now.anchor && (before.head - $head.pos) * way > 0
  const beyond = shrinks ? null : outside(doc, way > 0 ? $head.after(1) : $head.before(1), way)
  const head = beyond ?? outside(doc, way > 0 ? $head.before(1) : $head.after(1), -way as 1 | -1)
  return there && head !== undefined ? TextSelection.create(doc, $anchor.pos, head) : undefined
}

/** The nearest text that way that stands in no room. */
function outside(doc: Node, from: number, way: 1 | -1): number | undefined {
  const found = Selection.findFrom(doc.resolve(from), way, true)
  if (!found) return undefined
  if (!roomDepth(found.$head)) return found.head
  return outside(doc, way > 0 ? found.$head.after(1) : found.$head.before(1), way)
}

function nameless(doc: Node): number {
  let found = 0
  doc.forEach((block) => {
    if (block.type.name === 'goodExample') block.forEach((field) => void (found += field.attrs.name ? 0 : 1))
  })
  return found
}

const wordsOf = ({ content }: Slice) => content.textBetween(0, content.size, ' ', ' ').replace(/\s+/g, ' ')

function insertWords(view: EditorView, slice: Slice): boolean {
  view.dispatch(view.state.tr.insertText(wordsOf(slice)).scrollIntoView())
  return true
}

function dropWords(view: EditorView, event: DragEvent, slice: Slice, moved: boolean): boolean {
  const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos
  if (at === undefined || view.state.doc.resolve(at).parent.type.name !== 'exampleField') return false
  const { tr } = view.state
  if (moved) tr.deleteSelection()
  view.dispatch(tr.insertText(wordsOf(slice), tr.mapping.map(at)))
  return true
}
