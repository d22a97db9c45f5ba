import { describe, expect, it } from 'vitest'
import { diffDocuments } from './diff'
import type { RichNode } from './richtext'

const text = (value: string, ...marks: string[]): RichNode => ({ type: 'text', text: value, marks: marks.map((type) => ({ type })) })
const paragraph = (...content: RichNode[]): RichNode => ({ type: 'paragraph', content })
const doc = (...content: RichNode[]): RichNode => ({ type: 'doc', content })
const p = (value: string) => paragraph(text(value))

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
    expect(kinds(doc(p('Overskrift')), doc({ type: 'heading', attrs: { level: 1 }, content: [text('Overskrift')] }))).toEqual(['reformatted'])
  })

  it('goes into lists and tables', () => {
    const item = (value: string): RichNode => ({ type: 'listItem', content: [p(value)] })
    const row = (...cells: string[]): RichNode => ({ type: 'tableRow', content: cells.map((cell) => ({ type: 'tableCell', content: [p(cell)] })) })
    const before = doc({ type: 'bulletList', content: [item('barn og unge')] }, { type: 'table', content: [row('2021', '4 møter')] })
    const after = doc({ type: 'bulletList', content: [item('barn og unge'), item('eldre')] }, { type: 'table', content: [row('2021', '5 møter')] })
    expect(diffDocuments(before, after).map(({ kind, block }) => `${kind} ${block}`)).toEqual(['same listItem', 'added listItem', 'changed tableRow'])
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
})
