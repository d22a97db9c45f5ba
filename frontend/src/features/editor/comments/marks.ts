import { Extension } from '@tiptap/core'
import { Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { moves } from '../text/changed'
import { locate } from './anchor'
import type { Range } from './passage'
import type { Schemas } from '@/api'

export type Places = ReadonlyMap<string, Range>

/** What the page knows of the threads, and wants to know of the text. */
export interface MarkedThreads {
  threads: readonly Schemas['Thread'][]
  active: string | undefined
  placed: (places: Places) => void
  picked: (threadId: string) => void
}

const key = new PluginKey<DecorationSet>('comments')
const pause = 100

/** Marks in the text what is talked about. They are drawn over it, and never a part of it. */
export const commentMarks = (known: () => MarkedThreads) =>
  Extension.create({
    name: 'commentMarks',
    addProseMirrorPlugins: () => [
      new Plugin<DecorationSet>({
        key,
        state: {
          init: () => DecorationSet.empty,
          apply: (tr: Transaction, marks) => (tr.getMeta(key) as DecorationSet | undefined) ?? marks.map(moves(tr), tr.doc),
        },
        props: {
          decorations: (state) => key.getState(state),
          handleClick(_view, _position, event) {
            const mark = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-thread]') : null
            if (mark) known().picked(mark.dataset.thread!)
            return false
          },
        },
        view: (view) => keepPlacing(view, known),
      }),
    ],
  })

/** Looks for the places again a moment after the text changed: by then the live text has it as well. */
function keepPlacing(view: EditorView, known: () => MarkedThreads) {
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => place(view, known()), pause)
  return {
    update(_view: EditorView, before: EditorState) {
      if (before.doc.eq(view.state.doc)) return
      clearTimeout(timer)
      timer = setTimeout(() => place(view, known()), pause)
    },
    destroy: () => clearTimeout(timer),
  }
}

/** Finds every thread's place, marks those that wait for something, and tells the page. */
export function place(view: EditorView, { threads, active, placed }: MarkedThreads): void {
  if (view.isDestroyed) return
  const places = new Map<string, Range>()
  const marks: Decoration[] = []
  for (const thread of threads) {
    const range = locate(view.state, thread)
    if (!range) continue
    places.set(thread.id, range)
    const looked = thread.id === active
    if (thread.resolved && !looked) continue
    marks.push(Decoration.inline(range.from, range.to, { class: 'comment-mark', 'data-thread': thread.id, ...(looked && { 'data-active': '' }) }, { thread: thread.id, looked }))
  }
  // To draw anew what stands there already would take the cursor from under the fingers of who is writing.
  const drawn = DecorationSet.create(view.state.doc, marks)
  if (told(drawn) !== told(key.getState(view.state)!)) view.dispatch(view.state.tr.setMeta(key, drawn).setMeta('addToHistory', false))
  placed(places)
}

const told = (marks: DecorationSet) => JSON.stringify(marks.find().map(({ from, to, spec }) => [from, to, spec]))
