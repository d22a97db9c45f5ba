import { Editor } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { computed, ref, shallowRef } from 'vue'
import * as Y from 'yjs'
import { ApiProblem, type Schemas } from '@/api'
import { toasts } from '@/ui/toast'
import type { LiveDocument, LiveState } from '../live/liveDocument'
import { vocabulary } from '../text/vocabulary'
import { Fork } from './fork'
import { look } from './marks'
import { suggestionOf } from './place'
import { useSettling } from './useSettling'
import type { Suggestions } from './useSuggestions'

const cleanups: (() => void)[] = []
afterEach(() => cleanups.splice(0).forEach((clean) => clean()))

function open(document: Y.Doc) {
  const editor = new Editor({ extensions: [...vocabulary, Collaboration.configure({ document })] })
  cleanups.push(() => editor.destroy())
  return editor
}

/** A text with a suggestion for each paragraph that ends differently, and a service that may say no. */
function desk(before: string[], after: string[]) {
  const live = { doc: new Y.Doc(), state: ref<LiveState>('live'), writable: ref(true), unsaved: ref(false) }
  const editor = open(live.doc)
  editor.commands.setContent(before.map((words) => `<p>${words}</p>`).join(''))
  const fork = new Fork(live.doc)
  open(fork.doc).commands.setContent(after.map((words) => `<p>${words}</p>`).join(''))
  const { ground, hunks } = fork.compare()
  const threads = hunks.map((hunk, at) => ({ id: String(at), state: 'open', entries: [{}], ...suggestionOf(ground, hunk) })) as Schemas['Thread'][]
  fork.destroy()

  const asked: string[] = []
  let answer: (what: string) => void = () => undefined
  const view = shallowRef(editor.view)
  const suggesting = ref(false)
  const gone = ref(new Set<string>())
  const suggestions = {
    view,
    comments: { me: { acting: { organisation: { name: 'Lillevik' } } } },
    active: ref(),
    waiting: computed(() => threads.filter(({ id }) => !gone.value.has(id)).map((thread) => ({ thread, place: look(view.value, thread)?.place }))),
    settle: {
      async mutateAsync({ threadId, kind }: { threadId: string; kind: string }) {
        asked.push(`${kind} ${threadId}`)
        await Promise.resolve()
        gone.value = new Set(kind === 'reopen' ? [...gone.value].filter((id) => id !== threadId) : [...gone.value, threadId])
        answer(`${kind} ${threadId}`)
      },
    },
  } as unknown as Suggestions
  let settling!: ReturnType<typeof useSettling>
  const page = mount({
    setup() {
      settling = useSettling(suggestions, live as unknown as LiveDocument, () => ({ abilities: [{ action: 'response.comment', allowed: true }] }) as unknown as Schemas['Response'], suggesting)
      return () => null
    },
  })
  cleanups.push(() => page.unmount())
  return { threads, editor, live, suggestions, settling, suggesting, view, asked, replies: (with_: typeof answer) => void (answer = with_), text: () => editor.getText({ blockSeparator: '\n' }) }
}
const told = async () => {
  await flushPromises()
  return toasts.value.at(-1)?.text
}

it('takes out what was not saved before the text was frozen, before it is opened again, and nothing else', async () => {
  const { editor, live, suggestions, settling, asked, replies, text } = desk(['Vi trenger tid.', 'Sist.'], ['Vi trenger mer tid.', 'Sist.'])
  live.unsaved.value = true
  await settling.accept(suggestions.waiting.value[0]!)
  expect(text()).toBe('Vi trenger mer tid.\nSist.')
  editor.commands.insertContentAt(editor.state.doc.content.size - 1, ' Takk.')
  editor.setEditable(false)
  replies((what) => what === 'reopen 0' && expect(text()).toBe('Vi trenger tid.\nSist. Takk.'))
  live.state.value = 'frozen'
  await flushPromises()
  expect(asked).toEqual(['accept 0', 'reopen 0'])
  expect(text()).toBe('Vi trenger tid.\nSist. Takk.')
  const elsewhere = new Y.Doc()
  Y.applyUpdate(elsewhere, Y.encodeStateAsUpdate(live.doc))
  expect(open(elsewhere).getText({ blockSeparator: '\n' })).toBe('Vi trenger tid.\nSist. Takk.')
})

it('leaves in what was saved, and what was changed in the text after that', async () => {
  const { live, suggestions, settling, asked, text } = desk(['Vi trenger tid.'], ['Vi trenger mer tid.'])
  live.unsaved.value = true
  await settling.accept(suggestions.waiting.value[0]!)
  live.unsaved.value = false
  await flushPromises()
  live.unsaved.value = true
  live.state.value = 'frozen'
  await flushPromises()
  expect([asked, text()]).toEqual([['accept 0'], 'Vi trenger mer tid.'])
})

