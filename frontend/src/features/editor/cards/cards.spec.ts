import { Editor, type JSONContent } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { Fragment, Slice, type Node } from '@tiptap/pm/model'
import { NodeSelection, TextSelection } from '@tiptap/pm/state'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { addAlternative, choose, setAgainst, withoutAlternative } from '../alternatives/commands'
import { pasting, type Pasted } from '../paste/pasting'
import { replaceBlock } from '../text/blocks'
import { setLanguage } from '../text/paragraphLanguage'
import { vocabulary } from '../text/vocabulary'
import { appendExample, examplesIn, insertExample } from './commands'
import { exampleFields } from '@/lib/richtext'

const editors: Editor[] = []
afterEach(() => editors.splice(0).forEach((editor) => editor.destroy()))

function open(doc = new Y.Doc()): Editor {
  const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document: doc })] })
  editors.push(editor)
  return editor
}

/** What the service would read from the shared document: attributes and contents that are not there are left out. */
function stored(type: Y.XmlFragment | Y.XmlElement): JSONContent[] {
  return type.toArray().flatMap((node): JSONContent[] => {
    if (node instanceof Y.XmlText) return node.toDelta().map(({ insert }: { insert: string }) => ({ type: 'text', text: insert }))
    const element = node as Y.XmlElement
    const [attrs, content] = [element.getAttributes(), stored(element)]
    return [{ type: element.nodeName, ...(Object.keys(attrs).length && { attrs }), ...(content.length && { content }) }]
  })
}
const textOf = (doc: Y.Doc) => stored(doc.getXmlFragment('default'))

function press(editor: Editor, key: string, more: KeyboardEventInit = {}): boolean {
  return editor.view.someProp('handleKeyDown', (handle) => handle(editor.view, new KeyboardEvent('keydown', { key, ...more }))) ?? false
}

function positions(editor: Editor, type: string, that: (node: Node) => boolean = () => true): number[] {
  const found: number[] = []
  editor.state.doc.descendants((node, at) => void (node.type.name === type && that(node) && found.push(at)))
  return found
}
const field = (editor: Editor, name: string) => positions(editor, 'exampleField', ({ attrs }) => attrs.name === name)[0]!
const typeInto = (editor: Editor, at: number, text: string) => editor.view.dispatch(editor.state.tr.insertText(text, at + editor.state.doc.nodeAt(at)!.nodeSize - 1))
const words = (text: string) => [{ type: 'text', text }]

it('makes a card with its fields in their order, and somewhere to write below it', () => {
  const doc = new Y.Doc()
  const editor = open(doc)
  appendExample(editor)
  editor.commands.insertContent('Felles vaktlag')
  typeInto(editor, field(editor, 'link'), 'www.lillevik.kommune.no')
  editor.view.dispatch(editor.state.tr.setNodeAttribute(0, 'group', 'frail_elderly').setNodeAttribute(0, 'status', 'running'))
  expect(textOf(doc)).toEqual([
    {
      type: 'goodExample',
      attrs: { group: 'frail_elderly', status: 'running' },
      content: [
        { type: 'exampleField', attrs: { name: 'title' }, content: words('Felles vaktlag') },
        { type: 'exampleField', attrs: { name: 'parties' } },
        { type: 'exampleField', attrs: { name: 'transferable' } },
        { type: 'exampleField', attrs: { name: 'contact' } },
        { type: 'exampleField', attrs: { name: 'link' }, content: words('www.lillevik.kommune.no') },
      ],
    },
    { type: 'paragraph' },
  ])
  editor.view.dispatch(editor.state.tr.setNodeAttribute(0, 'status', null))
  expect(textOf(doc)[0]!.attrs).toEqual({ group: 'frail_elderly' })
  expect(examplesIn(editor.state.doc).map(({ title }) => title)).toEqual(['Felles vaktlag'])
})

