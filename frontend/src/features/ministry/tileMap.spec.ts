import { describe, expect, it } from 'vitest'
import { tilesFor } from './tileMap'

describe('the tile map', () => {
  const known = [
    'finnmark', 'troms-og-ofoten', 'lofoten-vesteralen-salten', 'helgeland', 'nord-trondelag', 'st-olavs', 'more-og-romsdal', 'sogn-og-fjordane',
    'bergen', 'fonna', 'sor-rogaland', 'ostfold', 'ahus', 'innlandet', 'vest-viken', 'vestfold', 'telemark', 'agder', 'oslo',
  ].map((id) => ({ id, name: id }))

  it('gives the 19 communities a place each', () => {
    const tiles = tilesFor(known)
    expect(new Set(tiles.map((tile) => `${tile.column}/${tile.row}`)).size).toBe(19)
    expect(Math.max(...tiles.map((tile) => tile.row))).toBe(9)
  })

  it('keeps a community that it has never heard of', () => {
    const [tile] = tilesFor([{ id: 'nytt', name: 'Nytt helsefellesskap' }])
    expect(tile).toEqual({ id: 'nytt', column: 1, row: 10, short: 'Nytt helsefellesskap' })
  })
})
