import { Extension } from '@tiptap/core'
import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state'
import { DecorationSet, type Decoration, type EditorView } from '@tiptap/pm/view'
import { moves } from './changed'

const pause = 100

interface Drawing {
  /** Looks for the places in the text as it is now, and puts there what is to be drawn. */
  draw: (view: EditorView) => void
  /** With the id of what was pressed. */
  picked: (id: string) => void
  shownIn?: (view: EditorView, shows: boolean) => void
}

/** What is drawn over a text, and never a part of it. Each thing drawn bears its id in `data-<name>`. */
export class Overlay {
  private readonly key: PluginKey<DecorationSet>

  constructor(private readonly name: string) {
    this.key = new PluginKey(name)
  }

  extension({ draw, picked, shownIn }: Drawing): Extension {
    const { key, name } = this
    return Extension.create({
      name: `${name}Overlay`,
      addProseMirrorPlugins: () => [
        new Plugin<DecorationSet>({
          key,
          state: {
            init: () => DecorationSet.empty,
            apply: (tr, marks) => (tr.getMeta(key) as DecorationSet | undefined) ?? marks.map(moves(tr), tr.doc),
          },
          props: {
            decorations: (state) => key.getState(state),
            handleClick(_view, _position, event) {
              const mark = event.target instanceof Element ? event.target.closest<HTMLElement>(`[data-${name}]`) : null
              if (mark) picked(mark.dataset[name]!)
              return false
            },
          },
          view: (view) => keepDrawing(view, draw, shownIn),
        }),
      ],
    })
  }

  /** To draw anew what stands there already would take the cursor from under the fingers of who is writing. */
  put({ state, dispatch }: EditorView, marks: Decoration[]): void {
    const drawn = DecorationSet.create(state.doc, marks)
    if (told(drawn) !== told(this.key.getState(state)!)) dispatch(state.tr.setMeta(this.key, drawn).setMeta('addToHistory', false))
  }
}

/** Draws again a moment after the text changed: by then the live text has it as well. */
function keepDrawing(view: EditorView, draw: Drawing['draw'], shownIn?: Drawing['shownIn']) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => draw(view), pause)
  }
  shownIn?.(view, true)
  soon()
  return {
    update: (_view: EditorView, before: EditorState) => void (before.doc.eq(view.state.doc) || soon()),
    destroy() {
      clearTimeout(timer)
      shownIn?.(view, false)
    },
  }
}

const told = (marks: DecorationSet) => JSON.stringify(marks.find().map(({ from, to, spec }) => [from, to, spec]))
