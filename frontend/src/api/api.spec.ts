import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, call } from './client'
import { connectionLost, onReconnect } from './connection'
import { armGate, loginLost, openGate, proofAsked, settleProof } from './gate'
import { ApiProblem } from './problem'
import { queryClient } from './query'

const problem = (status: number, body: object) =>
  new Response(JSON.stringify({ type: 'about:blank', title: 'x', status, ...body }), {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  })
const ok = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
const answers = (...list: (Response | Error)[]) => {
  const fetch = vi.fn(async () => {
    const next = list.shift()!
    if (next instanceof Error) throw next
    return next
  })
  vi.stubGlobal('fetch', fetch)
  return fetch
}
const thrown = (promise: Promise<unknown>) => promise.then(() => undefined, (error: unknown) => error as ApiProblem)

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a call', () => {
  it('gives the body', async () => {
    answers(ok([{ id: 'dev', name: 'Demo', development: true }]))
    expect(await call(api.GET('/providers'))).toEqual([{ id: 'dev', name: 'Demo', development: true }])
  })

  it('throws the problem with its code, fields and facts', async () => {
    answers(problem(422, { code: 'invalid_input', fields: [{ name: 'title', code: 'required' }], facts: { n: 1 }, requestId: 'r1' }))
    const error = await thrown(call(api.GET('/rounds')))
    expect(error).toBeInstanceOf(ApiProblem)
    expect(error).toMatchObject({ status: 422, code: 'invalid_input', facts: { n: 1 }, requestId: 'r1', conflict: false, unreachable: false })
    expect(error!.fieldCode('title')).toBe('required')
    expect(error!.fieldCode('sender')).toBeUndefined()
  })

  it('makes a problem of an answer that is none', async () => {
    answers(new Response('<html>', { status: 500, headers: { 'Content-Type': 'text/html' } }))
    expect(await thrown(call(api.GET('/rounds')))).toMatchObject({ status: 500, code: 'not_a_problem' })
  })

  it('says whom the page shows as acting', async () => {
    const sent = (fetch: ReturnType<typeof answers>) => (fetch.mock.lastCall as unknown as [Request])[0].headers.get('Samsvar-As')
    const before = answers(ok([]))
    await call(api.GET('/rounds'))
    expect(sent(before)).toBeNull()
    queryClient.setQueryData(['me'], { account: { id: 'a1' }, acting: { organisation: { id: 'agder' } } })
    const after = answers(ok([]))
    await call(api.GET('/rounds'))
    expect(sent(after)).toBe('a1/agder')
    queryClient.clear()
  })

  it('waits for the login when it has run out, and is then sent once more with what it carried', async () => {
    armGate()
    const fetch = answers(problem(401, { code: 'unauthenticated' }), ok({ language: 'nn' }))
    const pending = call(api.PUT('/me/language', { body: { language: 'nn' } }))
    await vi.waitFor(() => expect(loginLost.value).toBe(true))
    expect(fetch).toHaveBeenCalledTimes(1)
    openGate()
    expect(await pending).toEqual({ language: 'nn' })
    expect(loginLost.value).toBe(false)
    const again = fetch.mock.lastCall as unknown as [Request]
    expect(again[0].method).toBe('PUT')
    expect(await again[0].json()).toEqual({ language: 'nn' })
  })

  it('waits while the person proves who they are, and is then sent once more', async () => {
    answers(problem(403, { code: 'reauthentication_required', facts: { level: 'high' } }), ok({ language: 'nn' }))
    const pending = call(api.PUT('/me/language', { body: { language: 'nn' } }))
    await vi.waitFor(() => expect(proofAsked.value).toEqual({ level: 'high' }))
    settleProof(true)
    expect(await pending).toEqual({ language: 'nn' })
    expect(proofAsked.value).toBeUndefined()
  })

  it('tells the page when they would rather not', async () => {
    const fetch = answers(problem(403, { code: 'reauthentication_required' }))
    const pending = thrown(call(api.PUT('/me/language', { body: { language: 'nn' } })))
    await vi.waitFor(() => expect(proofAsked.value).toBeDefined())
    settleProof(false)
    expect(await pending).toMatchObject({ status: 403, code: 'reauthentication_required' })
    expect(fetch).toHaveBeenCalledOnce()
  })
})

describe('contact with the service', () => {
  it('is reported lost, tried again, and told when it is back', async () => {
    vi.useFakeTimers()
    const back = vi.fn()
    onReconnect(back)
    const fetch = answers(new TypeError('failed'), new TypeError('failed'), ok({}))
    expect(await thrown(call(api.GET('/rounds')))).toMatchObject({ code: 'network', unreachable: true })
    expect(connectionLost.value).toBe(true)
    const begun = Date.now()
    await vi.waitFor(() => expect(connectionLost.value).toBe(false), { timeout: 5000, interval: 50 })
    expect(Math.floor((Date.now() - begun) / 1000)).toBe(3)
    expect(fetch).toHaveBeenCalledTimes(3)
    expect(back).toHaveBeenCalledOnce()
    expect(fetch).toHaveBeenLastCalledWith('/readyz', expect.anything())
  })
})
