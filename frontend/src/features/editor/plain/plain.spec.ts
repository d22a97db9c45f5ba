import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, describe, expect, it } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import * as Y from 'yjs'
import { Fork } from '../suggestions/fork'
import { vocabulary } from '../text/vocabulary'
import { areasOf as areasIn, segmentsOf, type Area } from './areas'
import { difference, rebase } from './edit'
import { usePlainText } from './usePlainText'

const editors: Editor[] = []
const scopes: EffectScope[] = []
afterEach(() => {
  scopes.splice(0).forEach((scope) => scope.stop())
  editors.splice(0).forEach((editor) => editor.destroy())
})

function open(doc: Y.Doc): Editor {
  const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document: doc })] })
  editors.push(editor)
  return editor
}

/** Two windows on one text; with `apart` they hear nothing of each other until they meet. */
function two() {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
  let apart = false
  const held: (() => void)[] = []
  const pass = (to: Y.Doc) => (update: Uint8Array, origin: unknown) => {
    if (origin === 'wire') return
    const apply = () => Y.applyUpdate(to, update, 'wire')
    if (apart) held.push(apply)
    else apply()
  }
  mine.on('update', pass(theirs))
  theirs.on('update', pass(mine))
  const part = () => (apart = true)
  const meet = () => {
    apart = false
    held.splice(0).forEach((apply) => apply())
  }
  return { plainly: open(mine), richly: open(theirs), part, meet }
}

function plain(editor: Editor) {
  const scope = effectScope()
  scopes.push(scope)
  const text = scope.run(() => usePlainText(editor, undefined))!
  const area = (at = 0) => areasOf(editor)[at]!
  return {
    ...text,
    value: (at = 0) => area(at).value,
    /** Types over what stands from one place in a field to another. */
    type: (words: string, from: number, to = from, at = 0) => text.edit(area(at).key, { from, to, text: words }),
    /** Where the cursor stands in the field. */
    cursor: (at = 0) => area(at).offsetOf(editor.state.selection.head),
  }
}

const areasOf = (editor: Editor): Area[] => areasIn(segmentsOf(editor.state.doc))
const html = (editor: Editor) => editor.getHTML().replaceAll(/ data-level="\d"/g, '')