it('sets texts against each other, adds one, names them, and ends it', () => {
  const doc = new Y.Doc()
  const editor = open(doc)
  editor.commands.setContent('<p>Før.</p><p>Vi vil.</p>')
  editor.commands.setTextSelection(9)
  setAgainst(editor)
  editor.commands.insertContent('Vi vil ikke.')
  const [, second] = positions(editor, 'alternative')
  editor.view.dispatch(editor.state.tr.setNodeAttribute(second!, 'side', 'other').setNodeAttribute(second!, 'label', 'Oslo kommune'))
  const paragraph = (text: string) => ({ type: 'paragraph', content: words(text) })
  const other = { type: 'alternative', attrs: { side: 'other', label: 'Oslo kommune' }, content: [paragraph('Vi vil ikke.')] }
  expect(textOf(doc)).toEqual([
    paragraph('Før.'),
    { type: 'alternatives', content: [{ type: 'alternative', content: [paragraph('Vi vil.')] }, other] },
    { type: 'paragraph' },
  ])

  addAlternative(editor, positions(editor, 'alternatives')[0]!)
  expect(positions(editor, 'alternative')).toHaveLength(3)
  editor.view.dispatch(withoutAlternative(editor.state.tr, positions(editor, 'alternative')[0]!))
  expect(textOf(doc)[1]!.content).toEqual([other, { type: 'alternative', content: [{ type: 'paragraph' }] }])
  editor.view.dispatch(choose(editor.state.tr, positions(editor, 'alternative')[0]!))
  expect(textOf(doc)).toEqual([paragraph('Før.'), paragraph('Vi vil ikke.'), { type: 'paragraph' }])
})

it('says of a paragraph that it is in another language, and takes that back', () => {
  const doc = new Y.Doc()
  const editor = open(doc)
  editor.commands.setContent('<p>Vi vil.</p><h3>Ulbmil</h3>')
  editor.commands.setTextSelection(11)
  setLanguage(editor, 'se')
  expect(textOf(doc).map(({ attrs }) => attrs)).toEqual([undefined, { level: 3, lang: 'se' }])
  expect(editor.getHTML()).toContain('lang="se"')
  editor.commands.selectAll()
  setLanguage(editor, '')
  expect(textOf(doc).map(({ attrs }) => attrs)).toEqual([undefined, { level: 3 }])
})

it('joins nothing over the wall of a field or an alternative, and loses no name of a field', () => {
  const editor = open()
  appendExample(editor)
  for (const name of exampleFields) typeInto(editor, field(editor, name), name)
  const before = JSON.stringify(editor.getJSON())
  for (const name of exampleFields) {
    const at = field(editor, name)
    editor.commands.setTextSelection(at + 1)
    expect(press(editor, 'Backspace')).toBe(true)
    editor.commands.setTextSelection(at + 1 + name.length)
    expect(press(editor, 'Delete')).toBe(true)
    editor.chain().toggleHeading({ level: 2 }).run()
    editor.chain().toggleBulletList().run()
    editor.chain().clearNodes().run()
  }
  expect(JSON.stringify(editor.getJSON())).toBe(before)

  editor.commands.setContent('<p>En</p>')
  setAgainst(editor)
  for (const at of positions(editor, 'paragraph').slice(0, 2)) {
    editor.commands.setTextSelection(at + 1)
    press(editor, 'Backspace')
    press(editor, 'Enter')
    press(editor, 'Enter')
  }
  expect(positions(editor, 'alternative').map((at) => editor.state.doc.nodeAt(at)!.textContent)).toEqual(['En', ''])
})

it('goes from field to field with Enter and Tab, and out below the last', () => {
  const editor = open()
  appendExample(editor)
  const here = () => editor.state.selection.$head.parent.attrs.name
  for (const key of ['Enter', 'Tab', 'Enter', 'Tab']) press(editor, key)
  expect(here()).toBe('link')
  press(editor, 'Tab', { shiftKey: true })
  expect(here()).toBe('contact')
  editor.commands.setTextSelection(field(editor, 'link') + 1)
  press(editor, 'Enter')
  expect(editor.state.selection.$head.parent.type.name).toBe('paragraph')
  expect(editor.state.doc.childCount).toBe(2)
})

