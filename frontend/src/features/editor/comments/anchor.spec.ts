import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { vocabulary } from '../text/vocabulary'
import { aboutSelection, locate, type About } from './anchor'
import { reading } from './passage'

const editors: Editor[] = []
afterEach(() => editors.splice(0).forEach((editor) => editor.destroy()))

/** Two windows on one text, each hearing of the other's changes at once; and one that opens it anew. */
function windows() {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
  mine.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(theirs, update, 'wire'))
  theirs.on('update', (update: Uint8Array, origin) => origin !== 'wire' && Y.applyUpdate(mine, update, 'wire'))
  const open = (document: Y.Doc) => {
    const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document })] })
    editors.push(editor)
    return editor
  }
  const anew = () => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(mine))
    return open(doc)
  }
  return { me: open(mine), them: open(theirs), anew }
}

function select(editor: Editor, words: string) {
  const { text, at } = reading(editor.state.doc)
  const found = text.indexOf(words)
  editor.commands.setTextSelection({ from: at[found]!, to: at[found + words.length - 1]! + 1 })
}
function stands(editor: Editor, about: About): string | undefined {
  const range = locate(editor.state, about!)
  return range && editor.state.doc.textBetween(range.from, range.to, '\n')
}

const text = '<p>Kommunene trenger mer tid til dette.</p><p>Sykehusene trenger folk.</p>'

it('follows a passage through what is written before, in and after it, in every window', () => {
  const { me, them, anew } = windows()
  me.commands.setContent(text)
  select(me, ' mer tid til ')
  const about = aboutSelection(me.state)
  expect(about!.quote).toBe('mer tid til')
  them.commands.insertContentAt(1, 'Alle ')
  select(them, 'tid')
  them.commands.insertContent('langt bedre tid')
  them.commands.insertContentAt(them.state.doc.content.size, '<p>Slutt.</p>')
  for (const editor of [me, them, anew()]) expect(stands(editor, about)).toBe('mer langt bedre tid til')
})

it('holds on to what is left when one end is cut, also at the very beginning of the text', () => {
  const { me, them } = windows()
  me.commands.setContent(text)
  select(me, 'Kommunene trenger')
  const about = aboutSelection(me.state)
  select(them, 'Kommunene ')
  them.commands.deleteSelection()
  for (const editor of [me, them]) expect(stands(editor, about)).toBe('trenger')
})

it('has no place when its words are cut, and has it again when that is undone', () => {
  const { me, them, anew } = windows()
  me.commands.setContent(text)
  select(me, 'mer tid')
  const about = aboutSelection(me.state)
  select(them, 'mer tid')
  them.commands.insertContent('flere timer')
  for (const editor of [me, them, anew()]) expect(stands(editor, about)).toBeUndefined()
  them.commands.undo()
  for (const editor of [me, them, anew()]) expect(stands(editor, about)).toBe('mer tid')
})

it('is found again where its words are moved to, or parted from what stood before them', () => {
  const { me, them, anew } = windows()
  me.commands.setContent(text)
  select(me, 'mer tid til dette')
  const about = aboutSelection(me.state)
  them.commands.setTextSelection(locate(them.state, about!)!.from)
  them.commands.splitBlock()
  for (const editor of [me, them, anew()]) expect(stands(editor, about)).toBe('mer tid til dette')
  select(them, 'mer tid til dette')
  them.commands.deleteSelection()
  expect(stands(me, about)).toBeUndefined()
  them.commands.insertContentAt(1, 'mer tid til dette ')
  for (const editor of [me, them, anew()]) expect(stands(editor, about)).toBe('mer tid til dette')
})

it('spans paragraphs, and is not guessed where the words stand twice', () => {
  const { me, them } = windows()
  me.commands.setContent(text)
  select(me, 'dette.\nSykehusene')
  const spanning = aboutSelection(me.state)
  expect(stands(them, spanning)).toBe('dette.\nSykehusene')
  me.commands.setContent('<p>tid og tid</p>')
  select(me, 'tid')
  const about = aboutSelection(me.state)
  me.commands.setContent('<p>Ny: tid, og mer tid.</p>')
  expect(locate(me.state, { ...about!, anchor: { first: 'AQ==', last: '!' } })).toBeUndefined()
  expect(locate(me.state, { anchor: { first: 'AQ==', last: '!' }, quote: 'Ny' })).toMatchObject({ from: 1, to: 3 })
})

it('is about nothing but the whole when no words are selected', () => {
  const { me } = windows()
  me.commands.setContent('<p>a</p><p> </p>')
  me.commands.setTextSelection(2)
  expect(aboutSelection(me.state)).toBeUndefined()
})