describe('a text as lines', () => {
  it('says what each block is, and keeps what only looks like something else apart', () => {
    const { plainly, richly } = two()
    richly.commands.setContent(
      '<h1>Tiltak</h1><p>Først</p><ul><li><p>en</p><ul><li><p>under</p></li></ul></li><li><p>to</p></li></ul><ol start="4"><li><p>a</p></li><li><p>b</p></li></ol><p># ikke</p><p>\\# heller ikke</p><p>\\vanlig</p><p>x<br>y</p><p></p>',
    )
    expect(plain(plainly).value()).toBe('# Tiltak\nFørst\n- en\n  - under\n- to\n4. a\n5. b\n\\# ikke\n\\\\# heller ikke\n\\vanlig\nx↵y\n')
  })

  it('makes a line another kind of block by how it begins', () => {
    const { plainly } = two()
    const text = plain(plainly)
    for (const [line, made] of [['## Mål', '<h4>Mål</h4>'], ['- punkt', '<ul><li><p>punkt</p></li></ul>'], ['3. tre', '<ol start="3"><li><p>tre</p></li></ol>'], ['-punkt', '<p>-punkt</p>'], ['\\', '<p>\\</p>']] as const) {
      text.type('', 0, text.value().length)
      for (const letter of line) text.type(letter, text.value().length)
      expect([html(plainly), text.value()]).toEqual([made, line])
    }
  })

  it('goes on with a list at a new line, and ends it at an empty item', () => {
    const { plainly } = two()
    const text = plain(plainly)
    text.type('1. en', 0)
    text.type('\n', 5)
    expect([text.value(), text.cursor()]).toEqual(['1. en\n2. ', 9])
    text.type('\n', 9)
    expect([text.value(), text.cursor()]).toEqual(['1. en\n', 6])
    text.type('- to\n  - tre', 6)
    expect(html(plainly)).toBe('<ol start="1"><li><p>en</p></li></ol><ul><li><p>to</p><ul><li><p>tre</p></li></ul></li></ul>'.replace(' start="1"', ''))
  })

  it('keeps a list numbered from where it began when its first item goes', () => {
    const { plainly } = two()
    const text = plain(plainly)
    text.type('1. en\n2. to\n3. tre', 0)
    text.type('', 0, 6)
    expect(text.value()).toBe('1. to\n2. tre')
  })

  it('keeps bold and links in what is not touched, and goes on bold within bold', () => {
    const { plainly, richly } = two()
    richly.commands.setContent('<p>Vi ber om <strong>mer tid</strong> i <a href="https://a.no/">planen</a>.</p><p>Siste</p>')
    const text = plain(plainly)
    text.type('e', 13)
    text.type('\n', 21)
    text.type('Ny: ', 0)
    expect(html(richly).replaceAll(/ (target|rel)="[^"]*"/g, '')).toBe('<p>Ny: Vi ber om <strong>mere tid</strong> i </p><p><a href="https://a.no/">planen</a>.</p><p>Siste</p>')
  })

  it('gives each cell of a table a field, and the text around it its own', () => {
    const { plainly, richly } = two()
    richly.commands.setContent('<p>før</p><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table><p>etter</p>')
    const text = plain(plainly)
    expect(areasOf(plainly).map(({ value }) => value)).toEqual(['før', 'A', 'B', '1', '2', 'etter'])
    const [, table] = segmentsOf(plainly.state.doc)
    expect(table).toMatchObject({ kind: 'group', node: { type: { name: 'table' } }, fields: [{ name: { row: 1, column: 1 } }, { name: { row: 1, column: 2 } }, { name: { row: 2, column: 1 } }, { name: { row: 2, column: 2 } }] })
    text.type('0\n5', 1, 1, 4)
    text.type('!', 5, 5, 5)
    expect(areasOf(richly).map(({ value }) => value)).toEqual(['før', 'A', 'B', '1', '20\n5', 'etter!'])
    expect(richly.getHTML()).toContain('20<br>5')
  })
})

const card = '<section data-good-example data-group="frail_elderly" data-status="running"><p data-name="title">Vaktlag</p><p data-name="contact"></p></section>'
const alternatives = '<section data-alternatives><div data-alternative data-side="municipal"><p>Vi vil</p><ul><li><p>ett</p></li></ul></div><div data-alternative data-label="Fylket"><p>Vi vil ikke</p><table><tr><td>1</td></tr></table></div><div data-alternative></div></section>'

describe('cards and alternatives', () => {
  it('have a field for each line, which stays one line, and keep what is chosen for them', () => {
    const { plainly, richly } = two()
    richly.commands.setContent(`<p>før</p>${card}<p>etter</p>`)
    const text = plain(plainly)
    expect(areasOf(plainly).map(({ value }) => value)).toEqual(['før', 'Vaktlag', '', 'etter'])
    expect(segmentsOf(plainly.state.doc)[1]).toMatchObject({ node: { type: { name: 'goodExample' } }, fields: [{ name: { kind: 'example', name: 'title' } }, { name: { kind: 'example', name: 'contact' } }] })
    text.type('# Felles\nog ', 0, 0, 1)
    text.type('a@b.no', 0, 0, 2)
    text.type('', 0, 3, 0)
    expect(areasOf(richly).map(({ value }) => value)).toEqual(['', '# Felles og Vaktlag', 'a@b.no', 'etter'])
    expect(richly.state.doc.child(1).attrs).toEqual({ group: 'frail_elderly', status: 'running' })
  })

  it('have a text for each side, written as any other', () => {
    const { plainly, richly } = two()
    richly.commands.setContent(`${alternatives}<p>etter</p>`)
    const text = plain(plainly)
    expect(areasOf(plainly).map(({ value }) => value)).toEqual(['Vi vil\n- ett', 'Vi vil ikke', '1', 'etter'])
    text.type('\nto', 12, 12, 0)
    text.type('# Nei\n', 0, 0, 1)
    expect(areasOf(richly).map(({ value }) => value)).toEqual(['Vi vil\n- ett\nto', '# Nei\nVi vil ikke', '1', 'etter'])
    const both = richly.state.doc.child(0)
    expect(both.children.map(({ attrs }) => attrs)).toEqual([{ side: 'municipal', label: null }, { side: null, label: 'Fylket' }, { side: null, label: null }])
    expect(() => richly.state.doc.check()).not.toThrow()
    text.type('', 0, text.value(0).length, 0)
    expect([richly.state.doc.child(0).childCount, text.value(0), text.value(1)]).toEqual([3, '', '# Nei\nVi vil ikke'])
  })
})

describe('suggesting', () => {
  it('changes only the copy, by as much as was typed, and shows there what the others write', () => {
    const live = new Y.Doc()
    const richly = open(live)
    richly.commands.setContent(`<p>Kommunene trenger tid.</p>${card}<p>Slutt</p>`)
    const fork = new Fork(live)
    const text = plain(open(fork.doc))
    text.type('mer ', 18)
    text.type(' nå', 7, 7, 1)
    richly.commands.insertContentAt(1, 'Alle ')
    expect([text.value(0), text.value(1)]).toEqual(['Alle Kommunene trenger mer tid.', 'Vaktlag nå'])
    expect(areasOf(richly).map(({ value }) => value)).toEqual(['Alle Kommunene trenger tid.', 'Vaktlag', '', 'Slutt'])
    expect(fork.compare().hunks).toHaveLength(2)
    fork.destroy()
  })
})

describe('writing with others', () => {
  it('keeps the cursor at its words when others write before and after them, and undoes only its own', () => {
    const { plainly, richly } = two()
    richly.commands.setContent('<p>Kommunene trenger tid.</p>')
    const text = plain(plainly)
    text.type('mer ', 18)
    richly.commands.insertContentAt(1, 'Alle ')
    richly.commands.insertContentAt(richly.state.doc.content.size, '<p>Slutt.</p>')
    expect([text.value(), text.cursor()]).toEqual(['Alle Kommunene trenger mer tid.\nSlutt.', 27])
    plainly.commands.undo()
    expect(text.value()).toBe('Alle Kommunene trenger tid.\nSlutt.')
    plainly.commands.redo()
    expect(text.value()).toBe('Alle Kommunene trenger mer tid.\nSlutt.')
  })

  it('changes in the live text only the block that is touched', () => {
    const { plainly, richly, part, meet } = two()
    richly.commands.setContent('<p>en</p><ul><li><p>to</p></li><li><p>tre</p></li></ul><p>fire</p>')
    const text = plain(plainly)
    part()
    text.type('!', 7)
    richly.commands.insertContentAt(3, ' og en halv')
    richly.commands.insertContentAt(richly.state.doc.content.size - 1, ' og litt')
    meet()
    expect(text.value()).toBe('en og en halv\n- to!\n- tre\nfire og litt')
    expect(html(plainly)).toBe(html(richly))
  })

  // A fixed series of random numbers, so that what fails once fails again.
  function randomly(seed: number) {
    let state = seed * 2_654_435_761
    const next = () => ((state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) | 0) >>> 0) / 2 ** 32
    return { upTo: (most: number) => Math.floor(next() * (most + 1)), of: <T>(all: readonly T[]) => all[Math.floor(next() * all.length)]! }
  }
  const typed = ['a', 'ord ', '\n', '# ', '- ', '1. ', '  - ', '\\', '↵', 'to\n- tre\n', '']
  const pasted = ['<p>avsnitt</p>', '<h2>mål</h2>', '<ul><li><p>x</p></li><li><p>y</p></li></ul>', '<ol><li><p>i</p></li></ol>', '<table><tr><td>1</td><td>2</td></tr></table>', '<p>a <strong>fet</strong><br>b</p>', card, alternatives]

  it.each(Array.from({ length: 15 }, (_, seed) => seed + 1))('shows exactly what the text says, whatever both do (series %i)', (seed) => {
    const { plainly, richly, part, meet } = two()
    const text = plain(plainly)
    const { upTo, of } = randomly(seed)
    let said = 0
    const plainStep = () => {
      const at = upTo(areasOf(plainly).length - 1)
      const before = text.value(at)
      const from = upTo(before.length)
      const words = of(typed)
      text.type(words, from, Math.min(before.length, from + of([0, 0, 0, 3, 12])), at)
    }
    const richStep = () => {
      const { size } = richly.state.doc.content
      if (of([true, true, false])) richly.commands.insertContentAt(upTo(size), of([`ord${++said} `, of(pasted)]))
      else richly.commands.deleteRange({ from: upTo(size), to: upTo(size) })
      if (of([true, false, false])) richly.commands.undo()
    }
    for (let round = 0; round < 12; round++) {
      part()
      for (let steps = upTo(3); steps >= 0; steps--) of([plainStep, richStep])()
      meet()
      expect(plainly.getJSON()).toEqual(richly.getJSON())
      const shown = areasIn(text.segments.value).map(({ value }) => value)
      expect(shown).toEqual(areasOf(open(copy(plainly))).map(({ value }) => value))
    }
  })

  it('never takes away what another one writes at the same time in the same text', () => {
    const { plainly, richly, part, meet } = two()
    const text = plain(plainly)
    text.type('Begynnelsen\n- punkt\nSlutten', 0)
    for (let n = 0; n < 30; n++) {
      part()
      text.type(n % 3 ? `p${n} ` : `p${n}\n`, text.value().indexOf('Slutten'))
      richly.commands.insertContentAt(Math.max(1, richly.state.doc.content.size - 1), ` r${n}`)
      meet()
    }
    for (let n = 0; n < 30; n++) for (const who of ['p', 'r']) expect(text.value()).toContain(`${who}${n}`)
    expect(plainly.getJSON()).toEqual(richly.getJSON())
  })
})

function copy(editor: Editor): Y.Doc {
  const [options] = editor.extensionManager.extensions.filter(({ name }) => name === 'collaboration').map(({ options: found }) => found as { document: Y.Doc })
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(options!.document))
  return doc
}

describe('an edit of a field', () => {
  it('is told by where the cursor stands after it', () => {
    expect(difference('aaa', 'aaaa', 2)).toEqual({ from: 1, to: 1, text: 'a' })
    expect(difference('en to', 'en og to')).toEqual({ from: 3, to: 3, text: 'og ' })
    expect(difference('ab', 'ab')).toBeUndefined()
  })

  it('is put where its place has gone to, and takes nothing of what the others wrote there', () => {
    const edit = { from: 4, to: 6, text: 'X' }
    expect(rebase(edit, { from: 0, to: 1, text: 'abc' })).toEqual({ from: 6, to: 8, text: 'X' })
    expect(rebase(edit, { from: 8, to: 9, text: '' })).toEqual(edit)
    expect(rebase(edit, { from: 3, to: 5, text: 'hei' })).toEqual({ from: 6, to: 7, text: 'X' })
  })
})
