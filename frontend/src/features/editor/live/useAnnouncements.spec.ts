import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import type { LiveState, SaveState } from './liveDocument'
import type { Present } from './presence'
import { announcePeople, announceText } from './useAnnouncements'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const person = (name: string, me = false): Present => ({ name, organisation: 'Lillevik', colour: 'blue', me })

it('says who came and went in one go, and nothing of those who only blinked', async () => {
  const people = ref([person('Jeg', true), person('Ane')])
  const say = vi.fn()
  const scope = effectScope()
  scope.run(() => announcePeople(people, say))

  for (const here of [['Ane', 'Bo'], ['Bo'], ['Ane', 'Bo', 'Carl'], ['Bo', 'Carl', 'Ane']]) {
    people.value = [person('Jeg', true), ...here.map((name) => person(name))]
    await nextTick()
  }
  expect(say).not.toHaveBeenCalled()
  vi.advanceTimersByTime(3_000)
  expect(say.mock.calls).toEqual([['joined', 'Bo, Carl']])

  people.value = [person('Jeg', true)]
  await nextTick()
  vi.advanceTimersByTime(3_000)
  expect(say.mock.calls.at(-1)).toEqual(['left', 'Bo, Carl, Ane'])
  scope.stop()
})

it('says when the text is locked, opened and closed to this person, and of saving only what was in doubt', async () => {
  const [state, saveState] = [ref<LiveState>('live'), ref<SaveState>('saved')]
  const said: string[] = []
  const scope = effectScope()
  scope.run(() => announceText({ state, saveState }, (what) => said.push(what)))
  const hears = async (now: LiveState, saving: SaveState, ...what: string[]) => {
    said.length = 0
    ;[state.value, saveState.value] = [now, saving]
    await nextTick()
    expect(said, `${now} ${saving}`).toEqual(what)
  }
  await hears('frozen', 'locked', 'locked')
  await hears('connecting', 'saving')
  await hears('live', 'saving', 'opened')
  await hears('live', 'saved')
  await hears('readonly', 'saved', 'readonly')
  await hears('live', 'saved', 'opened')
  await hears('offline', 'offline', 'offline')
  await hears('connecting', 'saving')
  await hears('live', 'saved', 'savedAgain')
  scope.stop()
})

it('says nothing of writing to those who have only read', async () => {
  const [state, saveState] = [ref<LiveState>('connecting'), ref<SaveState>('saving')]
  const say = vi.fn()
  const scope = effectScope()
  scope.run(() => announceText({ state, saveState }, say))
  state.value = 'readonly'
  saveState.value = 'saved'
  await nextTick()
  expect(say).not.toHaveBeenCalled()
  scope.stop()
})
