import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import type { Range } from '../comments/passage'
import { differing } from '../text/changed'
import { beginStep, type OwnStep } from '../text/ownStep'
import { putWords } from '../text/putWords'
import { finder, type Query } from './search'

/** What is found in the text now. */
export interface Finding {
  matches: Range[]
  /** Which of them one stands at, counted from 0. */
  at: number
}

interface Looking extends Finding {
  find: (doc: Node) => Range[]
  drawn: DecorationSet
}
type Order = { query?: Query; at?: number }

const key = new PluginKey<Looking>('finding')
/** One does not see more of them at once, and drawing thousands takes time. */
const mostDrawn = 400

/** Finds words in the text, and goes on finding them while everybody writes. */
export const finding = Extension.create({
  name: 'finding',
  addProseMirrorPlugins: () => [
    new Plugin<Looking>({
      key,
      state: {
        init: () => ({ matches: [], at: 0, find: () => [], drawn: DecorationSet.empty }),
        apply(tr, before, _old, { doc, selection }) {
          const order = tr.getMeta(key) as Order | undefined
          if (order && 'query' in order) {
            const find = order.query ? finder(order.query) : () => []
            const matches = find(doc)
            const place = before.matches[before.at]?.from ?? selection.from
            return drawnOver(doc, { find, matches, at: atOrAfter(matches, place) })
          }
          if (order?.at !== undefined) return drawnOver(doc, { ...before, at: order.at })
          return tr.docChanged ? follow(tr, before) : before
        },
      },
      props: { decorations: (state) => key.getState(state)?.drawn },
    }),
  ],
})

/** One stays at the match that one stood at; when it is gone, at the next. */
function follow(tr: Transaction, before: Looking): Looking {
  const matches = before.find(tr.doc)
  if (matches.length === 0 && before.matches.length === 0) return before
  const place = before.matches[before.at]?.from
  return drawnOver(tr.doc, { find: before.find, matches, at: place === undefined ? 0 : atOrAfter(matches, movedBy(tr, place)) })
}

function movedBy(tr: Transaction, place: number): number {
  const differs = differing(tr)
  if (!differs || place < differs.from) return place
  return place >= differs.to ? place + differs.now - differs.to : differs.from
}

function atOrAfter(matches: Range[], place: number): number {
  return Math.max(0, matches.findIndex(({ from }) => from >= place))
}

function drawnOver(doc: Node, { find, matches, at }: Omit<Looking, 'drawn'>): Looking {
  const first = Math.max(0, at - mostDrawn / 2)
  const drawn = matches.slice(first, first + mostDrawn).map(({ from, to }, index) => Decoration.inline(from, to, { class: 'found', ...(first + index === at && { 'data-current': '' }) }))
  return { find, matches, at, drawn: DecorationSet.create(doc, drawn) }
}

export const foundIn = (state: EditorState): Finding => key.getState(state) ?? { matches: [], at: 0 }

const order = (view: EditorView, what: Order) => view.dispatch(view.state.tr.setMeta(key, what).setMeta('addToHistory', false))

/** Begins to look for something, or for nothing any longer. */
export function lookFor(view: EditorView, query: Query | undefined): void {
  order(view, { query })
}

export function goOn(view: EditorView, by: 1 | -1): void {
  const { matches, at } = foundIn(view.state)
  if (matches.length > 0) order(view, { at: (at + by + matches.length) % matches.length })
}

export function replaceOne(view: EditorView, words: string): void {
  const { matches, at } = foundIn(view.state)
  const match = matches[at]
  if (!match) return
  const done = beginStep(view)
  view.dispatch(putWords(view.state.tr, match, words))
  done()
  const after = match.from + words.length
  const { matches: left } = foundIn(view.state)
  if (left.length > 0) order(view, { at: atOrAfter(left, after) })
}

/** Everything at once, to be undone at once. */
export function replaceAll(view: EditorView, words: string): { count: number; step: OwnStep } {
  const { matches } = foundIn(view.state)
  const done = beginStep(view)
  view.dispatch([...matches].reverse().reduce((tr, match) => putWords(tr, match, words), view.state.tr))
  return { count: matches.length, step: done() }
}
