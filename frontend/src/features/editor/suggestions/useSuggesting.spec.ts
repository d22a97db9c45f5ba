import { mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { computed, ref } from 'vue'
import * as Y from 'yjs'
import { announcement } from '@/ui/toast'
import type { Schemas } from '@/api'
import type { LiveDocument } from '../live/liveDocument'
import { useSuggesting, type Suggesting } from './useSuggesting'
import type { Suggestions } from './useSuggestions'

afterEach(() => sessionStorage.clear())

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
  const mutateAsync = vi.fn<(sent: Schemas['SuggestionsInput']) => Promise<void>>(() => new Promise((resolve) => (answer = resolve)))
  const live = { doc, name: 'answer-1', place: { organisation: 'agder' }, loaded: ref(true) } as unknown as LiveDocument
  const suggestions = { send: { mutateAsync }, waiting: computed(() => []), show: () => {} } as unknown as Suggestions
  let suggesting!: Suggesting
  const wrapper = mount({
    setup() {
      suggesting = useSuggesting(live, suggestions, () => ({ abilities: [{ action: 'response.suggest', allowed: true }] }) as unknown as Schemas['Response'])
      return () => null
    },
  })
  return { suggesting, mutateAsync, close: () => wrapper.unmount(), answer: () => answer() }
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
  expect(sessionStorage).toHaveLength(0)
})

it('keeps nothing of what was sent after one had left the text either', async () => {
  const { suggesting, answer, close } = desk(liveText())
  suggesting.begin()
  textOf(suggesting.fork.value!.doc).insert(0, 'Vår ')
  const sent = suggesting.send()
  close()
  expect(sessionStorage).toHaveLength(1)
  answer()
  await sent
  expect(sessionStorage).toHaveLength(0)
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