it('keeps what is selected within the walls', () => {
  const editor = open()
  editor.commands.setContent('<p>Over</p>')
  appendExample(editor)
  for (const name of exampleFields) typeInto(editor, field(editor, name), name)
  const select = (from: number, to: number) => {
    editor.view.dispatch(editor.state.tr.setSelection(TextSelection.create(editor.state.doc, from, to)))
    const { from: start, to: end } = editor.state.selection
    return editor.state.doc.textBetween(start, end, '|')
  }
  expect(select(field(editor, 'parties') + 3, field(editor, 'link') + 2)).toBe('rties')
  expect(select(field(editor, 'parties') + 3, 2)).toBe('pa')
  // From above into the card: all of the card is taken, and no half of it is left when that is cut.
  expect(select(3, field(editor, 'parties') + 3)).toContain('er|title|parties')
  editor.commands.deleteSelection()
  expect(editor.state.doc.textContent).toBe('Ov')
})

it('takes cards and alternatives along when they are copied to another answer, and only words into a field', () => {
  const [from, to] = [open(), open()]
  from.commands.setContent('<p>En</p>')
  setAgainst(from)
  appendExample(from)
  typeInto(from, field(from, 'title'), 'Vaktlag')
  from.view.dispatch(from.state.tr.setNodeAttribute(positions(from, 'goodExample')[0]!, 'status', 'pilot').setNodeAttribute(1, 'side', 'hospital'))
  const html = from.getHTML()
  paste(to, html)
  const kept = (editor: Editor) => ['alternatives', 'goodExample'].map((type) => editor.state.doc.nodeAt(positions(editor, type)[0]!)!.toJSON())
  expect(kept(to)).toEqual(kept(from))

  to.commands.setTextSelection(field(to, 'parties') + 1)
  paste(to, '<h2>Alle</h2><ul><li>kommunene</li></ul>')
  expect(to.state.doc.nodeAt(field(to, 'parties'))!.textContent).toBe('Alle kommunene')

  const nested = open()
  nested.commands.setContent('<ul><li><p>punkt</p></li></ul>')
  nested.commands.setTextSelection(5)
  paste(nested, html)
  insertExample(nested)
  nested.state.doc.check()
  expect(nested.state.doc.textContent).toContain('Vaktlag')
  nested.state.doc.descendants((node, _at, parent) => void (['goodExample', 'alternatives'].includes(node.type.name) && expect(parent!.type.name).toBe('doc')))
})

/** As the browser hands it over; the test's own browser has no clipboard. */
function paste(editor: Editor, html: string) {
  const event = new Event('paste', { cancelable: true })
  Object.assign(event, { clipboardData: { getData: (type: string) => (type === 'text/html' ? html : ''), files: [] } })
  editor.view.dom.dispatchEvent(event)
}

/** A number between 0 and 1, the same again for the same seed. */
function dice(seed: number) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function meet(one: Y.Doc, other: Y.Doc) {
  Y.applyUpdate(one, Y.encodeStateAsUpdate(other, Y.encodeStateVector(one)), 'wire')
  Y.applyUpdate(other, Y.encodeStateAsUpdate(one, Y.encodeStateVector(other)), 'wire')
}

it.each(Array.from({ length: 10 }, (_, seed) => seed))('keeps all that two people write in cards and alternatives at once, seed %i', (seed) => {
  const roll = dice(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(roll() * of.length)]!
  const docs = [new Y.Doc(), new Y.Doc()] as const
  const windows = docs.map(open)
  appendExample(windows[0]!)
  windows[0]!.commands.insertContentAt(0, '<p>Vi vil.</p>')
  windows[0]!.commands.setTextSelection(2)
  setAgainst(windows[0]!)
  meet(...docs)
  const written: string[] = []
  for (let turn = 0; turn < 60; turn++) {
    const editor = one(windows)
    const card = one(positions(editor, 'goodExample'))
    const side = one(positions(editor, 'alternative'))
    const word = `<${turn}>`
    const type = (at: number) => (typeInto(editor, at, word), void written.push(word))
    one([
      () => type(one(positions(editor, 'exampleField'))),
      () => type(one(positions(editor, 'exampleField'))),
      () => type(one(positions(editor, 'paragraph'))),
      () => editor.view.dispatch(editor.state.tr.setNodeAttribute(card, 'status', one(['idea', 'running', null]))),
      () => editor.view.dispatch(editor.state.tr.setNodeAttribute(card, 'group', one(['all', 'other', null]))),
      () => editor.view.dispatch(editor.state.tr.setNodeAttribute(side, 'side', one(['municipal', 'hospital', null]))),
      () => editor.view.dispatch(editor.state.tr.setNodeAttribute(one(positions(editor, 'paragraph')), 'lang', one(['se', 'nn', null]))),
      () => roll() < 0.3 && appendExample(editor),
      () => roll() < 0.3 && addAlternative(editor, positions(editor, 'alternatives')[0]!),
      () => meet(...docs),
    ])()
  }
  meet(...docs)
  expect(windows[0]!.getJSON()).toEqual(windows[1]!.getJSON())
  // Two who begin the same empty line at the same moment can find a word there twice; none finds it gone.
  const text = JSON.stringify(windows[0]!.getJSON())
  for (const word of written) expect(text).toContain(word)
})

