import { describe, expect, it } from 'vitest'
import { diffDocuments as diff } from './diff'
import type { RichNode } from './richtext'

const text = (value: string, ...marks: string[]): RichNode => ({ type: 'text', text: value, marks: marks.map((type) => ({ type })) })
const paragraph = (...content: RichNode[]): RichNode => ({ type: 'paragraph', content })
const doc = (...content: RichNode[]): RichNode => ({ type: 'doc', content })
const p = (value: string) => paragraph(text(value))

const diffDocuments = (before: RichNode, after: RichNode) => diff(before, after, (key, values) => (values ? `${key} ${String(values.n)}` : key))
const kinds = (before: RichNode, after: RichNode) => diffDocuments(before, after).map((change) => change.kind)
const texts = (before: RichNode, after: RichNode) =>
  diffDocuments(before, after).flatMap((change) => change.pieces.map((piece) => `${piece.kind}: ${piece.text.trim()}`))

describe('diffDocuments', () => {
  it('finds nothing in what is the same', () => {
    expect(kinds(doc(p('En'), p('To')), doc(p('En'), p('To')))).toEqual(['same', 'same'])
  })

  it('marks the words that changed within a paragraph', () => {
    expect(texts(doc(p('Vi ber om mer støtte til kommunene.')), doc(p('Vi ber om varig støtte til kommunene.')))).toEqual([
      'same: Vi ber om', 'removed: mer', 'added: varig', 'same: støtte til kommunene.',
    ])
  })

  it('tells a new paragraph from a changed one', () => {
    const before = doc(p('Samarbeidet er godt i hele området.'), p('Finansieringen er ikke på plass.'))
    const after = doc(p('Samarbeidet er svært godt i hele området.'), p('Noe helt annet her.'), p('Finansieringen er ikke på plass.'))
    expect(kinds(before, after)).toEqual(['changed', 'added', 'same'])
  })

  it('shows a paragraph that has nothing in common with the new one as removed and added', () => {
    expect(kinds(doc(p('Rekruttering av fagfolk')), doc(p('Digitale verktøy og journal')))).toEqual(['removed', 'added'])
  })

  it('notices when only the form has changed, since that is signed too', () => {
    expect(kinds(doc(p('Viktig')), doc(paragraph(text('Viktig', 'bold'))))).toEqual(['reformatted'])
    const link = (href: string) => doc(paragraph({ type: 'text', text: 'planen', marks: [{ type: 'link', attrs: { href } }] }))
    expect(diffDocuments(link('https://a.no'), link('https://b.no'))).toMatchObject([{ kind: 'reformatted', links: { added: ['https://b.no'], removed: ['https://a.no'] } }])
    expect(kinds(doc(p('Overskrift')), doc({ type: 'heading', attrs: { level: 1 }, content: [text('Overskrift')] }))).toEqual(['reformatted'])
  })

  it('goes into lists and tables', () => {
    const item = (value: string): RichNode => ({ type: 'listItem', content: [p(value)] })
    const row = (...cells: string[]): RichNode => ({ type: 'tableRow', content: cells.map((cell) => ({ type: 'tableCell', content: [p(cell)] })) })
    const before = doc({ type: 'bulletList', content: [item('barn og unge')] }, { type: 'table', content: [row('2021', '4 møter')] })
    const after = doc({ type: 'bulletList', content: [item('barn og unge'), item('eldre')] }, { type: 'table', content: [row('2021', '5 møter')] })
    expect(diffDocuments(before, after).map(({ kind, block }) => `${kind} ${block}`)).toEqual(['same listItem', 'added listItem', 'changed tableRow'])
  })

  describe('of lists and tables tells the form too, since that is signed', () => {
    const item = (value: string, ...below: RichNode[]): RichNode => ({ type: 'listItem', content: [p(value), ...below] })
    const bullets = (...content: RichNode[]): RichNode => ({ type: 'bulletList', content })
    const numbers = (start: number, ...content: RichNode[]): RichNode => ({ type: 'orderedList', attrs: { start }, content })
    const row = (value: string): RichNode => ({ type: 'tableRow', content: [{ type: 'tableCell', content: [p(value)] }] })
    const table = (...content: RichNode[]): RichNode => ({ type: 'table', content })
    const told = (before: RichNode[], after: RichNode[]) =>
      diffDocuments(doc(...before), doc(...after)).map(({ kind, form, unseen }) => [kind, ...(form ?? []).map(({ name, n }) => (n ? `${name} ${n}` : name)), ...(unseen ? ['unseen'] : [])].join(' '))

    it('the kind of a list, and where its numbers begin', () => {
      expect(told([bullets(item('a'), item('b'))], [numbers(1, item('a'), item('b'))])).toEqual(['reformatted numberedItem', 'reformatted numberedItem'])
      expect(told([numbers(1, item('a'), item('b'))], [numbers(4, item('a'), item('b'))])).toEqual(['reformatted start 4', 'same'])
      expect(told([numbers(4, item('a'))], [numbers(4, item('ny'), item('a'))])).toEqual(['added', 'same'])
      expect(told([bullets(item('a', bullets(item('b'))))], [numbers(1, item('a', bullets(item('b'))))])).toEqual(['reformatted numberedItem', 'same'])
      expect(told([bullets(item('a'))], [p('a')])).toEqual(['reformatted paragraph'])
      expect(told([p('a')], [{ type: 'heading', attrs: { level: 2 }, content: [text('a')] }])).toEqual(['reformatted heading 2'])
    })

    it('how deep an item stands', () => {
      expect(told([bullets(item('a'), item('b'))], [bullets(item('a', bullets(item('b'))))])).toEqual(['same', 'reformatted inward'])
      expect(told([bullets(item('a', bullets(item('b'))))], [bullets(item('a'), item('b'))])).toEqual(['same', 'reformatted outward'])
    })

    it('what is parted, and what is joined', () => {
      expect(told([table(row('a'), row('b'))], [table(row('a')), table(row('b'))])).toEqual(['same', 'reformatted tableParted'])
      expect(told([table(row('a')), p('x'), table(row('b'))], [table(row('a'), row('b'))])).toEqual(['same', 'removed', 'reformatted tableJoined'])
      expect(told([bullets(item('a'), item('b'))], [bullets(item('a')), p('x'), bullets(item('b'))])).toEqual(['same', 'added', 'reformatted listParted'])
      expect(told([table(row('a'), row('x'), row('b'))], [table(row('a'), row('b'))])).toEqual(['same', 'removed', 'same'])
    })

    it('what no reader sees, once', () => {
      expect(told([p('a'), p('b')], [p('a'), paragraph(), p('b')])).toEqual(['same', 'same', 'reformatted unseen'])
      expect(told([{ type: 'paragraph', content: [text('a')] }], [{ content: [text('a')], type: 'paragraph' }])).toEqual(['same'])
    })
  })

  it('loses no word of either text', () => {
    const before = doc(p('a b c'), p('d e'), p('f'))
    const after = doc(p('a x c'), p('f g'), p('h'))
    const side = (kind: 'added' | 'removed') =>
      diffDocuments(before, after)
        .flatMap((change) => change.pieces)
        .filter((piece) => piece.kind === 'same' || piece.kind === kind)
        .map((piece) => piece.text)
        .join(' ')
        .split(/\s+/)
    expect(side('removed')).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(side('added')).toEqual(['a', 'x', 'c', 'f', 'g', 'h'])
  })

  describe('in good examples and alternatives', () => {
    const field = (name: string, ...content: RichNode[]): RichNode => ({ type: 'exampleField', attrs: { name }, content })
    const example = (attrs: object, ...fields: RichNode[]): RichNode => ({ type: 'goodExample', attrs: { ...attrs }, content: fields })
    const side = (attrs: object, ...content: RichNode[]): RichNode => ({ type: 'alternative', attrs: { ...attrs }, content })
    const alternatives = (...content: RichNode[]): RichNode => ({ type: 'alternatives', content })
    const title = field('title', text('Felles vaktlag'))
    const told = (before: RichNode, after: RichNode) =>
      diffDocuments(doc(before), doc(after))
        .filter(({ kind }) => kind !== 'same')
        .map(({ kind, where, pieces }) => `${kind} ${where}: ${pieces.map((piece) => `${piece.kind} ${piece.text.trim()}`).filter((piece) => piece !== 'same ').join(', ')}`)

    it('says what is chosen now, and what was', () => {
      expect(told(example({ status: 'pilot' }, title), example({ status: 'running', group: 'all' }, title))).toEqual([
        'added Felles vaktlag, field.group: added group.all', 'changed Felles vaktlag, field.status: removed status.pilot, added status.running',
      ])
    })

    it('names the example and the field that changed', () => {
      const before = example({}, title, field('parties', text('alle kommuner og sykehuset')))
      const after = example({}, title, field('parties', text('alle kommuner og begge sykehus')), field('contact', text('vakt@example.org')))
      expect(told(before, after)).toEqual([
        'changed Felles vaktlag, field.parties: same alle kommuner og, removed sykehuset, added begge sykehus', 'added Felles vaktlag, field.contact: added vakt@example.org',
      ])
    })

    it('knows an example by more than its title', () => {
      const parties = field('parties', text('alle kommunene'))
      expect(told(example({ status: 'idea' }, title, parties), example({ status: 'idea' }, field('title', text('Felles vaktlag i nord')), parties))).toHaveLength(1)
    })

    it('says in which alternative something changed, and whose an alternative is now', () => {
      const hospital = side({ side: 'hospital' }, p('Sykehuset bør ha vakten.'))
      expect(told(alternatives(side({ side: 'municipal' }, p('Kommunene bør ha vakten.')), hospital), alternatives(side({ side: 'municipal' }, p('Kommunene bør dele vakten.')), hospital))).toEqual([
        'changed side.municipal: same Kommunene bør, removed ha, added dele, same vakten.',
      ])
      const whose = diffDocuments(doc(alternatives(side({}, p('Hver for seg')))), doc(alternatives(side({ side: 'other', label: 'Oslo kommune' }, p('Hver for seg')))))
      expect(whose[0]).toMatchObject({ kind: 'changed', where: 'alternatives', pieces: [{ text: 'alternative 1' }, {}, { text: 'Oslo kommune' }] })
      expect(whose[1]).toMatchObject({ kind: 'reformatted', moved: { before: 'alternative 1', after: 'Oslo kommune' } })
    })

    it('tells another language from another form', () => {
      const sami: RichNode = { ...p('Buorre beaivi'), attrs: { lang: 'se' } }
      expect(diffDocuments(doc(p('Buorre beaivi')), doc(sami))).toMatchObject([{ kind: 'reformatted', lang: 'se', language: { before: undefined, after: 'se' } }])
    })
  })
})
