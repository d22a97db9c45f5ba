import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { meQuery, queryClient, type Schemas } from '@/api'
import { paths } from '@/lib/paths'
import { routes } from '../routes'
import { ScriptedService } from '../testing/scriptedService'

const statuses = ['ready', 'writing', 'empty'] as const
const writer = { id: 'k-1', kind: 'municipality', name: 'Lillevik kommune' } as const
const me: Schemas['Me'] = {
  account: { id: 'account-1', name: 'Koordinator', issuer: 'i', subject: 's' },
  acting: { organisation: writer, roles: ['coordinator'] },
  organisations: [],
  language: 'nb',
  abilities: [],
  now: '2022-03-01T12:00:00Z',
  demonstration: false, reminders: 'daily', loginSeconds: 0,
}

function aResponse(...abilities: Schemas['Ability'][]) {
  const answers = statuses.map((status, at) => ({
    id: `answer-${at + 1}`,
    number: at + 1,
    documentId: `document-${at + 1}`,
    status: status as Schemas['Answer']['status'],
    version: 7,
    writers: at === 0 ? [{ name: 'Skriver', organisation: 'Sykehuset' }] : [],
    question: { id: `q-${at}`, number: at + 1, text: { nb: `Spørsmål nummer ${at + 1}?` }, optional: false, guidanceWords: 600 },
  }))
  return {
    id: 'response-1', kind: 'joint', language: 'nn', state: 'draft', version: 1, answers, abilities,
    owner: { id: 'fellesskap', kind: 'health_community', name: 'Helsefellesskapet' },
    round: { id: 'round-1', title: { nb: 'Runden' }, deadline: '2022-04-01T21:59:59Z' },
    parties: [{ organisation: { ...writer, id: 'k-2', name: 'Ås' } }, { organisation: writer }],
  }
}

let service: ScriptedService
let calls: { method: string; path: string; body: unknown }[]
let reply: (path: string) => Response
let close: () => void

// What the page is made of is fetched first: on a busy machine that alone can outlast the patience with a test.
beforeAll(() => Promise.all([import('./WritePage.vue'), import('../components/AnswerDesk.vue')]), 120_000)
beforeEach(() => {
  service = new ScriptedService()
  calls = []
  vi.stubGlobal('WebSocket', service.WebSocket)
  withModalDialogs()
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname.replace('/api/v1', '')
    calls.push({ method: request.method, path, body: request.method === 'GET' ? undefined : await request.json() })
    return reply(path)
  })
})
afterEach(async () => {
  close()
  await new Promise((done) => setTimeout(done, 5))
  vi.unstubAllGlobals()
  queryClient.clear()
})

/** The page's browser has modal dialogs; the one it is tested in has none. */
function withModalDialogs() {
  const dialog = HTMLDialogElement.prototype
  Object.assign(dialog, {
    showModal(this: HTMLDialogElement) {
      this.open = true
    },
    close(this: HTMLDialogElement) {
      this.open = false
    },
  })
  onTestFinished(() => {
    Reflect.deleteProperty(dialog, 'showModal')
    Reflect.deleteProperty(dialog, 'close')
  })
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } })

async function openPage(answerId?: string) {
  const router = createRouter({ history: createMemoryHistory(), routes: [...routes, { path: '/:rest(.*)*', component: { template: '<p />' } }] })
  await router.push(paths.write('response-1', answerId))
  queryClient.setQueryData(meQuery.queryKey, me)
  const page = mount({ template: '<RouterView />' }, {
    global: { plugins: [router, [VueQueryPlugin, { queryClient }]] },
    attachTo: document.body,
  })
  close = () => page.unmount()
  await vi.waitUntil(() => page.find('[data-save-state]').exists() && page.find('.tiptap').exists(), { timeout: 15_000 })
  return { page, router }
}
const settle = async () => {
  await new Promise((done) => setTimeout(done, 30))
  await flushPromises()
}

