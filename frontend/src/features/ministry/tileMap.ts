/**
 * Where each health community stands in the tile map: column and row, from north to south and west to
 * east, so that neighbours stay neighbours. A community that is not here gets a place below the others.
 */
const places: Record<string, { column: number; row: number; short: string }> = {
  'troms-og-ofoten': { column: 5, row: 1, short: 'Troms, Ofoten' },
  finnmark: { column: 6, row: 1, short: 'Finnmark' },
  'lofoten-vesteralen-salten': { column: 4, row: 2, short: 'Lofoten, Salten' },
  helgeland: { column: 4, row: 3, short: 'Helge\u00adland' },
  'nord-trondelag': { column: 3, row: 4, short: 'Nord-Trønde\u00adlag' },
  'more-og-romsdal': { column: 1, row: 5, short: 'Møre og Romsdal' },
  'st-olavs': { column: 2, row: 5, short: 'St. Olavs' },
  'sogn-og-fjordane': { column: 1, row: 6, short: 'Sogn og Fjordane' },
  innlandet: { column: 3, row: 6, short: 'Innlandet' },
  bergen: { column: 1, row: 7, short: 'Bergen' },
  'vest-viken': { column: 2, row: 7, short: 'Vest-Viken' },
  oslo: { column: 3, row: 7, short: 'Oslo' },
  ahus: { column: 4, row: 7, short: 'Ahus' },
  fonna: { column: 1, row: 8, short: 'Fonna' },
  telemark: { column: 2, row: 8, short: 'Telemark' },
  vestfold: { column: 3, row: 8, short: 'Vestfold' },
  ostfold: { column: 4, row: 8, short: 'Østfold' },
  'sor-rogaland': { column: 1, row: 9, short: 'Sør-Roga\u00adland' },
  agder: { column: 2, row: 9, short: 'Agder' },
}
const columns = 6
const lastRow = 9

export interface Tile {
  id: string
  column: number
  row: number
  short: string
}

export function tilesFor(communities: readonly { id: string; name: string }[]): Tile[] {
  let spare = 0
  return communities.map(({ id, name }) => {
    const place = places[id]
    if (place) return { id, ...place }
    const tile = { id, column: 1 + (spare % columns), row: lastRow + 1 + Math.floor(spare / columns), short: name }
    spare++
    return tile
  })
}
