import { Editor } from '@tiptap/core'
import { afterEach, describe, expect, it } from 'vitest'
import { vocabulary } from '../text/vocabulary'
import { findingsIn } from './findings'
import { deepestHere, headingOrder } from './headings'
import { canMend, mend } from './mends'

let editor: Editor
afterEach(() => editor.destroy())

let skipped: number[]
function open(content: string): Editor {
  skipped = []
  editor = new Editor({ extensions: [...vocabulary, headingOrder((level) => skipped.push(level))], content })
  return editor
}
const found = () => findingsIn(editor.state.doc).map(({ kind, quote }) => (quote ? `${kind}: ${quote}` : kind))
/** Presses every button there is, until there are none left. */
function mendAll() {
  for (let left = 50; left > 0; left--) {
    const finding = findingsIn(editor.state.doc).find(({ kind }) => canMend(kind))
    if (!finding) return editor.getHTML()
    editor.view.dispatch(mend(editor.state, finding))
  }
  throw new Error('a mend does not mend')
}

describe('headings', () => {
  it('begin at the first level and skip none', () => {
    open('<h2>A</h2><p>x</p><h1>B</h1><h3>C</h3><h3>D</h3><h2>E</h2>')
    expect(found()).toEqual(['headingFirst: A', 'headingSkips: C'])
    expect(findingsIn(editor.state.doc)[1]).toMatchObject({ level: 3, before: 1, fits: 2 })
    expect(mendAll().match(/data-level="\d"/g)!.join('')).toBe([1, 1, 2, 3, 2].map((level) => `data-level="${level}"`).join(''))
  })

  it('have words', () => {
    open('<h1>A</h1><h2></h2><p>x</p>')
    expect(found()).toEqual(['headingEmpty'])
    expect(mendAll()).toBe('<h3 data-level="1">A</h3><p></p><p>x</p>')
  })

  it('are no bold paragraphs; bold sentences, labels and last lines are none', () => {
    open('<h1>A</h1><p><b>Tiltak for </b><a href="https://x.no"><b>alle</b></a></p><p>tekst</p><p><b>Viktig!</b></p><p><b>Merk:</b></p><p><b>a</b> b</p><p><b>Kari Nordmann</b></p>')
    expect(found()).toEqual(['headingBold: Tiltak for alle'])
    expect(mendAll()).toContain('<h3 data-level="1">Tiltak for <a')
  })

  it('cannot be made to skip a level by keys or signs', () => {
    open('<h1>A</h1><p></p>')
    editor.commands.setTextSelection(4)
    expect(deepestHere(editor.state)).toBe(2)
    const press = (digit: string) => editor.view.dom.dispatchEvent(new KeyboardEvent('keydown', { key: digit, keyCode: digit.charCodeAt(0), ctrlKey: true, altKey: true, bubbles: true, cancelable: true }))
    press('3')
    expect([editor.isActive('paragraph'), skipped]).toEqual([true, [3]])
    press('2')
    expect(editor.isActive('heading', { level: 2 })).toBe(true)
    editor.commands.setContent('<p>###</p>')
    editor.commands.setTextSelection(4)
    editor.view.someProp('handleTextInput', (input) => input(editor.view, 4, 4, ' ', () => editor.state.tr))
    expect(editor.getHTML()).toBe('<h3 data-level="1"></h3>')
  })
})

describe('tables', () => {
  const table = (...rows: string[]) => `<table>${rows.map((row) => `<tr>${row}</tr>`).join('')}</table>`
  it('have a header row, with words in it', () => {
    open(table('<td>A</td><td>B</td>', '<td>1</td><td>2</td>') + table('<th>A</th><th></th>', '<td>1</td><td>2</td>') + table('<th></th><th></th>', '<td></td><td></td>'))
    expect(found()).toEqual(['tableHeader: A B 1 2', 'tableHeaderEmpty: A 1 2'])
    expect(mendAll()).toContain('<th colspan="1" rowspan="1"><p>A</p></th><th colspan="1" rowspan="1"><p>B</p></th>')
    expect(found()).toEqual(['tableHeaderEmpty: A 1 2'])
  })

  it('have more than one row and one column', () => {
    open(table('<td><p>A</p><ul><li><p>a</p></li></ul></td>', '<td>B</td>') + '<p>x</p>' + table('<td colspan="2">C</td><td></td>'))
    expect(found()).toEqual(['tableLayout: A a B', 'tableLayout: C'])
    expect(mendAll()).toBe('<p>A</p><ul><li><p>a</p></li></ul><p>B</p><p>x</p><p>C</p>')
  })
})

it('asks for links that say where they lead', () => {
  const link = (words: string) => `<a href="https://lillevik.kommune.no/plan">${words}</a>`
  open(`<p>Se ${link('<b>kl</b>ikk her.')} eller ${link('planen')}</p><p>${link('https://lillevik.kommune.no/tjenester/helse/plan-2022.pdf')} ${link('lillevik.kommune.no')}</p><p>${link('Les meir →')}</p>`)
  expect(found()).toEqual(['linkWords: klikk her.', 'linkAddress: https://lillevik.kommune.no/tjenester/helse/plan-2022.pdf', 'linkWords: Les meir →'])
  const [first] = findingsIn(editor.state.doc)
  expect(editor.state.doc.textBetween(first!.from, first!.to)).toBe('klikk her.')
  expect(canMend(first!.kind)).toBe(false)
  editor.view.dispatch(mend(editor.state, first!, 'planen for 2022'))
  expect(editor.getHTML()).toContain('<strong>planen for 2022</strong></a> eller')
})

it('tells the same finding twice by its place among its likes', () => {
  open('<h1></h1><h1></h1>')
  expect(findingsIn(editor.state.doc).map(({ key }) => key)).toEqual(['headingEmpty  1', 'headingEmpty  2'])
})
