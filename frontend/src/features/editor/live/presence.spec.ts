import { describe, expect, it } from 'vitest'
import { colourFor, colourNames, colours } from './colours'
import { readParticipant, whoIsHere } from './presence'

const kari = { name: 'Koordinator', organisation: 'Lillevik kommune', colour: 'blue' }
const states = (...users: unknown[]) => new Map(users.map((user, client) => [client, { user }]))

describe('who is here', () => {
  it('puts oneself first, the others by name, and counts two windows as one person', () => {
    const others = [{ ...kari, name: 'Åse' }, { ...kari, name: 'Bo' }, kari, { ...kari, name: 'Bo' }]
    expect(whoIsHere(states(...others), 2).map(({ name, me }) => [name, me])).toEqual([
      ['Koordinator', true],
      ['Bo', false],
      ['Åse', false],
    ])
  })

  it('takes nothing on trust', () => {
    expect(readParticipant(undefined)).toBeUndefined()
    expect(readParticipant({ name: '  ' })).toBeUndefined()
    expect(readParticipant({ name: { toString: () => 'x' } })).toBeUndefined()
    const odd = readParticipant({ name: 'x'.repeat(9000), organisation: 7, colour: 'url(//elsewhere)' })!
    expect(odd.name).toHaveLength(120)
    expect(odd.organisation).toBe('')
    expect(colourNames).toContain(odd.colour)
  })
})

describe('colours', () => {
  const white = 1
  const darkPage = luminance('#0c0c0e')

  it.each(Object.entries(colours))('%s can be read under white letters and as a line on a dark page', (_name, hex) => {
    expect(contrast(white, luminance(hex))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(luminance(hex), darkPage)).toBeGreaterThanOrEqual(3)
  })

  it('are the same for the same account, and spread over accounts', () => {
    expect(colourFor('0b6f')).toBe(colourFor('0b6f'))
    expect(new Set(Array.from({ length: 200 }, (_, i) => colourFor(`account-${i}`))).size).toBe(colourNames.length)
  })
})

/** As WCAG 2 defines them. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}
