import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import type { VueWrapper } from '@vue/test-utils'
import type { Edit } from './edit'
import PlainField from './PlainField.vue'

let field: VueWrapper
afterEach(() => field.unmount())

function show(value: string, selection?: [number, number]) {
  field = mount(PlainField, { attachTo: document.body, props: { name: 'run-0', label: 'Teksten', value, selection, readonly: false, lang: 'nb', describedby: 'help' } })
  const area = field.find('textarea').element
  area.focus()
  return area
}
const edits = () => (field.emitted<[Edit]>('edit') ?? []).map(([edit]) => edit)

async function type(area: HTMLTextAreaElement, value: string) {
  area.value = value
  await field.find('textarea').trigger('input')
}

it('tells only what was typed, and takes in what the text has become of it', async () => {
  const area = show('en to')
  await type(area, 'en og to')
  expect(edits()).toEqual([{ from: 3, to: 3, text: 'og ' }])
  await field.setProps({ value: 'en og to tre', selection: [6, 6] })
  expect([area.value, area.selectionStart, area.selectionEnd]).toEqual(['en og to tre', 6, 6])
})

it('shows the text again when an edit was not taken', async () => {
  const area = show('en to')
  await type(area, 'noe helt annet')
  expect(area.value).toBe('en to')
})

it('leaves alone what is being composed, and then puts it where its place has gone to', async () => {
  const area = show('en slutt', [3, 3])
  await field.find('textarea').trigger('compositionstart')
  area.setSelectionRange(3, 3)
  await type(area, 'en åslutt')
  await field.setProps({ value: 'Fra de andre: en slutt', selection: [17, 17] })
  await field.setProps({ value: 'Fra de andre: en slutt og mer', selection: [17, 17] })
  expect([area.value, edits()]).toEqual(['en åslutt', []])
  await field.find('textarea').trigger('compositionend')
  expect(edits()).toEqual([{ from: 17, to: 17, text: 'å' }])
  await field.setProps({ value: 'Fra de andre: en åslutt og mer', selection: [18, 18] })
  expect([area.value, area.selectionStart]).toEqual(['Fra de andre: en åslutt og mer', 18])
})

it('leaves a selection as it is, and undoes through the text', async () => {
  const area = show('en to tre', [3, 5])
  area.setSelectionRange(3, 5)
  await field.setProps({ value: 'null en to tre', selection: [8, 10] })
  expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe('to')
  await field.find('textarea').trigger('keydown', { key: 'z', ctrlKey: true })
  await field.find('textarea').trigger('beforeinput', { inputType: 'historyRedo' })
  expect(field.emitted('history')).toEqual([['undo'], ['redo']])
})

it('leaves the cursor where one has put it this moment, though the text does not know yet', async () => {
  const area = show('en mer to tre', [3, 7])
  area.setSelectionRange(10, 10)
  await field.setProps({ value: 'en mer to null tre', selection: [3, 7] })
  expect([area.selectionStart, area.selectionEnd]).toEqual([10, 10])
  area.setSelectionRange(16, 18, 'backward')
  await field.setProps({ value: 'null en mer to null tre', selection: [8, 12] })
  expect([area.selectionStart, area.selectionEnd, area.selectionDirection]).toEqual([21, 23, 'backward'])
})
