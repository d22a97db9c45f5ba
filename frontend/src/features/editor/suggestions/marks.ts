import type { Node } from '@tiptap/pm/model'
import { Decoration, type EditorView } from '@tiptap/pm/view'
import type { Schemas } from '@/api'
import { groundOf } from '../comments/anchor'
import { Overlay } from '../text/overlay'
import { placeOf, readChange, wordsOf, type Change, type Place } from './place'

/** What the page knows of the suggestions, and wants to know of the text. */
export interface MarkedSuggestions {
  threads: readonly Schemas['Thread'][]
  active: string | undefined
  words: { removed: string; added: string }
  placed: (places: ReadonlyMap<string, Place>) => void
  picked: (threadId: string) => void
  shownIn: (view: EditorView, shows: boolean) => void
}

const overlay = new Overlay('suggestion')

/** Draws over the text what is suggested for it: what would go is struck through, what would come stands behind that. */
export const suggestionMarks = (known: () => MarkedSuggestions) =>
  overlay.extension({ draw: (view) => draw(view, known()), picked: (id) => known().picked(id), shownIn: (view, shows) => known().shownIn(view, shows) })

/** Where the change of an open suggestion would be made in this text now. */
export function look(view: EditorView, thread: Schemas['Thread']): { change: Change; place?: Place } | undefined {
  const change = readChange(view.state.schema, thread)
  return change && { change, place: placeOf(groundOf(view.state), thread, change) }
}

/** Finds every open suggestion's place, draws it, and tells the page. */
export function draw(view: EditorView, { threads, active, words, placed }: MarkedSuggestions): void {
  if (view.isDestroyed) return
  const places = new Map<string, Place>()
  const marks: Decoration[] = []
  for (const thread of threads) {
    const { change, place } = (thread.state === 'open' && look(view, thread)) || {}
    if (!change || !place) continue
    places.set(thread.id, place)
    marks.push(...drawn(view.state.doc, thread.id, place, change, thread.id === active, words))
  }
  overlay.put(view, marks)
  placed(places)
}

function drawn(doc: Node, id: string, { from, to }: Place, change: Change, looked: boolean, words: MarkedSuggestions['words']): Decoration[] {
  const attributes = { 'data-suggestion': id, ...(looked && { 'data-active': '' }) }
  const [gone, come] = [wordsOf(change.before), wordsOf(change.after)]
  const marks: Decoration[] = []
  if (gone) {
    marks.push(Decoration.inline(from, to, { class: 'suggested-removed', ...attributes }, { id, looked }))
    marks.push(Decoration.widget(textAfter(doc, from), () => said(words.removed), { side: 1, key: `${id} removed`, ignoreSelection: true }))
  }
  if (come) marks.push(Decoration.widget(standing(doc, to), () => addition(come, words.added, attributes), { side: -1, key: `${id} ${looked} ${come}`, id, looked, ignoreSelection: true }))
  return marks
}

function said(words: string): HTMLElement {
  const heard = document.createElement('span')
  heard.className = 'sr-only'
  heard.textContent = ` ${words} `
  return heard
}

function addition(text: string, words: string, attributes: Record<string, string>): HTMLElement {
  const mark = document.createElement('span')
  mark.className = 'suggested-added'
  for (const [name, value] of Object.entries(attributes)) mark.setAttribute(name, value)
  mark.append(said(words), text)
  return mark
}

/** Into the first block of what goes, where words can be read. */
function textAfter(doc: Node, position: number): number {
  let at = position
  while (at < doc.content.size && !doc.resolve(at).parent.inlineContent) at++
  return at
}

/** Words cannot stand between the rows of a table, or the items of a list: they stand behind the whole. */
function standing(doc: Node, position: number): number {
  let $at = doc.resolve(position)
  while ($at.depth > 0 && !$at.parent.inlineContent && !$at.parent.contentMatchAt(0).matchType(doc.type.schema.nodes.paragraph!)) $at = doc.resolve($at.after())
  return $at.pos
}
