import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { queryClient, type Schemas } from '@/api'
import { routes } from '../routes'
import VersionsPage from './VersionsPage.vue'

const response = {
  id: 'response-1', kind: 'joint', language: 'nb', state: 'draft', version: 1, abilities: [{ action: 'document.write', allowed: true }],
  answers: [{ id: 'answer-1', number: 1, question: { text: { nb: 'Hva?' } } }], round: { id: 'round-1', title: { nb: 'Runden' } },
} as unknown as Schemas['Response']
const version = (place: number) => ({ place, from: '2022-03-01T12:00:00Z', to: '2022-03-01T12:00:00Z', people: [] }) as Schemas['Version']
let versions: Schemas['Version'][]
let named: string[]
let close: () => void

beforeEach(() => {
  named = []
  const dialog = HTMLDialogElement.prototype
  Object.assign(dialog, { showModal(this: HTMLDialogElement) { this.open = true }, close(this: HTMLDialogElement) { this.open = false } })
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname
    if (request.method === 'PUT') return named.push(path), new Response(null, { status: 204 })
    const body = path.endsWith('/versions') ? versions : path.includes('/versions/') ? { language: 'nb', content: { type: 'doc', content: [] }, authored: {}, sittings: [] } : response
    return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
  })
})
afterEach(() => {
  close()
  queryClient.clear()
  vi.unstubAllGlobals()
  for (const name of ['showModal', 'close']) Reflect.deleteProperty(HTMLDialogElement.prototype, name)
})

async function page(place?: number) {
  const router = createRouter({ history: createMemoryHistory(), routes: [...routes, { path: '/:rest(.*)', component: { template: '<i />' } }] })
  await router.push(`/responses/response-1/versions/answer-1${place ? `?place=${place}` : ''}`)
  const host = mount(VersionsPage, { props: { responseId: 'response-1', answerId: 'answer-1' }, global: { plugins: [router, [VueQueryPlugin, { queryClient }]] }, attachTo: document.body })
  close = () => host.unmount()
  await flushPromises()
  return {
    host,
    router,
    shown: () => host.findAll('.room nav li').findIndex((item) => item.find('[aria-current=true]').exists()),
    async refetch() {
      await queryClient.invalidateQueries()
      await flushPromises()
    },
  }
}

it('shows the version that an earlier one has grown into, and says so', async () => {
  versions = [version(90), version(40), version(12)]
  const { host, shown } = await page(25)
  expect(shown()).toBe(1)
  expect(host.find('.room section').exists()).toBe(true)
  expect(host.text()).toContain('skrevet videre på')
  close()
  const exact = await page(40)
  expect([exact.shown(), exact.host.text().includes('skrevet videre på')]).toEqual([1, false])
})

it('says that there is none where a place lies after all that was written', async () => {
  versions = [version(90)]
  const { host, shown } = await page(91)
  expect(shown()).toBe(0)
  expect(host.find('.room section').exists()).toBe(true)
  expect(host.text()).toContain('finnes ikke')
})

it('stays with the version it shows while others write, with what is typed there', async () => {
  versions = [version(90), version(40)]
  const { host, shown, refetch } = await page()
  await host.findAll('button').find((button) => button.text() === 'Gi versjonen et navn')!.trigger('click')
  await host.get('dialog input').setValue('Før møtet')
  versions = [version(95), version(40)]
  await refetch()
  expect((host.get('dialog input').element as HTMLInputElement).value).toBe('Før møtet')
  expect(shown()).toBe(0)
  versions = [version(120), version(95), version(40)]
  await refetch()
  expect((host.get('dialog input').element as HTMLInputElement).value).toBe('Før møtet')
  expect(shown()).toBe(1)
  await host.findAll('dialog button').find((button) => button.text() === 'Lagre navnet')!.trigger('click')
  await flushPromises()
  expect(named).toEqual(['/api/v1/responses/response-1/answers/answer-1/versions/90'])
})
