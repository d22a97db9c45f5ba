import { Editor } from '@tiptap/core'
import { afterEach, expect, it } from 'vitest'
import { vocabulary } from '../text/vocabulary'
import { pasting } from './pasting'

const cleanups: (() => void)[] = []
afterEach(() => cleanups.splice(0).forEach((clean) => clean()))

function open(content: string) {
  const editor = new Editor({ extensions: [...vocabulary, pasting(() => {})], content })
  cleanups.push(() => editor.destroy())
  const received = (html: string) => {
    let clean = html
    editor.view.someProp('transformPastedHTML', (transform) => void (clean = transform(clean, editor.view)))
    return clean
  }
  return { editor, received }
}

const table = '<table><tbody><tr><td><p>En</p></td><td><p>To</p></td></tr></tbody></table>'

it('takes what was copied here as it is, and cleans what another editor of the same make has copied', () => {
  const { editor, received } = open(`<p>Før</p>${table}`)
  editor.commands.selectAll()
  const copied = editor.view.serializeForClipboard(editor.state.selection.content()).dom.innerHTML
  expect(copied).toContain('data-pm-slice')
  expect(received(copied)).toBe(copied)
  const others = copied.replace(/ data-samsvar="[^"]*"/g, '')
  expect(received(others)).not.toContain('<table')
})
