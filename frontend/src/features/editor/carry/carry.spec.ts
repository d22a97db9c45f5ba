import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { afterEach, expect, it } from 'vitest'
import * as Y from 'yjs'
import { plainText } from '@/lib/richtext'
import { countWords } from '@/lib/words'
import { vocabulary } from '../text/vocabulary'
import { insertBlocks } from './insert'
import { blocksOf, templates } from './templates'

let editor: Editor
afterEach(() => editor.destroy())

function open(content: string) {
  editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document: new Y.Doc() })] })
  editor.commands.setContent(content)
}
const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] })

it('puts text after the block that the cursor stands in, before it at its beginning, or last, and replaces nothing', () => {
  open('<p>en</p><ul><li><p>to</p></li></ul><p>tre</p>')
  editor.commands.setTextSelection(8)
  insertBlocks(editor, [paragraph('etter listen')], 'cursor')
  editor.commands.setTextSelection(1)
  insertBlocks(editor, [paragraph('først')], 'cursor')
  insertBlocks(editor, [paragraph('sist')], 'end')
  expect(editor.state.doc.textBetween(0, editor.state.doc.content.size, '|')).toBe('først|en|to|etter listen|tre|sist')
  expect(editor.state.selection.head).toBe(editor.state.doc.content.size - 1)
})

it('takes the place of an empty paragraph, leaves somewhere to write, and is undone alone', () => {
  open('<p></p>')
  editor.commands.insertContent('Mitt.')
  insertBlocks(editor, blocksOf(templates[1]!, 'nb', 0), 'end')
  expect(editor.state.doc.lastChild?.isTextblock).toBe(true)
  editor.commands.undo()
  expect(editor.getText()).toBe('Mitt.')
  editor.commands.setContent('<p></p>')
  insertBlocks(editor, [{ type: 'unknown', content: [{ type: 'text', text: 'ordene' }] }], 'cursor')
  expect(editor.getHTML()).toBe('<p>ordene</p>')
})

it.each(templates.map((template) => [template.name, template] as const))('has the template %s in both languages, within the vocabulary and the length', (_name, template) => {
  open('')
  for (const language of ['nb', 'nn'] as const) {
    const blocks = blocksOf(template, language, 0)
    insertBlocks(editor, blocks, 'end')
    const short = blocksOf(template, language, 100)
    expect(short.length).toBeLessThanOrEqual(blocks.length)
    const suggested = [...short.map(plainText).join('\n').matchAll(/om lag (\d+) ord/g)].reduce((sum, [, words]) => sum + Number(words), 0)
    expect(suggested).toBeLessThanOrEqual(100)
    expect(countWords(short.map(plainText).join(' '))).toBeLessThan(100)
  }
  expect(() => editor.state.doc.check()).not.toThrow()
})
