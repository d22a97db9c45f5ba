import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { queryClient } from '@/api'
import { paths } from '@/lib/paths'
import { routes } from './routes'

type Sent = { method: string; path: string; body: unknown }
let version: number
let sent: Sent[]
let positionTaken: boolean
let refuse: boolean
let close: () => void

const doc = (words: string) => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: words }] }] })
const question = (number: number) => ({ id: `q-${number}`, number, text: { nb: `Spørsmål ${number}?` }, optional: false, guidanceWords: 0 })
const freeze = () => ({ id: `freeze-${version}`, number: version, hash: `sha256:${version}`, frozenAt: '2022-03-19T10:00:00Z', frozenBy: 'Sekretær' })

function response() {
  const position = { id: 'p-1', kind: 'approved', freezeNumber: 1, late: false, recordedAt: '2022-03-19T10:00:00Z', by: { name: 'Godkjenner', organisation: 'Lillevik' } }
  const party = { organisation: { id: 'k-1', kind: 'municipality', name: 'Lillevik' }, side: 'municipal', mine: true, speaks: true, treatments: [], because: positionTaken ? undefined : 'text', staleAnswers: positionTaken ? [] : ['a-2'], validity: positionTaken ? 'valid' : 'stale', position }
  const side = { answered: 0, required: 1, total: 1 }
  return {
    id: 'response-1', kind: 'joint', language: 'nb', state: 'approval', version, freeze: freeze(), versions: [freeze()], decisions: [], remarks: [], now: '2022-03-30T10:00:00Z',
    owner: { id: 'f', kind: 'health_community', name: 'Helsefellesskapet' },
    round: { id: 'r', title: { nb: 'Runden' }, state: 'open', deadline: '2022-04-01T21:59:59Z', acceptsLate: true, logsReading: false, sender: 'Departementet', reference: '1' },
    answers: [1, 2].map((number) => ({ id: `a-${number}`, number, question: question(number), status: 'ready', version: 1, writers: [] })),
    parties: [party], tally: { rule: { kind: 'consensus', hospitalPercent: 100, municipalPercent: 50, voters: [], partnershipDecision: false, silenceDays: 0, words: [] }, met: false, hospital: side, municipal: side, voters: side, rejected: 0, stale: 1, silent: 0 },
    abilities: [{ action: 'response.position', allowed: true }],
  }
}
function text() {
  const answers = [1, 2].map((number) => ({
    answerId: `a-${number}`, number, question: question(number), status: 'ready', language: 'nb', hash: `h-${number}-${number === 2 ? version : 1}`,
    content: doc(number === 2 ? `Ny tekst ${version}` : 'Lik tekst'), seen: doc(number === 2 ? 'Gammel tekst' : 'Lik tekst'), changed: number === 2 && !positionTaken,
  }))
  return { frozen: true, freeze: freeze(), answers, remarks: [], seenFreezeNumber: 1 }
}
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } })

function reply(method: string, path: string): Response {
  if (method === 'POST' && refuse) return json({ type: 'about:blank', title: 'x', status: 409, code: 'text_changed' }, 409)
  if (method === 'POST') positionTaken = true
  if (path.endsWith('/text')) return json(text())
  return json(method === 'GET' && /history|positions/.test(path) ? [] : response())
}

beforeEach(() => {
  version = 2
  sent = []
  positionTaken = refuse = false
  sessionStorage.clear()
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname.replace('/api/v1', '')
    if (request.method === 'POST') sent.push({ method: request.method, path, body: await request.json() })
    return reply(request.method, path)
  })
})
afterEach(() => {
  close()
  vi.unstubAllGlobals()
  queryClient.clear()
  sessionStorage.clear()
})

