import { all, outermost, renamed, styleOf, textOf } from './dom'
import { count, type Report } from './report'

/**
 * Tables of data stay tables, with a header row where the first row looks like one. What is a table only to stand in
 * place (a signature, a mail's header, a frame around a paragraph) becomes paragraphs, and so does a table in a table.
 */
export function plainTables(page: Document, report: Report): void {
  for (const table of all(page, 'table') as HTMLTableElement[]) {
    if (!table.isConnected) continue
    const inner = table.parentElement?.closest('table')
    leaveOutEmptyRows(table)
    if (inner || isLayout(table)) {
      if (inner || !isBare(table)) count(report, 'tables')
      table.replaceWith(...paragraphsOf(table))
    } else makeHeaderRow(table)
  }
}

function rowsOf(table: HTMLTableElement): HTMLTableRowElement[] {
  return [...table.rows]
}

function isLayout(table: HTMLTableElement): boolean {
  const rows = rowsOf(table)
  const columns = Math.max(0, ...rows.map(({ cells }) => [...cells].reduce((sum, { colSpan }) => sum + colSpan, 0)))
  if (/^(presentation|none)$/.test(table.getAttribute('role') ?? '') || rows.length < 2 || columns < 2) return true
  return isMailHeader(rows) || (isBare(table) && table.querySelector('table') !== null && table.querySelector('th') === null)
}

/** Nothing is drawn around its cells: it is there to put things in place. */
function isBare(table: HTMLTableElement): boolean {
  const drawn = [table, ...[...table.rows].flatMap(({ cells }) => [...cells]).slice(0, 4)].some((element) => /border[\w-]*:[^;]*\b(solid|double|dotted|dashed)/.test(styleOf(element)))
  return !drawn && !(Number(table.getAttribute('border')) > 0) && !/\bMsoTableGrid\b/.test(table.className)
}

const mailLabel = /^(fra|til|kopi|sendt|dato|emne|vedlegg|from|to|cc|sent|date|subject|attachments):?$/i
const isMailHeader = (rows: HTMLTableRowElement[]) => rows.every(({ cells }) => cells.length === 2 && mailLabel.test(textOf(cells[0]!)))

function paragraphsOf(table: HTMLTableElement): Node[] {
  const rows = rowsOf(table)
  const page = table.ownerDocument
  if (isMailHeader(rows)) return rows.map(({ cells }) => paragraph(page, `${textOf(cells[0]!)} ${textOf(cells[1]!)}`))
  return [...all(table, ':scope > caption'), ...rows.flatMap(({ cells }) => [...cells])].map((cell) => {
    const block = page.createElement('div')
    block.append(...cell.childNodes)
    return block
  })
}

function paragraph(page: Document, words: string): HTMLElement {
  const made = page.createElement('p')
  made.append(words)
  return made
}

/** Word keeps the widths of misaligned columns in a row without height. */
function leaveOutEmptyRows(table: HTMLTableElement): void {
  const spans = table.querySelector('[rowspan]:not([rowspan="1"])') !== null
  for (const row of rowsOf(table)) {
    const empty = !textOf(row)
    if (empty && (!spans || row.getAttribute('height') === '0' || /\bheight:\s*0/.test(styleOf(row)))) row.remove()
  }
  const caption = table.caption
  if (caption && !table.parentElement?.closest('table')) table.before(renamed(caption, 'p'))
}

function makeHeaderRow(table: HTMLTableElement): void {
  const [first, ...others] = rowsOf(table)
  if (!first || first.querySelector('th')) return
  const stands = (row: HTMLTableRowElement) => [...row.cells].every((cell) => !textOf(cell) || isBold(cell))
  if (first.parentElement?.localName !== 'thead' && (!stands(first) || others.every(stands))) return
  for (const cell of [...first.cells]) {
    const { colSpan, rowSpan } = cell
    const header = renamed(cell, 'th') as HTMLTableCellElement
    Object.assign(header, { colSpan, rowSpan })
    for (const bold of outermost(all(header, 'b, strong'))) bold.replaceWith(...bold.childNodes)
  }
}

const bold = /font-weight:\s*(bold|[6-9]00)/
function isBold(cell: Element): boolean {
  const marked = all(cell, 'b, strong, [style*="font-weight"]').filter((element) => element.matches('b, strong') ? !/font-weight:\s*(normal|400)/.test(styleOf(element)) : bold.test(styleOf(element)))
  return bold.test(styleOf(cell)) || outermost(marked).reduce((length, element) => length + textOf(element).length, 0) >= textOf(cell).length
}
