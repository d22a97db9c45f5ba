import { mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import LeftBehind from './LeftBehind.vue'

afterEach(() => void vi.unstubAllGlobals())

/** The copy is asked for in a browser with such a clipboard. */
async function copyWith(clipboard: object | undefined) {
  vi.stubGlobal('navigator', { clipboard })
  const wrapper = mount(LeftBehind, { attachTo: document.body, props: { text: () => 'Mine ord', html: () => '<p>Mine ord</p>' } })
  await wrapper.get('button').trigger('click')
  return wrapper
}

it('copies the words alone where the browser takes no shaped text', async () => {
  const writeText = vi.fn(async () => {})
  const wrapper = await copyWith({ writeText })
  await vi.waitFor(() => expect(writeText).toHaveBeenCalledWith('Mine ord'))
  expect(wrapper.find('textarea').exists()).toBe(false)
  wrapper.unmount()
})

it.each([['refuses', { writeText: () => Promise.reject(new Error('denied')) }], ['has no clipboard', undefined]])(
  'shows the text selected, and says so, where the browser %s',
  async (_how, clipboard) => {
    const wrapper = await copyWith(clipboard)
    await vi.waitFor(() => expect(wrapper.text()).toContain('lot oss ikke kopiere'))
    const field = wrapper.get('textarea').element
    await vi.waitFor(() => expect([document.activeElement, field.selectionEnd - field.selectionStart]).toEqual([field, 'Mine ord'.length]))
    wrapper.unmount()
  },
)
