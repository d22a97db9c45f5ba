import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerBlocks, clean } from '../answer.js'
import { speaker } from '../words.js'

const text = (text, ...marks) => ({ type: 'text', text, marks })
const para = (...content) => ({ type: 'paragraph', content })
const heading = (level, ...content) => ({ type: 'heading', attrs: { level }, content })
const blocks = (...content) => answerBlocks({ type: 'doc', content }, 2, speaker('nb'))

test('heading levels are kept apart and never skipped', () => {
  const levels = (...wanted) => blocks(...wanted.map((level) => heading(level, text('x')))).map((block) => block.level)
  assert.deepEqual(levels(1, 2, 3, 1), [2, 3, 4, 2])
  assert.deepEqual(levels(3, 3, 1, 3, 2), [2, 2, 2, 3, 3])
  assert.deepEqual(levels(2, 1, 3), [2, 2, 3])
})

test('empty headings and paragraphs leave nothing behind', () => {
  assert.deepEqual(blocks(heading(1), para(), para(text(' ')), para({ type: 'hardBreak' })), [])
  assert.deepEqual(answerBlocks(null, 2), [])
  assert.deepEqual(answerBlocks({ type: 'doc', content: [null, 'x', 7] }, 2), [])
})

test('a link goes to the web, to mail or to a telephone, or is plain text', () => {
  const hrefOf = (href) => blocks(para(text('x', { type: 'link', attrs: { href } })))[0].runs[0].href
  for (const good of ['https://a.no', 'mailto:a@b.no', 'tel:+4712345678']) assert.equal(hrefOf(good), good)
  for (const bad of ['javascript:alert(1)', 'file:///etc/passwd', '', null, undefined, '//a.no']) assert.equal(hrefOf(bad), undefined)
})

test('lists too deep to read become flat and keep their order', () => {
  const nest = (depth) => ({ type: 'bulletList', content: [{ type: 'listItem', content: [para(text(`d${depth}`)), ...(depth < 40 ? [nest(depth + 1)] : [])] }] })
  const depthOf = (list) => 1 + Math.max(0, ...list.items.flat().filter((block) => block.kind === 'list').map(depthOf))
  const textsOf = (list) => list.items.flat().flatMap((block) => (block.kind === 'list' ? textsOf(block) : block.runs[0].text))
  const [list] = blocks(nest(1))
  assert.equal(depthOf(list), 5)
  assert.deepEqual(textsOf(list), Array.from({ length: 40 }, (_, i) => `d${i + 1}`))
})

test('every table is a full grid that keeps its text', () => {
  const cell = (name, attrs, type = 'tableCell') => ({ type, attrs, content: [para(text(name))] })
  const row = (...content) => ({ type: 'tableRow', content })
  const tables = {
    ragged: [row(cell('a'), cell('b'), cell('c')), row(cell('d'))],
    wide: [row(cell('a', { colspan: 9 })), row(cell('b'), cell('c'))],
    tall: [row(cell('a', { rowspan: 9 }), cell('b')), row(cell('c'))],
    tallHeader: [row(cell('a', { rowspan: 3 }, 'tableHeader'), cell('b', {}, 'tableHeader')), row(cell('c'), cell('d'))],
    crowded: [row(cell('a', { rowspan: 2, colspan: 2 }), cell('b')), row(cell('c', { colspan: 2 }), cell('d'), cell('e'))],
    odd: [row(cell('a', { colspan: -1, rowspan: 'x' })), row()],
    headersOnly: [row(cell('a', {}, 'tableHeader')), row(cell('b', {}, 'tableHeader'))],
  }
  for (const [name, rows] of Object.entries(tables)) {
    const [table] = blocks({ type: 'table', content: rows })
    const covered = table.rows.map(() => 0)
    table.rows.forEach((cells, y) => {
      for (const { colspan, rowspan } of cells) for (let dy = 0; dy < rowspan; dy++) covered[y + dy] += colspan
    })
    assert.deepEqual(covered, table.rows.map(() => table.columns), name)
    const want = rows.flatMap((r) => r.content.map((c) => c.content[0].content[0].text))
    const got = table.rows.flat().flatMap((c) => c.blocks.map((block) => block.runs[0].text))
    assert.deepEqual(got.toSorted(), want.toSorted(), name)
    assert.ok(table.headerRows < table.rows.length, name)
  }
})

test('what cannot be written is left out, the rest is kept', () => {
  assert.equal(clean('a\u0000b\u202Ec\ud800d\ufffee\u2028f\tg'), 'abc\ufffdde f g')
  assert.equal(clean('Čáŋŧŋ 😀 漢'), 'Čáŋŧŋ 😀 漢')
})

test('an example is its fields in their order, and nothing of it is lost where it cannot stand by itself', () => {
  const field = (name, ...content) => ({ type: 'exampleField', attrs: { name }, content })
  const card = (attrs, ...content) => ({ type: 'goodExample', attrs, content })
  const told = (block) => block.blocks.map(({ runs }) => runs.map((run) => run.text).join(''))
  const [block] = blocks(card({ status: 'running', group: 'martians' }, field('cost', text('lite')), field('title', text('A')), field('link', text('https://a.no')), field('title', text('B'))))
  assert.equal(block.name, 'A B')
  assert.deepEqual(told(block), ['Godt eksempel', 'A B', 'Pasientgruppe: martians', 'Status: i drift', 'Lenke: https://a.no', 'cost: lite'])
  assert.equal(block.blocks[4].runs[1].href, 'https://a.no')
  assert.equal(blocks(card({}, field('link', text('javascript:x'))))[0].blocks[1].runs[1].href, undefined)
  assert.deepEqual(blocks(card({}), card({}, field('title', text(' '))), card(undefined)), [])
  const inCell = { type: 'table', content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [card({ status: 'idea' }, field('title', text('A')))] }] }] }
  assert.deepEqual(told(blocks(inCell)[0].rows[0][0]), ['Godt eksempel', 'A', 'Status: idé'])
})

test('each alternative stands under its name, without headings of its own', () => {
  const side = (attrs, ...content) => ({ type: 'alternative', attrs, content })
  const [block] = blocks({ type: 'alternatives', content: [side({ side: 'hospital' }, heading(1, text('x'))), side({ side: 'other', label: 'Oslo' }), side(undefined, para(text('y')))] })
  assert.deepEqual(block.sides.map(({ name }) => name), ['Sykehusets tekst', 'Oslo', 'Alternativ 3'])
  assert.deepEqual(block.sides.map(({ blocks: [first] }) => [first.kind, first.runs[0].text]), [['paragraph', 'x'], ['paragraph', 'Ingen tekst'], ['paragraph', 'y']])
  assert.deepEqual(blocks({ type: 'alternatives' }), [])
})

test('a paragraph has the language that its writer gave it, if there is one', () => {
  const langs = blocks(...['se', 'x"y', undefined].map((lang) => ({ ...para(text('x')), attrs: { lang } }))).map((block) => block.lang)
  assert.deepEqual(langs, ['se', undefined, undefined])
})
