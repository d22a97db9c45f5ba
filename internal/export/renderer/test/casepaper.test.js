import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedAnswers, difference } from '../changes.js'
import { speaker } from '../words.js'

const told = (before, after) => difference(before, after).map(({ added, text }) => (added ? '+' : '-') + text).join(' ')

test('what changed is told paragraph by paragraph, in order', () => {
  assert.equal(told(['a', 'b', 'c'], ['a', 'b', 'c']), '')
  assert.equal(told(['a', 'b', 'c'], ['a', 'B', 'c', 'd']), '-b +B +d')
  assert.equal(told([], ['a']), '+a')
  assert.equal(told(['a', 'b'], []), '-a -b')
  assert.equal(told(['a', 'b', 'c'], ['c', 'a', 'b']), '+c -c')
})

test('from the difference the text after can be made of the text before', () => {
  const words = 'abacabadabcdaefg'.split('')
  for (let n = 0; n < 200; n++) {
    const pick = (seed) => words.filter((_, i) => (seed * (i + 7)) % 5 > 1)
    const [before, after] = [pick(n), pick(n * 3 + 1)]
    const steps = difference(before, after)
    const removed = steps.filter(({ added }) => !added).map(({ text }) => text).sort()
    const added = steps.filter(({ added }) => added).map(({ text }) => text).sort()
    const kept = before.slice()
    for (const text of removed) kept.splice(kept.indexOf(text), 1)
    assert.deepEqual([...kept, ...added].sort(), after.slice().sort())
  }
})

const text = (value, ...marks) => ({ type: 'text', text: value, ...(marks.length > 0 && { marks }) })
const doc = (...content) => ({ type: 'doc', content: [{ type: 'paragraph', content }] })

test('whoever decides is told of another address and of another shape, and of nothing that is the same', () => {
  const link = (href) => ({ type: 'link', attrs: { href } })
  const told = (before, after) =>
    changedAnswers({ answers: [{ id: 'a', number: 1, language: 'nb', content: after }] }, { a: before }, speaker('nb'))
      .map(({ runs }) => (runs ?? []).map((run) => run.text).join('')).join('|')
  assert.equal(told(doc(text('Les planen', link('https://a.no'))), doc(text('Les planen', link('https://a.no')))), '')
  assert.match(told(doc(text('Les planen', link('https://a.no'))), doc(text('Les planen', link('https://b.no')))), /Fjernet: Les planen \(https:\/\/a\.no\)\|Nytt: Les planen \(https:\/\/b\.no\)/)
  assert.match(told(doc(text('Ja')), doc(text('Ja', { type: 'bold' }))), /Ordene er de samme/)
  assert.equal(told(undefined, { type: 'doc' }), '')
})

test('whoever decides is told of another shape also where words have changed elsewhere, and of none that has not', () => {
  const p = (value) => ({ type: 'paragraph', content: [text(value)] })
  const row = (value) => ({ type: 'tableRow', content: [{ type: 'tableCell', content: [p(value)] }] })
  const list = (type, ...values) => ({ type, content: values.map((value) => ({ type: 'listItem', content: [p(value)] })) })
  const table = (...values) => ({ type: 'table', content: values.map(row) })
  const reshaped = (before, after) =>
    changedAnswers({ answers: [{ id: 'a', number: 1, language: 'nb', content: { type: 'doc', content: after } }] }, { a: { type: 'doc', content: before } }, speaker('nb'))
      .some(({ runs }) => (runs ?? []).some((run) => /er også endret/.test(run.text)))
  assert.equal(reshaped([p('a'), list('bulletList', 'b')], [p('x'), list('orderedList', 'b')]), true)
  assert.equal(reshaped([p('a'), table('b', 'c')], [p('x'), table('b'), table('c')]), true)
  assert.equal(reshaped([p('a'), table('b', 'c'), table('d')], [p('x'), table('c'), p('y'), table('d', 'e')]), false)
  assert.equal(reshaped([p('a'), list('bulletList', 'b', 'c')], [list('bulletList', 'x', 'b', 'y', 'c')]), false)
})

test('what is too long to compare went and came as a whole, between what is the same', () => {
  const many = (sign) => Array.from({ length: 2_100 }, (_, i) => `${sign}${i}`)
  const steps = difference(['først', ...many('a'), 'sist'], ['først', ...many('b'), 'sist'])
  assert.equal(steps.length, 4_200)
  assert.equal(steps.some(({ text }) => text === 'først' || text === 'sist'), false)
})
