import assert from 'node:assert/strict'
import { test } from 'node:test'
import { difference } from '../changes.js'

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
