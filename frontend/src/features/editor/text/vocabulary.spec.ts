import { Editor, generateJSON, getSchema } from '@tiptap/core'
import { afterEach, describe, expect, it } from 'vitest'
import { cleanPasted } from '../paste/clean'
import { vocabulary } from './vocabulary'

type Node = { type: string; attrs?: Record<string, unknown>; content?: Node[]; text?: string }

const paste = (html: string) => (generateJSON(cleanPasted(html).html, vocabulary) as Node).content!

/** A node as one line: `bulletList(listItem(paragraph("a")))`. */
function outline(node: Node): string {
  if (node.text !== undefined) return `"${node.text}"`
  return `${node.type}(${(node.content ?? []).map(outline).join(' ')})`
}

describe('the vocabulary of an answer', () => {
  it('is exactly what the service allows, down to the attributes', () => {
    const schema = getSchema(vocabulary)
    const attributes = (types: Record<string, { spec: { attrs?: object | null } }>) =>
      Object.fromEntries(Object.entries(types).map(([name, { spec }]) => [name, Object.keys(spec.attrs ?? {}).sort()]))
    expect(attributes(schema.nodes)).toEqual({
      doc: [],
      paragraph: ['lang'],
      text: [],
      heading: ['lang', 'level'],
      bulletList: [],
      orderedList: ['start'],
      listItem: [],
      hardBreak: [],
      table: [],
      tableRow: [],
      tableHeader: ['colspan', 'colwidth', 'rowspan'],
      tableCell: ['colspan', 'colwidth', 'rowspan'],
      goodExample: ['group', 'status'],
      exampleField: ['name'],
      alternatives: [],
      alternative: ['label', 'side'],
    })
    expect(attributes(schema.marks)).toEqual({ bold: [], italic: [], link: ['href'] })
  })
})

describe('headings', () => {
  let editor: Editor
  afterEach(() => editor.destroy())

  it('stand below the heading of the question, and keep their level when copied', () => {
    editor = new Editor({ extensions: vocabulary, content: '<h1>Tiltak</h1><h2>Målet</h2><h5>Dypt</h5>' })
    const html = editor.getHTML()
    expect(html).toContain('<h3 data-level="1">Tiltak</h3><h4 data-level="2">Målet</h4><h5 data-level="3">Dypt</h5>')
    expect(paste(html).map((node) => node.attrs?.level)).toEqual([1, 2, 3])
  })
})

describe('pasting', () => {
  it('keeps the words and drops what is outside the vocabulary', () => {
    const pasted = paste(`
      <style>p { color: red }</style>
      <p class="MsoNormal" style="text-align:justify"><u>Vi</u> <s>foreslår</s> <b>fire</b> <i>tiltak</i>.<o:p></o:p></p>
      <blockquote><p>Sitat</p></blockquote><pre><code>kode</code></pre><hr><img src="x.png">
      <h6>Liten overskrift</h6>`)
    expect(pasted.map(outline)).toEqual([
      'paragraph("Vi foreslår " "fire" " " "tiltak" ".")',
      'paragraph("Sitat")',
      'paragraph("kode")',
      'heading("Liten overskrift")',
    ])
    expect(pasted.at(-1)!.attrs).toEqual({ level: 3, lang: null })
  })

  it('keeps safe links, with nothing but the address, and the words of the others', () => {
    const [paragraph] = paste(`<p><a href="https://www.lillevik.kommune.no/plan" title="t" class="c" onclick="x()">planen</a>
      <a href="javascript:alert(1)">trykk</a> <a href="file:///c:/notat.docx">notat</a></p>`)
    expect(paragraph!.content![0]).toEqual({
      type: 'text',
      text: 'planen',
      marks: [{ type: 'link', attrs: { href: 'https://www.lillevik.kommune.no/plan' } }],
    })
    expect(JSON.stringify(paragraph)).not.toMatch(/javascript|file:/)
    expect(outline(paragraph!)).toMatch(/trykk.*notat/)
  })

  it('keeps tables with their merged cells, and no sizes', () => {
    const [table] = paste(`<table border="1" width="600"><tr><th colspan="2" style="width:300pt" colwidth="300">Tall</th></tr>
      <tr><td valign="top">A</td><td>1</td></tr></table>`)
    expect(outline(table!)).toBe(
      'table(tableRow(tableHeader(paragraph("Tall"))) tableRow(tableCell(paragraph("A")) tableCell(paragraph("1"))))',
    )
    expect(table!.content![0]!.content![0]!.attrs).toEqual({ colspan: 2, rowspan: 1, colwidth: null })
  })
})
