import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { computed, ref } from 'vue'
import * as Y from 'yjs'
import { announcement, toasts } from '@/ui/toast'
import { ApiProblem, type Schemas } from '@/api'
import type { LiveDocument } from '../live/liveDocument'
import { useSuggesting, type Suggesting } from './useSuggesting'
import type { Suggestions } from './useSuggestions'

afterEach(() => sessionStorage.clear())

const kept = () => Object.keys(sessionStorage).filter((key) => key.startsWith('kept:'))
const textOf = (doc: Y.Doc) => (doc.getXmlFragment('default').get(0) as Y.XmlElement).get(0) as Y.XmlText

function liveText() {
  const doc = new Y.Doc()
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText('Felles tekst.')])
  doc.getXmlFragment('default').push([paragraph])
  return doc
}

/** A desk on the same text, which says what it has sent, and is answered when the test says so. */
function desk(doc: Y.Doc) {
  let answer = () => {}
  let refuse: (problem: unknown) => void = () => {}
  const mutateAsync = vi.fn<(sent: Schemas['SuggestionsInput']) => Promise<void>>(() => new Promise((resolve, reject) => ([answer, refuse] = [resolve, reject])))
  const live = { doc, name: 'answer-1', place: { organisation: 'agder' }, loaded: ref(true) } as unknown as LiveDocument
  const suggestions = { send: { mutateAsync }, waiting: computed(() => []), show: () => {} } as unknown as Suggestions
  let suggesting!: Suggesting
  const wrapper = mount({
    setup() {
      suggesting = useSuggesting(live, suggestions, () => ({ abilities: [{ action: 'response.suggest', allowed: true }] }) as unknown as Schemas['Response'])
      return () => null
    },
  })
  return { suggesting, mutateAsync, close: () => wrapper.unmount(), answer: () => answer(), refuse: (code: string) => refuse(new ApiProblem({ code, status: 409, title: '' })) }
}

it('takes nothing more while suggestions are sent, and keeps nothing of what has been', async () => {
  const { suggesting, mutateAsync, answer, close } = desk(liveText())
  suggesting.begin()
  textOf(suggesting.fork.value!.doc).insert(0, 'Vår ')
  const sent = suggesting.send()
  expect([suggesting.sending.value, mutateAsync.mock.calls[0]![0].suggestions.length]).toEqual([true, 1])
  suggesting.end()
  expect(suggesting.on.value).toBe(true)
  answer()
  await sent
  expect([suggesting.sending.value, suggesting.on.value]).toEqual([false, false])
  close()
  expect(kept()).toHaveLength(0)
})

it('keeps nothing of what was sent after one had left the text either', async () => {
  const { suggesting, answer, close } = desk(liveText())
  suggesting.begin()
  textOf(suggesting.fork.value!.doc).insert(0, 'Vår ')
  const sent = suggesting.send()
  close()
  expect(kept()).toHaveLength(1)
  answer()
  await sent
  expect(kept()).toHaveLength(0)
})

it('says so when it goes on by itself with what was not sent', async () => {
  const doc = liveText()
  const before = desk(doc)
  before.suggesting.begin()
  textOf(before.suggesting.fork.value!.doc).insert(0, 'Vår ')
  before.close()
  const { suggesting, close } = desk(doc)
  expect(suggesting.on.value).toBe(true)
  await vi.waitFor(() => expect(announcement.value).toMatch(/^Du foreslår endringer\. Det du ikke sendte sist, er her ennå/), 5_000)
  close()
})

it('sends them again under the same name until they are known to have come', async () => {
  const { suggesting, mutateAsync, refuse, answer, close } = desk(liveText())
  const nameOf = (at: number) => mutateAsync.mock.calls[at]![0].sending
  const send = async (end: () => void) => {
    const sent = suggesting.send()
    end()
    await sent
  }
  suggesting.begin()
  textOf(suggesting.fork.value!.doc).insert(0, 'Vår ')
  await send(() => refuse('network'))
  await send(() => refuse('sent_otherwise'))
  expect(suggesting.fault.value).toMatch(/kom fram likevel/)
  await send(answer)
  suggesting.begin()
  textOf(suggesting.fork.value!.doc).insert(0, 'Hele ')
  await send(answer)
  expect(nameOf(0)).toMatch(/^[0-9a-f-]{36}$/)
  expect(nameOf(1)).toBe(nameOf(0))
  expect(new Set([nameOf(1), nameOf(2), nameOf(3)]).size).toBe(3)
  close()
  expect(kept()).toHaveLength(0)
})

it('does not go on with what is still being sent when one comes back, but with what could not be', async () => {
  for (const outcome of ['answer', 'refuse'] as const) {
    const doc = liveText()
    const before = desk(doc)
    before.suggesting.begin()
    textOf(before.suggesting.fork.value!.doc).insert(0, 'Vår ')
    const sent = before.suggesting.send()
    before.close()
    const { suggesting, close } = desk(doc)
    const again = desk(doc)
    again.suggesting.begin()
    expect([suggesting.on.value, again.suggesting.on.value]).toEqual([false, false])
    before[outcome]('too_many_suggestions')
    await sent
    await flushPromises()
    expect([outcome, suggesting.on.value, suggesting.count.value]).toEqual([outcome, outcome === 'refuse', outcome === 'answer' ? 0 : 1])
    expect([again.suggesting.on.value, again.suggesting.count.value]).toEqual([true, suggesting.count.value])
    again.close()
    if (outcome === 'refuse') expect(toasts.value.at(-1)?.tone).toBe('danger')
    close()
    sessionStorage.clear()
  }
})