it('says so when what was lost cannot be opened again', async () => {
  const { live, suggestions, settling, replies } = desk(['Vi trenger tid.'], ['Vi trenger mer tid.'])
  live.unsaved.value = true
  await settling.accept(suggestions.waiting.value[0]!)
  replies(() => {
    throw new ApiProblem({ code: 'not_found', status: 404 } as never)
  })
  live.state.value = 'denied'
  expect(await told()).toMatch(/kunne ikke åpnes igjen/)
})

it('puts nothing into the copy that one suggests in', async () => {
  const { live, suggestions, settling, suggesting, view, asked, replies, text } = desk(['En.', 'To.', 'Tre.'], ['En a.', 'To a.', 'Tre a.'])
  const copy = open(new Fork(live.doc).doc)
  replies((what) => {
    if (what !== 'accept 1') return
    suggesting.value = true
    view.value = copy.view
  })
  await settling.all('accept')
  expect([asked, text()]).toEqual([['accept 0', 'accept 1', 'reopen 1'], 'En a.\nTo.\nTre.'])
  expect(copy.getText({ blockSeparator: '\n' })).toBe('En a.\nTo.\nTre.')
  expect(suggestions.waiting.value).toHaveLength(2)
  expect(await told()).toBe('1 forslag er satt inn. 2 åpne forslag igjen.')
})

it('goes on past what another has settled first, and says how many went well', async () => {
  for (const kind of ['accept', 'reject'] as const) {
    const { settling, asked, replies } = desk(['En.', 'To.', 'Tre.'], ['En a.', 'To a.', 'Tre a.'])
    replies((what) => {
      if (what.endsWith(' 0')) throw new ApiProblem({ code: 'changed_meanwhile', status: 409 } as never)
    })
    await settling.all(kind)
    expect(asked).toEqual([`${kind} 0`, `${kind} 1`, `${kind} 2`])
    expect(await told()).toMatch(/^2 forslag er/)
    expect(settling.error.value).toBeUndefined()
  }
})

const noContact = () => new ApiProblem({ code: 'network', status: 0, title: '' })

it('says so when what was claimed and could not be put in cannot be given back either', async () => {
  const { live, suggestions, settling, asked, replies, text } = desk(['Vi trenger tid.'], ['Vi trenger mer tid.'])
  replies((what) => {
    live.writable.value = false
    if (what === 'reopen 0') throw noContact()
  })
  await settling.accept(suggestions.waiting.value[0]!)
  expect([asked, text()]).toEqual([['accept 0', 'reopen 0'], 'Vi trenger tid.'])
  expect(await told()).toMatch(/kunne ikke åpnes igjen/)
  expect(settling.error.value).toBeUndefined()
})

it('says that it does not know when no answer comes to a claim, and leaves the text as it is', async () => {
  const { suggestions, settling, replies, text } = desk(['Vi trenger tid.'], ['Vi trenger mer tid.'])
  replies(() => {
    throw noContact()
  })
  await settling.accept(suggestions.waiting.value[0]!)
  expect(settling.error.value).toMatch(/vet ikke om forslaget er merket/)
  expect(text()).toBe('Vi trenger tid.')
})

it('lets whoever took one in open it again, for the organisation they did it for, and asks before it is put in twice', async () => {
  const { threads, suggestions, settling, asked, text } = desk(['Vi trenger tid.'], ['Vi trenger mer tid.'])
  const one = suggestions.waiting.value[0]!
  await settling.accept(one)
  const settled = (state: string, ...entries: unknown[]) => settling.mayReopen({ thread: { ...threads[0]!, state, entries } as Schemas['Thread'] })
  const accept = { kind: 'accept', mine: true, by: { organisation: 'Lillevik' } }
  const say = { kind: 'say', mine: false, by: { organisation: 'Ås' } }
  expect(settled('accepted', say, accept, say)).toBe(true)
  expect(settled('accepted', { ...accept, mine: false })).toBe(false)
  expect(settled('accepted', { ...accept, by: { organisation: 'Ås' } })).toBe(false)
  expect(settled('rejected', { ...accept, kind: 'reject' })).toBe(false)

  await settling.reopen(one)
  await settling.accept(suggestions.waiting.value[0]!)
  expect(settling.doubted.value?.thread.id).toBe('0')
  expect([asked, text()]).toEqual([['accept 0', 'reopen 0'], 'Vi trenger mer tid.'])
})
