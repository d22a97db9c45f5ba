import { VueQueryPlugin } from '@tanstack/vue-query'
import { Editor } from '@tiptap/vue-3'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { queryClient } from '@/api'
import { vocabulary } from '../text/vocabulary'
import RestoreVersion from './RestoreVersion.vue'

let come: (response: Response) => void
let close: () => void
const old = () => new Response(JSON.stringify({ language: 'nb', content: { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Den gamle.' }] }] }, authored: {}, sittings: [] }), { headers: { 'Content-Type': 'application/json' } })
const refused = () => new Response(JSON.stringify({ status: 404, code: 'not_found', title: '' }), { status: 404, headers: { 'Content-Type': 'application/problem+json' } })

beforeEach(() => {
  Object.assign(HTMLDialogElement.prototype, { showModal(this: HTMLDialogElement) { this.open = true }, close(this: HTMLDialogElement) { this.open = false } })
  const nowhere = { left: 0, right: 0, top: 0, bottom: 0 }
  Object.assign(Range.prototype, { getClientRects: () => [nowhere], getBoundingClientRect: () => nowhere })
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (come = resolve)))
})
afterEach(async () => {
  await new Promise((done) => setTimeout(done, 50)) // what is focused is scrolled to afterwards
  close()
  for (const name of ['getClientRects', 'getBoundingClientRect']) Reflect.deleteProperty(Range.prototype, name)
  queryClient.clear()
  vi.unstubAllGlobals()
  for (const name of ['showModal', 'close']) Reflect.deleteProperty(HTMLDialogElement.prototype, name)
})

async function dialog(plain = false) {
  document.body.innerHTML = `<div class="answer-editor"><textarea></textarea><div class="paper"${plain ? ' hidden' : ''}></div><div class="here"></div></div>`
  const editor = new Editor({ element: document.querySelector<HTMLElement>('.paper')!, extensions: vocabulary, content: '<p>Det nye.</p>' })
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { template: '<i />' } }] })
  await router.push('/?restore=3')
  const host = mount(RestoreVersion, { props: { editor, responseId: 'r', answerId: 'a', place: 3 }, global: { plugins: [router, [VueQueryPlugin, { queryClient }]] }, attachTo: document.querySelector<HTMLElement>('.here')! })
  close = () => (host.unmount(), editor.destroy(), (document.body.innerHTML = ''))
  await flushPromises()
  const button = (words: string) => host.findAll('button').find((one) => one.text() === words)!
  const press = async (words: string) => (await button(words).trigger('click'), flushPromises())
  const arrive = async (response: Response) => (come(response), flushPromises())
  return { editor, button, press, arrive }
}

it('is busy until the old text has come, puts it in, and leads to the text', async () => {
  const { editor, button, press, arrive } = await dialog()
  expect(button('Sett inn teksten').attributes('aria-busy')).toBe('true')
  await press('Sett inn teksten')
  expect(editor.getText()).toBe('Det nye.')
  await arrive(old())
  await press('Sett inn teksten')
  await vi.waitFor(() => expect(document.activeElement).toBe(editor.view.dom))
  expect(editor.getText()).toBe('Den gamle.')
})

it('asks for it again when it did not come', async () => {
  const { editor, button, press, arrive } = await dialog()
  await arrive(refused())
  await press('Sett inn teksten')
  expect(button('Sett inn teksten').attributes('aria-busy')).toBe('true')
  await arrive(old())
  await press('Sett inn teksten')
  expect(editor.getText()).toBe('Den gamle.')
})

it('leads to the text, or to its first field in plain text, when it is let be', async () => {
  const { editor, press } = await dialog()
  await press('Avbryt')
  await vi.waitFor(() => expect(document.activeElement).toBe(editor.view.dom))
  close()
  const plain = await dialog(true)
  await plain.press('Avbryt')
  expect(document.activeElement?.localName).toBe('textarea')
})
