import { describe, expect, it } from 'vitest'
import nb from './nb'
import nn from './nn'

type Words = Map<string, string>

function flatten(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]) => {
    const at = path ? `${path}.${key}` : key
    return typeof value === 'string' ? [[at, value] as [string, string]] : flatten(value as object, at)
  })
}
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort().join()
const forms = (text: string) => text.split(' | ').length

const bokmal: Words = new Map(flatten(nb))
const nynorsk: Words = new Map(flatten(nn))
const sources = Object.entries(import.meta.glob<string>('/src/**/*.{vue,ts}', { eager: true, query: '?raw', import: 'default' })).filter(
  ([path]) => !path.endsWith('.spec.ts'),
)

describe('the words of the two written forms', () => {
  it('have the same keys', () => {
    expect([...nynorsk.keys()].sort()).toEqual([...bokmal.keys()].sort())
  })

  it('are never empty, and have the same placeholders and number of forms', () => {
    const uneven = [...bokmal].filter(([key, text]) => {
      const other = nynorsk.get(key) ?? ''
      return !text.trim() || !other.trim() || placeholders(text) !== placeholders(other) || forms(text) !== forms(other)
    })
    expect(uneven.map(([key]) => key)).toEqual([])
  })

  it('hold every key that a page asks for', () => {
    const known = (key: string) => bokmal.has(key)
    const asked = sources.flatMap(([path, source]) => [...source.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => [path, match[1]!]))
    expect(asked.length).toBeGreaterThan(50)
    expect(asked.filter(([, key]) => !known(key!))).toEqual([])
  })

  it('hold something under every prefix that a page builds keys from', () => {
    const keys = [...bokmal.keys()]
    const asked = sources.flatMap(([path, source]) => [...source.matchAll(/\bt\(\s*`([\w.]+\.\w*)\$\{/g)].map((match) => [path, match[1]!]))
    expect(asked.filter(([, prefix]) => !keys.some((key) => key.startsWith(prefix!)))).toEqual([])
  })
})
