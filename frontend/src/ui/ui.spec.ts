import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { watch } from 'vue'
import { Button, DataTable, ErrorState, Field, QueryState, RichText, Steps, Tabs, TextDiff } from '.'
import { announce, announcement, dismiss, toast, toasts } from './toast'

const text = (value: string, marks: object[] = []) => ({ type: 'text', text: value, marks })
const node = (type: string, content: object[] = [], attrs: object = {}) => ({ type, attrs, content })
const doc = (...content: object[]) => node('doc', content) as never

describe('Button', () => {
  it('says why it cannot be pressed, stays reachable, and does nothing', async () => {
    const button = mount(Button, { props: { disabledReason: 'Tre svar mangler' }, slots: { default: 'Lås' } })
    const element = button.get('button')
    expect(element.attributes('aria-disabled')).toBe('true')
    expect(element.attributes('disabled')).toBeUndefined()
    expect(button.get(`#${element.attributes('aria-describedby')}`).text()).toBe('Tre svar mangler')
    await element.trigger('click')
    expect(button.emitted('click')).toBeUndefined()
  })

  it('is pressed once while it is busy', async () => {
    const button = mount(Button, { slots: { default: 'Send' } })
    await button.get('button').trigger('click')
    await button.setProps({ busy: true })
    await button.get('button').trigger('click')
    expect(button.emitted('click')).toHaveLength(1)
  })
})

describe('Field', () => {
  it('ties label, description, count and error to the control', () => {
    const field = mount(Field, { props: { label: 'Merknad', modelValue: 'to ord', description: 'Kort', error: 'For langt', limit: 5, count: 'words' } })
    const input = field.get('input')
    expect(field.get('label').attributes('for')).toBe(input.attributes('id'))
    const described = input.attributes('aria-describedby')!.split(' ').map((id) => field.get(`#${id}`).text())
    expect(described).toEqual(['Kort', 'For langt', '3 ord igjen'])
    expect(input.attributes('aria-invalid')).toBe('true')
  })

  it('keeps what is too long, and says by how much', async () => {
    const field = mount(Field, { props: { label: 'x', type: 'textarea' as const, modelValue: '', limit: 3, 'onUpdate:modelValue': (modelValue: string) => field.setProps({ modelValue }) } })
    await field.get('textarea').setValue('abcde')
    expect(field.get('textarea').element.value).toBe('abcde')
    expect(field.text()).toContain('2 tegn for mye')
  })
})

describe('DataTable', () => {
  const rows = [{ name: 'Ås', count: 2 }, { name: 'Bø', count: 10 }, { name: 'Ørland', count: 1 }]
  const table = () =>
    mount(DataTable<(typeof rows)[number]>, {
      props: {
        caption: 'Kommuner', rows, rowKey: (row) => row.name, filterLabel: 'Finn',
        columns: [
          { key: 'name', label: 'Navn', value: (row) => row.name, sortable: true, heading: true },
          { key: 'count', label: 'Antall', value: (row) => row.count, sortable: true },
        ],
      },
    })
  const names = (wrapper: ReturnType<typeof table>) => wrapper.findAll('tbody th').map((cell) => cell.text())

  it('sorts the Norwegian way, and numbers as numbers, both ways', async () => {
    const wrapper = table()
    const [name, count] = wrapper.findAll('thead button')
    await name!.trigger('click')
    expect(names(wrapper)).toEqual(['Bø', 'Ørland', 'Ås'])
    await count!.trigger('click')
    expect(names(wrapper)).toEqual(['Ørland', 'Ås', 'Bø'])
    await count!.trigger('click')
    expect(names(wrapper)).toEqual(['Bø', 'Ås', 'Ørland'])
    expect(wrapper.findAll('thead th').map((cell) => cell.attributes('aria-sort'))).toEqual(['none', 'descending'])
  })

  it('filters and tells how many are shown', async () => {
    const wrapper = table()
    await wrapper.get('input').setValue('ør')
    expect(names(wrapper)).toEqual(['Ørland'])
    expect(wrapper.get('[role=status]').text()).toBe('Viser 1 av 3')
  })
})

describe('RichText', () => {
  const html = (content: object[], headingBase?: number) => mount(RichText, { props: { doc: doc(...content), lang: 'nn', headingBase } }).get('div')

  it('marks what people have written, with its language', () => {
    const root = html([node('paragraph', [text('Hei')])])
    expect(root.attributes('data-user-content')).toBe('')
    expect(root.attributes('lang')).toBe('nn')
    expect(root.html()).toContain('<p>Hei</p>')
  })

  it('draws headings, lists, tables and marks as what they are', () => {
    const cell = node('tableCell', [node('paragraph', [text('4')])], { colspan: 2 })
    const root = html(
      [
        node('heading', [text('Tema')], { level: 2 }),
        node('orderedList', [node('listItem', [node('paragraph', [text('tre')])])], { start: 3 }),
        node('table', [node('tableRow', [node('tableHeader', [node('paragraph', [text('År')])]), cell])]),
        node('paragraph', [text('viktig', [{ type: 'bold' }, { type: 'italic' }])]),
      ],
      3,
    )
    expect(root.get('h4').text()).toBe('Tema')
    expect(root.get('ol').attributes('start')).toBe('3')
    expect(root.get('th').text()).toBe('År')
    expect(root.get('td').attributes('colspan')).toBe('2')
    expect(root.get('em > strong').text()).toBe('viktig')
  })

  it('shows what it does not know as text, and runs nothing', () => {
    const root = html([
      node('widget', [node('paragraph', [text('<script>alert(1)</script>')])]),
      node('paragraph', [text('klikk', [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }, { type: 'blink' }])]),
      node('heading', [text('dyp')], { level: 99 }),
    ])
    expect(root.find('script').exists()).toBe(false)
    expect(root.text()).toContain('<script>alert(1)</script>')
    expect(root.find('a').exists()).toBe(false)
    expect(root.get('h6').text()).toBe('dyp')
  })
})

