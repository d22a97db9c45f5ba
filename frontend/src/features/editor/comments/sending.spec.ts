import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { queryClient, type Me, type Schemas } from '@/api'
import { contactIsBack } from '../testing/contact'
import { toasts } from '@/ui/toast'
import { useComments, type Comments } from './useComments'
import CommentPanel from './CommentPanel.vue'

const own = { id: 'k-1', kind: 'municipality', name: 'Lillevik kommune' } as const
const me = { account: { id: 'account-1', name: 'Kari' }, acting: { organisation: own, roles: ['coordinator'] } } as unknown as Me
const response = {
  id: 'response-1', language: 'nb', owner: { id: 'felles', kind: 'health_community', name: 'Helsefellesskapet' }, parties: [{ organisation: own }],
  abilities: ['response.comments', 'response.comment'].map((action) => ({ action, allowed: true })),
} as unknown as Schemas['Response']

const entry = { kind: 'say', by: { name: 'Ola', organisation: 'Ås' }, mine: false, text: 'Holder dette?', mentions: [], at: '2022-03-01T12:00:00Z' }
const thread = (id: string) => ({ id, audience: 'parties', organisationId: 'k-2', resolved: false, entries: [entry] }) as unknown as Schemas['Thread']

type Sent = { path: string; body: Record<string, unknown>; answer: (status?: number, code?: string) => Promise<void>; lose: () => Promise<void> }
let sent: Sent[]
let close: () => void = () => {}
const people = [{ accountId: 'account-2', organisationId: 'k-1', name: 'Per', organisation: 'Lillevik kommune' }]
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } })

beforeEach(() => {
  sent = []
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return new Response('', { status: 503 })
    const path = new URL(request.url).pathname
    if (request.method === 'GET') return json(path.endsWith('/people') ? people : [thread('thread-a'), thread('thread-b')])
    const body = await request.json()
    return new Promise<Response>((resolve, reject) => {
      const all = [thread('thread-a'), thread('thread-b')]
      sent.push({
        path,
        body,
        async answer(status = 200, code = '') {
          resolve(status === 200 ? json(path.endsWith('/comments') ? { id: 'thread-a', threads: all } : all) : json({ status, code, title: code }, status))
          await settle()
        },
        async lose() {
          reject(new TypeError('lost'))
          await settle()
        },
      })
    })
  })
})
afterEach(async () => {
  close()
  close = () => {}
  await contactIsBack()
  queryClient.clear()
  sessionStorage.clear()
  vi.unstubAllGlobals()
})
async function settle() {
  await flushPromises()
  await new Promise((done) => setTimeout(done, 5))
  await flushPromises()
}

/** The panel beside an answer's text. */
async function panel() {
  let comments!: Comments
  const host = mount(
    defineComponent(() => {
      comments = useComments(() => response, 'answer-1', me, ref(true))
      return () => h(CommentPanel, { comments, response })
    }),
    { global: { plugins: [[VueQueryPlugin, { queryClient }]] }, attachTo: document.body },
  )
  close = () => host.unmount()
  await settle()
  const card = (id: string) => host.get(`#thread-${id}`)
  return {
    comments,
    host,
    card,
    async press(words: string, within: Pick<typeof host, 'findAll'> = host) {
      await within.findAll('button').find((button) => button.text() === words)!.trigger('click')
      await settle()
    },
    form: () => host.get('form'),
    async write(words: string) {
      await host.get('textarea').setValue(words)
    },
    async send() {
      await host.get('form').trigger('submit')
      await settle()
    },
  }
}
const draft = () => Object.values(sessionStorage).some((kept) => String(kept).includes('Feil tall'))

it('sends a comment again under the name of the first try, and another one under its own', async () => {
  const { comments, write, send } = await panel()
  comments.start(undefined)
  await settle()
  await write('Feil tall.')
  await send()
  await sent[0]!.lose()
  await send()
  expect(sent).toHaveLength(2)
  expect(sent[0]!.body.sending).toMatch(/^[0-9a-f-]{36}$/)
  expect(sent[1]!.body).toEqual(sent[0]!.body)
  await sent[1]!.answer()
  comments.start(undefined)
  await settle()
  await write('Noe annet.')
  await send()
  expect(sent[2]!.body.sending).not.toBe(sent[0]!.body.sending)
})

