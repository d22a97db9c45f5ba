import assert from 'node:assert/strict'
import { test } from 'node:test'
import { speaker, words } from '../words.js'

const slots = (text) => [text].flat().join(' ').match(/\{\w+\}/g)?.sort() ?? []

test('both languages say the same things', () => {
  assert.deepEqual(Object.keys(words.nn), Object.keys(words.nb))
  for (const [key, text] of Object.entries(words.nb)) {
    assert.deepEqual(slots(words.nn[key]), slots(text), key)
    assert.equal([words.nn[key]].flat().length, [text].flat().length, key)
  }
})

test('dates, delays and lists are written as people write them', () => {
  const nb = speaker('nb')
  const nn = speaker('nn')
  assert.equal(nb.date('2022-04-01'), '1. april 2022')
  assert.equal(nb.instant('2022-03-31T21:59:00Z'), '31. mars 2022 kl. 23.59')
  assert.equal(nb.instant('2022-01-31T23:05:00Z'), '1. februar 2022 kl. 00.05')
  assert.equal(nb.duration(1), '1 sekund')
  assert.equal(nb.duration(3600 + 120 + 5), '1 time og 2 minutter')
  assert.equal(nn.duration(2 * 86400 + 3600), '2 dagar og 1 time')
  assert.equal(nn.duration(90 * 60), '1 time og 30 minutt')
  assert.equal(nb.join(['A']), 'A')
  assert.equal(nb.join(['A', 'B', 'C']), 'A, B og C')
})