describe('RichText with good examples and alternatives', () => {
  const draw = (content: object[], more: object = {}) => mount(RichText, { props: { doc: doc(...content), lang: 'nn', headingBase: 3, ...more } })
  const field = (name: string, ...content: object[]) => node('exampleField', content, { name })
  const p = (value: string, attrs = {}) => node('paragraph', [text(value)], attrs)

  it('draws an example with its fields in their order, doubles joined and empty ones left out', () => {
    const card = node('goodExample', [field('link', text('https://example.org')), field('contact'), field('title', text('Felles')), field('title', text('vaktlag')), field('parties', text('Alle'))], { group: 'frail_elderly', status: 'running' })
    const section = draw([node('heading', [text('Døme')], { level: 1 }), card]).get('section')
    expect(section.attributes('aria-label')).toBe('Godt eksempel')
    expect(section.get('h4').text()).toBe('Felles vaktlag')
    const told = section.findAll('dl > div').map((entry) => [entry.get('dt').text(), entry.get('dd').text()])
    expect(told).toEqual([['Pasientgruppe', 'skrøpelige eldre'], ['Status', 'i drift'], ['Hvem deltar', 'Alle'], ['Lenke', 'https://example.org']])
    expect(section.get('dd a').attributes('href')).toBe('https://example.org')
    expect(section.get('dt').attributes('lang')).toBe('nb')
  })

  it('shows what it does not know, leads nowhere unsafe, and draws nothing of an empty example', () => {
    const root = draw([node('goodExample', [field('title')]), node('goodExample', [field('cost', text('lite')), field('link', text('javascript:alert(1)'))], { group: 'martians' })])
    expect(root.findAll('section')).toHaveLength(1)
    expect(root.findAll('dd').map((told) => told.text())).toEqual(['martians', 'javascript:alert(1)', 'lite'])
    expect(root.find('a').exists()).toBe(false)
  })

  it('keeps who wrote what inside an example', () => {
    const by = (value: string, author: number) => text(value, [{ type: 'author', attrs: { by: author } }])
    const root = draw([node('goodExample', [field('title', by('Felles', 0), by(' lag', 1))])], { authors: [{ label: 'Anne', colour: 'red', faint: false }, { label: 'Bo', colour: 'blue', faint: true }] })
    expect(root.findAll('h3 .author').map((part) => part.attributes('title'))).toEqual(['Anne', 'Bo'])
  })

  it('puts each alternative under its name, and says which is empty', () => {
    const side = (attrs: object, ...content: object[]) => node('alternative', content, attrs)
    const root = draw([node('alternatives', [side({ side: 'municipal' }, p('Vi')), side({ side: 'other', label: 'Oslo kommune' }, p('De')), side({}, p(''))])])
    expect(root.get('section').attributes('aria-label')).toBe('Partene er uenige her')
    expect(root.findAll('.alternative').map((part) => part.findAll('p').map((line) => line.text()))).toEqual([
      ['Kommunenes tekst', 'Vi'], ['Oslo kommune', 'De'], ['Alternativ 3', 'Ingen tekst'],
    ])
    expect(draw([node('alternatives')]).find('section').exists()).toBe(false)
  })

  it('says which language a paragraph is in, if it is one that can be', () => {
    expect(draw([p('Buorre beaivi', { lang: 'se' }), p('Hei', { lang: 'x"y' }), p('Hallo')]).findAll('p').map((line) => line.attributes('lang'))).toEqual(['se', undefined, undefined])
  })
})