async function openPage() {
  const router = createRouter({ history: createMemoryHistory(), routes: [...routes, { path: '/:rest(.*)*', component: { template: '<p />' } }] })
  await router.push(paths.signoff('response-1'))
  const page = mount({ template: '<RouterView />' }, { global: { plugins: [router, [VueQueryPlugin, { queryClient }]] }, attachTo: document.body })
  close = () => page.unmount()
  await vi.waitUntil(() => page.find('#standpunkt').exists(), { timeout: 15_000 })
  return page
}
const settle = async () => {
  await new Promise((done) => setTimeout(done, 30))
  await flushPromises()
}
type Page = Awaited<ReturnType<typeof openPage>>
const button = (page: Page, label: string) => page.findAll('button').find((one) => one.text().includes(label))!

describe('the sign-off page', () => {
  it('unfolds what changed since our party took a position, and leads there', async () => {
    const page = await openPage()
    expect(page.get('a[href="#svar-2"]').text()).toBe('Se endringen i svar 2')
    expect(page.find('a[href="#svar-1"]').exists()).toBe(false)
    expect(page.get('#svar-2 ins').text()).toContain('Ny')
    expect(page.get('#svar-2 del').text()).toContain('Gammel')
    expect(page.find('#svar-1 ins').exists()).toBe(false)
  })

  it('upholds with one press, bound to the hashes on the page', async () => {
    const page = await openPage()
    await button(page, 'Oppretthold').trigger('click')
    await settle()
    expect(sent).toEqual([{
      method: 'POST', path: '/responses/response-1/positions/confirm',
      body: { freezeId: 'freeze-2', answerHashes: { 'a-1': 'h-1-1', 'a-2': 'h-2-2' }, seenRemarks: {} },
    }])
    expect(page.text()).not.toContain('Se endringen i svar 2')
    expect(button(page, 'Oppretthold')).toBeUndefined()
    expect(document.activeElement?.id).toBe('our-decision')
  })

  it('keeps what was typed and shows the new text when the text changed first', async () => {
    const page = await openPage()
    await button(page, 'Ta et annet standpunkt').trigger('click')
    await page.get('input[value=rejected]').setValue()
    await page.get('textarea').setValue('Vi mangler ressurser.')
    version = 3
    refuse = true
    await page.get('#standpunkt form').trigger('submit')
    await settle()
    expect(page.text()).toContain('Teksten ble endret før standpunktet var registrert')
    expect(page.text()).toContain('Disse svarene er endret fra det du nettopp leste: 2.')
    expect(page.get('#svar-2').text()).toContain('Ny tekst 3')
    expect(page.get('textarea').element.value).toBe('Vi mangler ressurser.')
    refuse = false
    await page.get('#standpunkt form').trigger('submit')
    await settle()
    expect(sent.at(-1)).toMatchObject({ path: '/responses/response-1/positions', body: { freezeId: 'freeze-3', kind: 'rejected', reason: 'Vi mangler ressurser.', answerHashes: { 'a-2': 'h-2-3' } } })
  })

  it('does not exchange the text under the eyes of the one who reads', async () => {
    const page = await openPage()
    version = 3
    await queryClient.invalidateQueries({ queryKey: ['responses', 'response-1'] })
    await settle()
    expect(page.get('#svar-2').text()).toContain('Ny tekst 2')
    expect(page.text()).toContain('En ny tekst er låst mens du leste')
    await button(page, 'Oppretthold').trigger('click')
    expect(sent).toEqual([])
    await button(page, 'Hent den nye teksten').trigger('click')
    await settle()
    expect(page.get('#svar-2').text()).toContain('Ny tekst 3')
  })

  it('asks for a reason before it sends a rejection', async () => {
    const page = await openPage()
    await button(page, 'Ta et annet standpunkt').trigger('click')
    await page.get('input[value=rejected]').setValue()
    await page.get('#standpunkt form').trigger('submit')
    await settle()
    expect(page.text()).toContain('Skriv hvorfor dere avviser teksten.')
    expect(document.activeElement?.tagName).toBe('TEXTAREA')
    expect(sent).toEqual([])
  })
})