describe('the writing page', () => {
  const setStatus = { action: 'response.set_status', allowed: true }

  it('opens the first answer that is not finished, with the question, the text and where it stands', async () => {
    reply = () => json(aResponse(setStatus))
    const { page, router } = await openPage()
    await settle()
    expect(router.currentRoute.value.path).toBe(paths.write('response-1', 'answer-2'))
    expect(page.get('h2').text()).toBe('2. Spørsmål nummer 2?')
    expect(page.get('[data-save-state]').attributes('data-save-state')).toBe('saved')
    const text = page.get('.tiptap')
    expect(text.attributes()).toMatchObject({ contenteditable: 'true', role: 'textbox', lang: 'nn', 'data-user-content': '' })
    expect(document.getElementById(text.attributes('aria-labelledby')!)?.textContent).toContain('Spørsmål nummer 2?')
    expect(page.get('.wide').text()).toContain('Her nå: Skriver')
    expect(page.get('[data-word-count]').text()).toContain('0 av om lag 600 ord')
  })

  it('offers what the abilities allow and no more', async () => {
    reply = () => json(aResponse(setStatus, { action: 'response.assign', allowed: false, why: 'wrong_state' }))
    const { page } = await openPage('answer-2')
    expect(page.findAll('.controls select')).toHaveLength(1)
    expect(page.text()).toContain('Ingen ennå')
  })

  it('lets the secretariat say who coordinates, among the parties in Norwegian order', async () => {
    reply = () => json(aResponse({ action: 'response.assign', allowed: true }))
    const { page } = await openPage('answer-2')
    const select = page.get('select')
    expect(select.findAll('option').map((option) => option.text())).toEqual(['Ingen ennå', 'Lillevik kommune', 'Ås'])
    await select.setValue('k-2')
    await settle()
    expect(calls.find(({ method }) => method === 'PUT')).toEqual({
      method: 'PUT',
      path: '/responses/response-1/answers/answer-2/coordinator',
      body: { organisationId: 'k-2', version: 7 },
    })
  })

  it('says so when somebody else changed the status first, and asks again', async () => {
    reply = (path) => path.endsWith('/status')
      ? json({ type: 'about:blank', title: 'x', status: 409, code: 'changed_meanwhile' }, 409)
      : json(aResponse(setStatus))
    const { page } = await openPage('answer-2')
    const before = calls.length
    await page.get('select').setValue('ready')
    await settle()
    expect(page.get('[role=alert]').text()).toContain('Noen andre har endret dette')
    expect(calls.slice(before).map(({ method }) => method)).toEqual(['PUT', 'GET'])
    expect(page.get<HTMLSelectElement>('select').element.value).toBe('writing')
  })

  it('marks an empty answer as being written when somebody begins', async () => {
    reply = () => json(aResponse(setStatus))
    const { page } = await openPage('answer-3')
    await settle()
    expect(calls.some(({ method }) => method === 'PUT')).toBe(false)
    await page.get('[data-tool=kind]').setValue('1')
    await settle()
    expect(calls.find(({ method }) => method === 'PUT')).toMatchObject({
      path: '/responses/response-1/answers/answer-3/status',
      body: { status: 'writing', version: 7 },
    })
  })

  it('gives a reader the text without tools, and sends nothing', async () => {
    service.scope = 'readonly'
    reply = () => json(aResponse())
    const { page } = await openPage('answer-2')
    await settle()
    expect(page.find('[role=toolbar]').exists()).toBe(false)
    expect(page.find('select').exists()).toBe(false)
    expect(page.get('.tiptap').attributes('contenteditable')).toBe('false')
    expect(page.text()).toContain('Du kan lese, ikke skrive')
    expect(service.received).not.toContain('update')
  })

  it('tells of what did not come along before the lock, and shows the locked text when that is given up', async () => {
    reply = () => json(aResponse(setStatus))
    const { page } = await openPage('answer-2')
    await settle()
    service.commits = false
    await page.get('[data-tool=kind]').setValue('1')
    await settle()
    const typed = service.text()
    service.tell({ type: 'access', access: 'read', reason: 'frozen' })
    service.answer(false)
    await settle()
    expect(page.get('[data-save-state]').attributes('data-save-state')).toBe('unsaved')
    expect(page.text()).toContain('Noe du skrev, kom ikke med')

    service.commits = true
    service.scope = 'readonly'
    const discard = (inside: string) => page.findAll(`${inside} button`).find((button) => button.text() === 'Forkast det som ikke kom med')!
    await discard('.alert').trigger('click')
    await settle()
    await discard('dialog').trigger('click')
    await settle()
    await vi.waitUntil(() => page.find('.tiptap').exists())
    expect(page.text()).not.toContain('Noe du skrev, kom ikke med')
    expect(page.get('[data-save-state]').attributes('data-save-state')).toBe('saved')
    expect(typed).toContain('heading')
  })

  it('closes the text while it is open when the secretariat locks it, and asks how the response stands', async () => {
    reply = () => json(aResponse(setStatus))
    const { page } = await openPage('answer-2')
    await settle()
    const before = calls.length
    service.tell({ type: 'access', access: 'read', reason: 'frozen' })
    await settle()
    expect(page.get('[data-save-state]').attributes('data-save-state')).toBe('locked')
    expect(page.text()).toContain('Låst for godkjenning')
    expect(page.get('.tiptap').attributes('contenteditable')).toBe('false')
    expect(calls.length).toBeGreaterThan(before)
  })
})
