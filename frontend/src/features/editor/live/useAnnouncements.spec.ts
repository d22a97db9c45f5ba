import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import type { Present } from './presence'
import { announcePeople } from './useAnnouncements'

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