it('goes on under the same name after a reload, and under a new one when told that the first came through', async () => {
  const before = await panel()
  before.comments.start(undefined)
  await settle()
  await before.write('Feil tall.')
  await before.send()
  await sent[0]!.lose()
  close()
  const { comments, write, send, host } = await panel()
  comments.start(undefined)
  await settle()
  await write('Feil tall, og mer.')
  await send()
  expect(sent[1]!.body.sending).toBe(sent[0]!.body.sending)
  await sent[1]!.answer(409, 'sent_otherwise')
  expect(host.text()).toContain('kom fram likevel')
  await send()
  expect(sent[2]!.body.sending).not.toBe(sent[0]!.body.sending)
})

it('keeps no draft of a comment that was sent after one had left', async () => {
  const { comments, write, send } = await panel()
  comments.start(undefined)
  await settle()
  await write('Feil tall.')
  await send()
  close()
  expect(draft()).toBe(true)
  await sent[0]!.answer()
  expect(draft()).toBe(false)
  expect(sessionStorage.getItem('kept:text:k-1:comment:answer-1')).toBeNull()
})

it('tells whoever has left that it was not sent, and keeps it', async () => {
  const { comments, write, send } = await panel()
  comments.start(undefined)
  await settle()
  await write('Feil tall.')
  await send()
  close()
  await sent[0]!.answer(409, 'too_many_comments')
  expect([draft(), toasts.value.at(-1)?.tone]).toEqual([true, 'danger'])
})

it('takes no words while it is being sent, and a comment that is begun meanwhile stays', async () => {
  const { comments, write, send, host } = await panel()
  comments.start({ anchor: { first: 'AA==', last: 'AA==' }, quote: 'mer tid' })
  await settle()
  await write('Feil tall.')
  await send()
  expect(host.get('textarea').attributes('readonly')).toBeDefined()
  comments.start({ anchor: { first: 'AA==', last: 'AA==' }, quote: 'Sist' })
  await settle()
  await sent[0]!.answer()
  expect(host.get('form').text()).toContain('Sist')
  expect([host.get('textarea').element.value, host.get('textarea').attributes('readonly')]).toEqual(['', undefined])
  await write('Feil tall her også.')
  expect(draft()).toBe(true)
})

it('keeps whom it is for and who is told when it is to be about something else', async () => {
  const { comments, write, press, host } = await panel()
  comments.start({ anchor: { first: 'AA==', last: 'AA==' }, quote: 'mer tid' })
  await settle()
  await write('Feil tall.')
  const [audience, mention] = host.findAll('form select')
  await audience!.setValue('parties')
  await mention!.setValue('account-2 k-1')
  await press('La den gjelde hele svaret')
  expect(host.get('form').text()).toContain('gjelder hele svaret')
  expect((host.get('form select').element as HTMLSelectElement).value).toBe('parties')
  expect(host.get('form').text()).toContain('Per, Lillevik kommune')
})

it('says of each thread by itself that it is busy, and what went wrong', async () => {
  const { card, press, write, send } = await panel()
  await press('Svar', card('thread-a'))
  await write('Feil tall.')
  await send()
  await press('Merk som løst', card('thread-b'))
  const busy = (id: string) => card(id).find('[aria-busy=true]').exists()
  expect([busy('thread-a'), busy('thread-b')]).toEqual([true, true])
  await sent[1]!.answer()
  expect([busy('thread-a'), busy('thread-b')]).toEqual([true, false])
  await sent[0]!.answer(409, 'too_many_comments')
  expect([card('thread-a').find('[role=alert]').exists(), card('thread-b').find('[role=alert]').exists()]).toEqual([true, false])
})

it('opens a form without what went wrong with the last one', async () => {
  const { comments, write, send, press, host } = await panel()
  comments.start(undefined)
  await settle()
  await write('Feil tall.')
  await send()
  await sent[0]!.answer(409, 'too_many_comments')
  expect(host.find('form [role=alert]').exists()).toBe(true)
  await press('Avbryt')
  comments.start(undefined)
  await settle()
  expect(host.find('form [role=alert]').exists()).toBe(false)
})
