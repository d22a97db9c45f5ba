/**
 * Colours that tell people apart in a text. White letters on each, and each as a thin line on the
 * light and on the dark page, can be read: see the test.
 */
export const colours = {
  blue: '#1a6fd6',
  red: '#d0342c',
  green: '#1f7f3f',
  purple: '#8a4fd3',
  orange: '#b3590f',
  teal: '#0f7c85',
  pink: '#c93a80',
  olive: '#6f7412',
  brown: '#99613a',
  slate: '#5b7083',
} as const

export type ColourName = keyof typeof colours

export const colourNames = Object.keys(colours) as ColourName[]

/** The same colour for the same account, on every page and day. */
export function colourFor(accountId: string): ColourName {
  let sum = 0
  for (const char of accountId) sum = (sum * 31 + char.codePointAt(0)!) >>> 0
  return colourNames[sum % colourNames.length]!
}
