import { describe, expect, it } from 'vitest'
import { textIn } from './language'
import { formatBytes, formatNumber, formatShare } from './numbers'
import { compareNorwegian, matches, sortedBy } from './sort'
import { countWords, listed } from './words'
import { isEmptyDocument, plainText, safeHref } from './richtext'

describe('sort', () => {
  it('puts Æ, Ø and Å last, and counts as people do', () => {
    const names = ['Ålesund', 'Ørland', 'Askøy', 'Ævestad', 'Zürich', 'Bø']
    expect(sortedBy(names, (name) => name)).toEqual(['Askøy', 'Bø', 'Zürich', 'Ævestad', 'Ørland', 'Ålesund'])
    expect(['Svar 10', 'Svar 2'].sort(compareNorwegian)).toEqual(['Svar 2', 'Svar 10'])
  })

  it('finds rows by all the words, whatever the case', () => {
    expect(matches('Ørland kommune, Trøndelag', 'ØRLAND trø')).toBe(true)
    expect(matches('Ørland kommune', 'Ørland trø')).toBe(false)
  })
})

describe('numbers', () => {
  it('writes them the Norwegian way', () => {
    expect(formatNumber(12345)).toBe('12\u00a0345')
    expect(formatShare(19, 36)).toBe('53\u00a0%')
    expect(formatShare(0, 0)).toBe('0\u00a0%')
    expect(formatBytes(1_234_567)).toBe('1,2\u00a0MB')
    expect(formatBytes(0)).toBe('0\u00a0byte')
  })
})

describe('texts in two written forms', () => {
  it('falls back to the other form and says which one it is', () => {
    expect(textIn({ nb: 'Ja', nn: 'Jau' }, 'nn')).toEqual({ text: 'Jau', lang: 'nn' })
    expect(textIn({ nb: 'Ja' }, 'nn')).toEqual({ text: 'Ja', lang: 'nb' })
    expect(textIn({}, 'nn')).toEqual({ text: '', lang: 'nn' })
  })
})

describe('words', () => {
  it('counts hyphenated words as one and punctuation as none', () => {
    expect(countWords('Helse- og omsorgstenesta: e-helse, 3,5 prosent – «ja»!')).toBe(8)
    expect(countWords(' \n ')).toBe(0)
  })
})

describe('rich text', () => {
  const doc = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'a' }, { type: 'hardBreak' }, { type: 'text', text: 'b' }] }] }

  it('knows its plain text', () => {
    expect(plainText(doc)).toBe('a\nb')
    expect(isEmptyDocument(doc)).toBe(false)
    expect(isEmptyDocument({ type: 'doc', content: [{ type: 'paragraph' }] })).toBe(true)
    expect(isEmptyDocument(undefined)).toBe(true)
    const within = (type: string, content: object[]) => ({ type: 'doc', content: [{ type, attrs: { status: 'idea' }, content }] }) as never
    expect(isEmptyDocument(within('goodExample', [{ type: 'exampleField', attrs: { name: 'title' } }]))).toBe(true)
    expect(isEmptyDocument(within('goodExample', [{ type: 'exampleField', attrs: { name: 'title' }, content: [{ type: 'text', text: 'Vaktlag' }] }]))).toBe(false)
    expect(isEmptyDocument(within('alternatives', [{ type: 'alternative', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Nei' }] }] }]))).toBe(false)
  })

  it.each(['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '//evil.example', '/relative', 7])('refuses the address %s', (href) => {
    expect(safeHref(href)).toBeUndefined()
  })

  it('lets ordinary addresses through', () => {
    expect(safeHref('https://example.no/a?b=c')).toBe('https://example.no/a?b=c')
    expect(safeHref('mailto:post@example.no')).toBe('mailto:post@example.no')
  })
})

describe('listed', () => {
  it('joins words as people write them, and counts those that are too many', () => {
    expect(listed([])).toBe('')
    expect(listed([4])).toBe('4')
    expect(listed(['a', 'b', 'c'])).toBe('a, b og c')
    expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b og 2 til')
    expect(listed(['a', 'b'], 2)).toBe('a og b')
  })
})
