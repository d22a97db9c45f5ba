import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, ref } from 'vue'
import { queryClient, type Me, type Schemas } from '@/api'
import { contactIsBack } from '../testing/contact'
import { useComments } from '../comments/useComments'
import { useSuggestions, type Suggestions } from './useSuggestions'

let bodies: Record<string, unknown>[]
let answers: (Response | 'lost')[]
let close: () => void
const problem = (status: number, code: string) => new Response(JSON.stringify({ status, code, title: code }), { status, headers: { 'Content-Type': 'application/problem+json' } })
const fine = () => new Response('[]', { headers: { 'Content-Type': 'application/json' } })

beforeEach(() => {
  bodies = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string' || request.method === 'GET') return fine()
    bodies.push(await request.json())
    const answer = answers.shift()!
    if (answer === 'lost') throw new TypeError('lost')
    return answer
  })
})
afterEach(async () => {
  close()
  await contactIsBack()
  queryClient.clear()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function desk(): Suggestions {
  let suggestions!: Suggestions
  const response = { id: 'response-1', abilities: [] } as unknown as Schemas['Response']
  const host = mount(
    defineComponent(() => {
      suggestions = useSuggestions(useComments(() => response, 'answer-1', {} as Me, ref(true)), ref(true))
      return () => null
    }),
    { global: { plugins: [[VueQueryPlugin, { queryClient }]] } },
  )
  close = () => host.unmount()
  return suggestions
}
async function settled(what: Promise<unknown>) {
  let outcome: unknown
  void what.then(() => (outcome = 'done'), (error: unknown) => (outcome = error))
  for (let i = 0; i < 40 && outcome === undefined; i++) {
    await flushPromises()
    await vi.advanceTimersByTimeAsync(500)
  }
  return outcome
}

it('claims a suggestion again under the same name when no answer came', async () => {
  answers = ['lost', problem(503, 'service_unavailable'), fine()]
  expect(await settled(desk().settle.mutateAsync({ threadId: 'thread-a', kind: 'accept', sending: 'name-1' }))).toBe('done')
  expect(bodies).toEqual(Array(3).fill({ kind: 'accept', sending: 'name-1' }))
})

it('takes no for an answer', async () => {
  answers = [problem(409, 'changed_meanwhile')]
  expect(await settled(desk().settle.mutateAsync({ threadId: 'thread-a', kind: 'accept', sending: 'name-1' }))).toMatchObject({ code: 'changed_meanwhile' })
  expect(bodies).toHaveLength(1)
})
