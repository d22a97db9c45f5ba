import { mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import type { Tool, ToolChoice } from '../text/tools'
import { announcement } from '@/ui/toast'
import ToolBar from './ToolBar.vue'

function bar(...groups: (Tool | ToolChoice)[][]) {
  const wrapper = mount(ToolBar, { props: { label: 'Utforming', controls: 'text', groups }, attachTo: document.body })
  const focused = () => (document.activeElement as HTMLElement).dataset.tool
  const press = (key: string) => wrapper.get(`[data-tool="${focused()}"]`).trigger('keydown', { key })
  return { wrapper, focused, press }
}
const tool = (name: string, more: Partial<Tool> = {}): Tool => ({ name, run: vi.fn(), ...more })

it('is one stop for Tab, with arrow keys, Home and End inside', async () => {
  const { wrapper, focused, press } = bar([tool('undo'), tool('redo')], [tool('bold')])
  expect(wrapper.findAll('button').map((button) => button.attributes('tabindex'))).toEqual(['0', '-1', '-1'])
  wrapper.vm.focus()
  expect(focused()).toBe('undo')
  for (const [key, expected] of [['ArrowRight', 'redo'], ['ArrowRight', 'bold'], ['ArrowRight', 'undo'], ['ArrowLeft', 'bold'], ['Home', 'undo'], ['End', 'bold']]) {
    await press(key!)
    expect(focused()).toBe(expected)
  }
  expect(wrapper.findAll('[tabindex="0"]').map((button) => button.attributes('data-tool'))).toEqual(['bold'])
  await press('Escape')
  expect(wrapper.emitted('leave')).toHaveLength(1)
})

it('tells names, keys and what is pressed', () => {
  const { wrapper } = bar([tool('bold', { keys: 'Control+B', pressed: true, letters: true }), tool('table')])
  const [bold, table] = wrapper.findAll('button')
  expect(bold!.attributes()).toMatchObject({ 'aria-label': 'Fet', title: 'Fet (Ctrl+B)', 'aria-keyshortcuts': 'Control+B', 'aria-pressed': 'true' })
  expect(table!.attributes('aria-pressed')).toBeUndefined()
})

it('does nothing for a tool that cannot be used now, but lets it be reached', async () => {
  const undo = tool('undo', { disabled: true })
  const { wrapper, focused } = bar([undo])
  wrapper.vm.focus()
  expect(focused()).toBe('undo')
  await wrapper.get('button').trigger('click')
  expect(undo.run).not.toHaveBeenCalled()
  expect(wrapper.get('button').attributes('aria-disabled')).toBe('true')
})

it('says why a choice cannot be made, and shows what is so', async () => {
  const run = vi.fn()
  const options = [{ value: 'paragraph', label: 'Brødtekst' }, { value: '1', label: 'Overskrift 1' }]
  const { wrapper } = bar([{ name: 'kind', disabled: true, reason: 'wordsAlone', options, chosen: 'paragraph', run }])
  await wrapper.get('select').setValue('1')
  expect([wrapper.get('select').element.value, run.mock.calls]).toEqual(['paragraph', []])
  await vi.waitFor(() => expect(announcement.value).toContain('bare ren tekst'))
})
