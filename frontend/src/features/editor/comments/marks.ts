import { Decoration, type EditorView } from '@tiptap/pm/view'
import type { Schemas } from '@/api'
import { Overlay } from '../text/overlay'
import { locate } from './anchor'
import type { Range } from './passage'

export type Places = ReadonlyMap<string, Range>

/** What the page knows of the threads, and wants to know of the text. */
export interface MarkedThreads {
  threads: readonly Schemas['Thread'][]
  active: string | undefined
  placed: (places: Places) => void
  picked: (threadId: string) => void
}

const overlay = new Overlay('thread')

/** Marks in the text what is talked about. */
export const commentMarks = (known: () => MarkedThreads) => overlay.extension({ draw: (view) => place(view, known()), picked: (id) => known().picked(id) })

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
  overlay.put(view, marks)
  placed(places)
}