it.each(Array.from({ length: 10 }, (_, seed) => 100 + seed))('agrees in both windows after removing, choosing and undoing at once, seed %i', (seed) => {
  const roll = dice(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(roll() * of.length)]!
  const docs = [new Y.Doc(), new Y.Doc()] as const
  const windows = docs.map(open)
  for (let turn = 0; turn < 80; turn++) {
    const editor = one(windows)
    const { state, view } = editor
    const at = (type: string, act: (position: number) => void) => positions(editor, type).length && act(one(positions(editor, type)))
    one([
      () => appendExample(editor),
      () => at('paragraph', (position) => (editor.commands.setTextSelection(position + 1), setAgainst(editor))),
      () => at('exampleField', (position) => typeInto(editor, position, `<${turn}>`)),
      () => at('paragraph', (position) => typeInto(editor, position, `<${turn}>`)),
      () => at('goodExample', (position) => view.dispatch(replaceBlock(state.tr, position))),
      () => at('goodExample', (position) => view.dispatch(state.tr.setSelection(NodeSelection.create(state.doc, position)).deleteSelection())),
      () => at('goodExample', (position) => view.dispatch(state.tr.setNodeAttribute(position, 'status', 'ended'))),
      () => at('alternatives', (position) => addAlternative(editor, position)),
      () => at('alternative', (position) => view.dispatch(choose(state.tr, position))),
      () => at('alternative', (position) => view.dispatch(withoutAlternative(state.tr, position))),
      () => at('alternative', (position) => view.dispatch(state.tr.setNodeAttribute(position, 'side', 'hospital'))),
      () => editor.commands.undo(),
      () => editor.commands.redo(),
      () => meet(...docs),
    ])()
  }
  meet(...docs)
  meet(...docs)
  expect(windows[0]!.getJSON()).toEqual(windows[1]!.getJSON())
  for (const { state } of windows) state.doc.check()
})

it('keeps the words that are selected in a line when a picture is pasted there, and tells that it was left out', () => {
  const told: Pasted[] = []
  const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document: new Y.Doc() }), pasting((pasted) => told.push(pasted))] })
  editors.push(editor)
  appendExample(editor)
  editor.commands.insertContent('Felles vaktlag')
  const at = field(editor, 'title') + 1
  editor.commands.setTextSelection({ from: at, to: at + 6 })
  const clipboardData = (html: string) => ({ getData: (type: string) => (type === 'text/html' ? html : ''), files: [{}] })
  const paste = (html: string, slice: Slice) => editor.view.someProp('handlePaste', (handle) => handle(editor.view, { clipboardData: clipboardData(html) } as unknown as ClipboardEvent, slice))
  expect(paste('', Slice.empty)).toBe(true)
  expect(told[0]?.report.counts.pictures).toBe(1)
  expect(paste('<img src="a.png">', Slice.empty)).toBe(true)
  expect(editor.getText()).toContain('Felles vaktlag')
  paste('', new Slice(Fragment.from(editor.schema.text('Vårt')), 0, 0))
  expect(editor.getText()).toContain('Vårt vaktlag')
})
