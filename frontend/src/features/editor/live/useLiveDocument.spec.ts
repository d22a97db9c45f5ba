import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import * as Y from 'yjs'
import { loggedOut } from '@/lib/unsent'
import { ScriptedService } from '../testing/scriptedService'
import { settle } from '../testing/settle'
import { useLiveDocument } from './useLiveDocument'

const user = { name: 'Koordinator', organisation: 'Lillevik kommune', colour: 'blue' } as const
let service: ScriptedService

beforeEach(() => {
  vi.useFakeTimers()
  loggedOut.value = false
  service = new ScriptedService()
  vi.stubGlobal('WebSocket', service.WebSocket)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** A page that has the text open, until it is closed. */
function page(name = 'answer-1', organisation = 'agder') {
  const scope = effectScope()
  const live = scope.run(() => useLiveDocument(name, user, { account: 'kari', organisation, responseId: 'response-1', answerId: name }))!
  return { live, close: () => scope.stop() }
}

it('keeps an unsaved text until it is saved, and gives it back to who returns', async () => {
  const first = page()
  await settle(50)
  service.commits = false
  first.live.doc.getXmlFragment('default').push([new Y.XmlElement('paragraph')])
  await settle(50)
  first.close()
  await settle(50)
  expect(service.received).not.toContain('close')

  const second = page()
  expect(second.live).toBe(first.live)
  expect(second.live.people.value).toHaveLength(1)
  second.close()
  service.answer()
  await settle(50)
  expect(service.received).toContain('close')

  service.commits = true
  const third = page()
  await settle(50)
  expect(third.live).not.toBe(first.live)
  expect(third.live.saveState.value).toBe('saved')
  third.close()
  await settle(50)
})

it('gives nobody a text, or a connection, of another organisation', async () => {
  const first = page()
  await settle(50)
  service.commits = false
  first.live.doc.getXmlFragment('default').push([new Y.XmlElement('paragraph')])
  await settle(50)
  first.close()
  service.commits = true
  const second = page('answer-1', 'sorlandet')
  await settle(50)
  expect(second.live).not.toBe(first.live)
  expect([service.token.split(' ')[0], service.connections, second.live.saveState.value]).toEqual(['account:kari/sorlandet', 1, 'saved'])
  second.close()
  await settle(50)
})

it('has no contact, and takes no more, from the moment that the person logs out', async () => {
  const { live, close } = page()
  await settle(50)
  expect([live.saveState.value, live.writable.value]).toEqual(['saved', true])
  loggedOut.value = true
  expect([live.state.value, live.saveState.value, live.writable.value]).toEqual(['offline', 'offline', false])
  await settle(10_000)
  expect(live.saveState.value).toBe('offline')
  expect(service.connections).toBe(0)
  close()
  await settle(50)
})

it('shares one connection between the texts of a page, and closes it with the last', async () => {
  const one = page()
  await settle(50)
  const sockets = service.connections
  one.close()
  const other = page()
  await settle(50)
  expect(other.live.state.value).toBe('live')
  expect(sockets).toBe(1)
  expect(service.connections).toBe(1)
  other.close()
  await settle(50)
  expect(service.connections).toBe(0)
})
