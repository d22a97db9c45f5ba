import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { queryClient, type Me, type Schemas } from '@/api'
import type { LiveDocument } from '../live/liveDocument'
import { useComments } from '../comments/useComments'
import SuggestionPanel from './SuggestionPanel.vue'
import { useSettling } from './useSettling'
import { useSuggestions } from './useSuggestions'

const me = { account: { id: 'account-1' }, acting: { organisation: { id: 'k-1', kind: 'municipality', name: 'Lillevik' } } } as unknown as Me
const response = {
  id: 'response-1', language: 'nb', owner: { id: 'felles' }, parties: [],
  abilities: ['response.comments', 'response.comment', 'response.settle_suggestion', 'document.write'].map((action) => ({ action, allowed: true })),
} as unknown as Schemas['Response']
const entry = (kind: string) => ({ kind, by: { name: 'Kari', organisation: 'Lillevik' }, mine: true, text: '', mentions: [], at: '2022-03-01T12:00:00Z' })
const suggestion = (id: string, state: string, ...kinds: string[]) =>
  ({ id, audience: 'parties', organisationId: 'k-1', resolved: state !== 'open', state, change: {}, entries: ['suggest', ...kinds].map(entry) }) as unknown as Schemas['Thread']

let threads: Schemas['Thread'][]
let asked: { path: string; body: Record<string, unknown> }[]
let close: () => void

beforeEach(() => {
  asked = []
  Object.assign(HTMLDialogElement.prototype, { showModal(this: HTMLDialogElement) { this.open = true }, close(this: HTMLDialogElement) { this.open = false } })
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'POST') {
      asked.push({ path: new URL(request.url).pathname.split('/').at(-1)!, body: await request.json() })
      threads = threads.map((thread) => (thread.id === asked.at(-1)!.path ? suggestion(thread.id, 'open', 'accept', 'reopen') : thread))
    }
    return new Response(JSON.stringify(threads), { headers: { 'Content-Type': 'application/json' } })
  })
})
afterEach(() => {
  close()
  queryClient.clear()
  vi.unstubAllGlobals()
  for (const name of ['showModal', 'close']) Reflect.deleteProperty(HTMLDialogElement.prototype, name)
})

async function panel() {
  const live = { state: ref('live'), writable: ref(true), unsaved: ref(false) } as unknown as LiveDocument
  const host = mount(
    defineComponent(() => {
      const suggestions = useSuggestions(useComments(() => response, 'answer-1', me, ref(true)), ref(true))
      const settling = useSettling(suggestions, live, () => response, ref(false))
      return () => h(SuggestionPanel, { suggestions, settling, response })
    }),
    { global: { plugins: [[VueQueryPlugin, { queryClient }]] }, attachTo: document.body },
  )
  close = () => host.unmount()
  await flushPromises()
  return {
    host,
    async press(words: string, at = 0) {
      await host.findAll('button').filter((button) => button.text() === words)[at]!.trigger('click')
      await flushPromises()
    },
  }
}

it('leads to the first that is left after all that could be were put in', async () => {
  threads = [suggestion('a', 'open'), suggestion('b', 'open')]
  const { press } = await panel()
  await press('Sett inn alle (2)')
  await press('Sett inn alle (2)', 1)
  expect(document.activeElement?.id).toBe('thread-a')
})

it('opens one again that is not in the text, once it has said what that does', async () => {
  threads = [suggestion('c', 'open'), suggestion('a', 'accepted', 'accept'), suggestion('b', 'rejected', 'reject')]
  const { host, press } = await panel()
  await press('Behandlet (2)')
  expect(host.get('#thread-b').text()).not.toContain('Åpne igjen')
  await press('Åpne igjen')
  expect(host.text()).toContain('står det der to ganger')
  expect(asked).toEqual([])
  await press('Åpne igjen', 1)
  expect(asked).toMatchObject([{ path: 'a', body: { kind: 'reopen' } }])
  expect(document.activeElement?.id).toBe('thread-a')
  expect(host.find('#thread-b').exists()).toBe(false)
})