describe('TextDiff', () => {
  const p = (value: string) => node('paragraph', [text(value)])
  const diff = (before: object[], after: object[]) => mount(TextDiff, { props: { before: doc(...before), after: doc(...after), lang: 'nb' }, global: { mocks: { $i18n: { locale: 'nb' } } } })

  it('marks words that came and went, also for those who do not see the marks', () => {
    const wrapper = diff([p('Vi ber om mer støtte i arbeidet.')], [p('Vi ber om varig støtte i arbeidet.')])
    expect(wrapper.get('del').text()).toBe('tatt bort: mer')
    expect(wrapper.get('ins').text()).toBe('lagt til: varig')
    expect(wrapper.text()).toContain('ett avsnitt er endret')
  })

  it('folds what is far from any change', () => {
    const same = ['en', 'to', 'tre', 'fire', 'fem'].map(p)
    const wrapper = diff(same, [...same, p('helt nytt')])
    expect(wrapper.text()).toContain('4 avsnitt uten endring')
    expect(wrapper.findAll('.block').map((block) => block.text())).toEqual(['fem', 'lagt til: helt nytt'])
  })

  it('says what is chosen now, where, and that a language is another', () => {
    const card = (status: string) => node('goodExample', [node('exampleField', [text('Vaktlag')], { name: 'title' })], { status })
    const sami = node('paragraph', [text('Buorre beaivi')], { lang: 'se' })
    const wrapper = diff([card('pilot'), p('Buorre beaivi')], [card('running'), sami])
    expect(wrapper.get('.choice').text()).toBe('Vaktlag, status: tatt bort: prøves ut  lagt til: i drift')
    expect(wrapper.get('.choice').attributes('lang')).toBe('nb')
    expect(wrapper.text()).toContain('Språket er endret fra bokmål til nordsamisk (davvisámegiella).')
    expect(wrapper.text()).not.toContain('Bare utformingen')
  })

  it('says that nothing has changed', () => {
    expect(diff([p('likt')], [p('likt')]).text()).toContain('Ingen ord er endret.')
  })
})

describe('Steps', () => {
  it('says where we are and what is done', () => {
    const steps = [{ key: 'a', label: 'Utkast' }, { key: 'b', label: 'Godkjenning' }, { key: 'c', label: 'Innsending' }]
    const items = mount(Steps, { props: { label: 'Gangen', steps, current: 'b' } }).findAll('li')
    expect(items.map((item) => item.attributes('aria-current'))).toEqual([undefined, 'step', undefined])
    expect(items.map((item) => item.get('.sr-only').text())).toEqual(['ferdig', 'her er vi nå', 'gjenstår'])
  })
})

describe('Tabs', () => {
  it('moves by the arrows, round the ends', async () => {
    const tabs = mount(Tabs, {
      props: { label: 'Visning', tabs: [{ key: 'a', label: 'A' }, { key: 'b', label: 'B' }], modelValue: 'a', 'onUpdate:modelValue': (modelValue: string) => tabs.setProps({ modelValue }) },
      slots: { a: 'første', b: 'andre' },
      attachTo: document.body,
    })
    await tabs.get('[role=tablist]').trigger('keydown', { key: 'ArrowLeft' })
    expect(tabs.get('[role=tabpanel]').text()).toBe('andre')
    expect(document.activeElement?.textContent).toContain('B')
    await tabs.get('[role=tablist]').trigger('keydown', { key: 'ArrowRight' })
    expect(tabs.get('[role=tabpanel]').text()).toBe('første')
    tabs.unmount()
  })
})

describe('QueryState', () => {
  const query = (data: unknown, error: unknown) => ({ data: { value: data }, error: { value: error }, refetch: () => undefined })
  const links = { global: { stubs: { RouterLink: true } } }

  it('keeps showing what is there when asking again fails', () => {
    const wrapper = mount(QueryState, { props: { query: query('her', new Error()) }, slots: { default: ({ data }: { data: unknown }) => String(data) }, ...links })
    expect(wrapper.text()).toBe('her')
  })

  it.each([
    [{ status: 404 }, 'Denne siden har du ikke tilgang til'],
    [{ status: 403 }, 'Denne siden har du ikke tilgang til'],
    [{ status: 0, unreachable: true }, 'Ingen kontakt med tjenesten'],
    [{ status: 500, requestId: 'r7' }, 'Feilreferanse: r7'],
  ])('tells what went wrong: %o', (error, words) => {
    expect(mount(QueryState, { props: { query: query(undefined, error) }, ...links }).text()).toContain(words)
    expect(mount(ErrorState, { props: { error, nested: true }, ...links }).find('h2').exists()).toBe(true)
  })
})

describe('toast', () => {
  it('stays until it is dismissed, with a way to undo', () => {
    let undone = false
    toast('Tatt bort', { undo: () => (undone = true) })
    const shown = toasts.value.at(-1)!
    shown.undo?.()
    expect(undone).toBe(true)
    dismiss(shown.id)
    expect(toasts.value).not.toContainEqual(expect.objectContaining({ id: shown.id }))
  })
})

describe('announce', () => {
  it('says all that is said at once, and the same thing again', async () => {
    const said: string[] = []
    const stop = watch(announcement, (now) => said.push(now), { flush: 'sync' })
    for (const text of ['Ane kom inn', 'Bo gikk ut']) announce(text)
    await vi.waitFor(() => expect(said.join('/')).toMatch(/Ane kom inn\/\/Bo gikk ut$/), 5_000)
    announce('Bo gikk ut')
    await vi.waitFor(() => expect(said.join('/')).toMatch(/Bo gikk ut\/\/Bo gikk ut$/), 5_000)
    stop()
  })
})
