import * as encoding from 'lib0/encoding'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RequestSocket } from './requestSocket'

/** The service's end: answers are given when the test gives them. */
type Answer = { status: number; body?: Uint8Array | string }
let asked: { path: string; body?: Uint8Array; answer: (with_: Answer) => void; fail: () => void }[]
let socket: RequestSocket
let seen: string[]

const tick = () => new Promise((done) => setTimeout(done))
const request = (what: string) => {
  const found = asked.find(({ path }) => path.endsWith(what))
  asked = asked.filter((one) => one !== found)
  return found!
}

function framed(...messages: number[][]): Uint8Array {
  const to = encoding.createEncoder()
  for (const message of messages) encoding.writeVarUint8Array(to, new Uint8Array(message))
  return encoding.toUint8Array(to)
}

beforeEach(async () => {
  asked = []
  seen = []
  vi.stubGlobal('fetch', (path: string, init: { body?: Uint8Array; signal?: AbortSignal }) =>
    new Promise((resolve, reject) => {
      const answer = ({ status, body }: Answer) => resolve(new Response(status === 204 ? null : (body as BodyInit | undefined), { status }))
      const fail = () => reject(new TypeError('no contact'))
      init.signal?.addEventListener('abort', fail)
      asked.push({ path, answer, fail, ...(init.body && { body: init.body }) })
    }),
  )
  socket = new RequestSocket(RequestSocket.beside('wss://samsvar.example/collab'))
  socket.addEventListener('open', () => seen.push('open'))
  socket.addEventListener('message', (event) => seen.push([...new Uint8Array((event as MessageEvent<ArrayBuffer>).data)].join()))
  socket.addEventListener('close', (event) => seen.push(`close ${(event as CloseEvent).code} ${(event as CloseEvent).reason}`))
  request('https://samsvar.example/collab/lines').answer({ status: 200, body: 'LINE' })
  await tick()
})

afterEach(() => vi.unstubAllGlobals())

describe('a socket made of requests', () => {
  it('hears the messages of an answer one by one, and asks again', async () => {
    request('/LINE/fetch').answer({ status: 200, body: framed([1, 2], [3]) })
    await tick()
    request('/LINE/fetch').answer({ status: 204 })
    await tick()
    expect(seen).toEqual(['open', '1,2', '3'])
    expect(request('/LINE/fetch')).toBeDefined()
  })

  it('hands in one request at a time, and what has come meanwhile with the next', async () => {
    socket.send(new Uint8Array([1]))
    socket.send(new Uint8Array([2]))
    socket.send(new Uint8Array([3]))
    const first = request('/LINE/hand-in')
    expect(first.body).toEqual(framed([1]))
    expect(request('/LINE/hand-in')).toBeUndefined()
    first.answer({ status: 204 })
    await tick()
    expect(request('/LINE/hand-in').body).toEqual(framed([2], [3]))
  })

  it('is closed by a failed request, and hands nothing in again', async () => {
    socket.send(new Uint8Array([1]))
    request('/LINE/hand-in').fail()
    await tick()
    socket.send(new Uint8Array([2]))
    await tick()
    expect(seen).toEqual(['open', 'close 1006 '])
    expect(request('/LINE/hand-in')).toBeUndefined()
  })

  it('is closed when the service does not know the line', async () => {
    request('/LINE/fetch').answer({ status: 404 })
    await tick()
    expect(seen).toEqual(['open', 'close 1006 '])
  })

  it('says why the service closed it', async () => {
    request('/LINE/fetch').answer({ status: 410, body: '1012 restart' })
    await tick()
    expect(seen).toEqual(['open', 'close 1012 restart'])
  })

  it('tells the service when it is closed here', async () => {
    socket.close()
    expect(request('/LINE/end')).toBeDefined()
    expect(seen).toEqual(['open', 'close 1000 '])
  })
})
