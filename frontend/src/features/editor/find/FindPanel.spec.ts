import { Editor } from '@tiptap/vue-3'
import { mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { vocabulary } from '../text/vocabulary'
import FindPanel from './FindPanel.vue'
import { finding, foundIn } from './finding'

const cleanups: (() => void)[] = []
afterEach(() => cleanups.splice(0).reverse().forEach((clean) => clean()))

function open(content: string) {
  const editor = new Editor({ extensions: [...vocabulary, finding], content })
  cleanups.push(() => editor.destroy())
  Element.prototype.scrollIntoView = () => undefined
  return editor
}
function panelOf(editor: Editor) {
  const panel = mount(FindPanel, { attachTo: document.body, props: { editor, writable: true } })
  cleanups.push(() => panel.unmount())
  return panel
}

it('keeps the focus when everything is replaced, and Escape still closes it, with the cursor where it was', async () => {
  const editor = open('<p>ett to ett</p>')
  const panel = panelOf(editor)
  await panel.find('input').setValue('ett')
  await vi.waitFor(() => expect(panel.get('[data-found]').text()).toBe('1 av 2'))
  const all = panel.findAll('button').find((button) => button.text() === 'Erstatt alle 2')!
  all.element.focus()
  await all.trigger('click')
  await vi.waitFor(() => expect(all.attributes('aria-disabled')).toBe('true'))
  expect(document.activeElement).toBe(all.element)
  await all.trigger('keydown', { key: 'Escape' })
  expect(panel.emitted('leave')).toHaveLength(1)
})

it('looks in the text that is shown now', async () => {
  const [text, copy] = [open('<p>ett to</p>'), open('<p>ett og ett</p>')]
  const panel = panelOf(text)
  await panel.find('input').setValue('ett')
  await panel.setProps({ editor: copy })
  expect(foundIn(copy.state).matches).toHaveLength(2)
})

it('is not closed by the Escape that closes a dialog in it', async () => {
  const panel = panelOf(open('<p>ett</p>'))
  const dialog = document.createElement('dialog')
  panel.element.append(dialog)
  dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
  expect(panel.emitted('close')).toBeUndefined()
})
