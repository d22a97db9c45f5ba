/** A column of a DataTable. `value` is what it sorts and filters by; a slot `cell-<key>` may show it otherwise. */
export interface Column<Row> {
  key: string
  label: string
  value: (row: Row) => string | number | undefined
  sortable?: boolean
  align?: 'start' | 'end'
  /** The column that names the row: its cells are row headings. */
  heading?: boolean
}

export interface SortOrder {
  key: string
  descending: boolean
}
