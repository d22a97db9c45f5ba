import { plainCharacters } from './blocks'
import { count, newReport, type Report } from './report'

interface Line {
  text: string
  indent: number
  bullet?: string
  number?: number
  /** The bullet or number as it was written. */
  marker: string
}

/**
 * Plain text, as it comes out of a PDF or a mail, as paragraphs and lists. Lines that are clearly broken by a margin are
 * put together again, also where a word is divided. Nothing is guessed where it is not clear: then a line is a paragraph.
 */
export function readPlain(text: string, page: Document): { content: HTMLElement; report: Report } {
  const report = newReport()
  const raw = unquoted(plainCharacters(text).split(/\r\n?|\n|\f|\u2028|\u2029/), report)
  const width = marginOf(raw)
  const lines = (width > 0 ? withoutPageNumbers(raw, report) : raw).map(lineOf)
  onlyRealLists(lines, 6)
  const blocks = width > 0 ? joined(lines, width, report) : lines.filter(({ text: words }) => words)
  onlyRealLists(blocks, 0)
  const content = page.createElement('div')
  for (let at = 0; at < blocks.length; ) {
    const to = endOfList(blocks, at)
    content.append(to > at ? listOf(blocks.slice(at, to), page) : paragraph(blocks[at]!.text, page))
    at = Math.max(to, at + 1)
  }
  return { content, report }
}

/** Mail marks what it answers to with an arrow before every line. */
function unquoted(lines: string[], report: Report): string[] {
  const arrow = /^\s*(?:>\s?)+/
  if (lines.filter((line) => arrow.test(line)).length < 2) return lines
  count(report, 'quotes', lines.filter((line, index) => arrow.test(line) && !arrow.test(lines[index - 1] ?? '')).length)
  return lines.map((line) => line.replace(arrow, ''))
}

const ended = /[.!?:;…»”"]$/
const goesOn = /^[\p{Ll}(]/u
const item = /^(\s*)(?:([•●▪◦‣○■·–—*-]|o(?=\t))|((\d{1,3})[.)]))[\s]+(?=\S)/u

/** How wide the lines are that end where a margin was, not where a sentence did. Nothing where the text is not wrapped. */
function marginOf(lines: string[]): number {
  const lengths = lines.map((line) => line.trim().length).filter((length) => length > 0).sort((a, b) => a - b)
  const width = lengths[Math.floor(lengths.length * 0.9)] ?? 0
  if (width < 35 || (lengths.at(-1) ?? 0) > 160) return 0
  const broken = lines.filter((line, index) => isBroken(line.trim(), (lines[index + 1] ?? '').trim(), width))
  return broken.length >= 2 && broken.length >= lengths.length * 0.15 ? width : 0
}

function isBroken(line: string, next: string, width: number): boolean {
  return line.length >= width * 0.6 && !ended.test(line) && goesOn.test(next)
}

const pageNumber = /^(?:(?:side|s\.)\s*)?[-–]?\s*\d{1,3}\s*[-–]?(?:\s*(?:av|\/)\s*\d{1,3})?$/i

/** Alone on a line, and not one of a column of figures. */
function withoutPageNumbers(lines: string[], report: Report): string[] {
  const filled = lines.filter((line) => line.trim())
  const numbers = new Set(filled.filter((line, at) => pageNumber.test(line.trim()) && ![filled[at - 1], filled[at + 1]].some((beside) => beside !== undefined && pageNumber.test(beside.trim()))))
  const kept: string[] = []
  for (const [at, line] of lines.entries()) {
    if (!numbers.has(line)) kept.push(line)
    else {
      count(report, 'pageNumbers')
      // The sentence goes on over the page, whatever white stood around the number.
      while (kept.at(-1)?.trim() === '' && goesOn.test((lines.slice(at + 1).find((next) => next.trim()) ?? '').trim())) kept.pop()
    }
  }
  return kept
}

function lineOf(line: string): Line {
  const [start, space = '', bullet, numbered, number] = item.exec(line) ?? []
  const indent = (start === undefined ? /^\s*/.exec(line)![0] : space).replaceAll('\t', '    ').length
  return { text: line.slice(start?.length ?? 0).replace(/\s+/g, ' ').trim(), indent, bullet, number: number === undefined ? undefined : Number(number), marker: bullet ?? numbered ?? '' }
}

/**
 * A dash may be somebody's words, and a number a date or a heading's: they are a list when another item of it follows, or
 * came before, with no more than so many other lines between.
 */
function onlyRealLists(lines: Line[], between: number): void {
  const filled = lines.filter(({ text }) => text)
  const doubtful = filled.filter((one, at) => isItem(one) && !/[•●▪◦‣○■]/.test(one.bullet ?? '') && !hasOther(filled, at, 1, between) && !hasOther(filled, at, -1, between))
  for (const one of doubtful) {
    one.text = `${one.marker} ${one.text}`
    one.bullet = one.number = undefined
  }
}

function hasOther(lines: Line[], at: number, step: 1 | -1, between: number): boolean {
  const one = lines[at]!
  for (let to = at + step, others = 0; lines[to] && others <= between; to += step) {
    const line = lines[to]!
    if (!isItem(line)) others++
    else if (one.bullet ? line.bullet === one.bullet : line.number === one.number! + step) return true
  }
  return false
}

const isItem = ({ bullet, number }: Line) => bullet !== undefined || number !== undefined

function joined(lines: Line[], width: number, report: Report): Line[] {
  const blocks: Line[] = []
  let open: Line | undefined
  let last = ''
  for (const line of lines) {
    const full = last.length >= width * 0.8 && !/[.!?:]$/.test(last)
    if (open && line.text && !isItem(line) && (full || last.length >= width * 0.92 || goesOn.test(line.text))) {
      open.text = together(open.text, line.text)
      count(report, 'wrappedLines')
    } else if (line.text) {
      open = { ...line }
      blocks.push(open)
    } else open = undefined
    last = line.text
  }
  return blocks
}

/** A word that was divided is whole again; `kommune- og` keeps its hyphen. */
function together(before: string, after: string): string {
  if (!/\p{L}-$/u.test(before) || !/^\p{Ll}/u.test(after)) return `${before} ${after}`
  return /^(og|eller|samt|til)\b/.test(after) ? `${before} ${after}` : before.slice(0, -1) + after
}

function endOfList(blocks: Line[], from: number): number {
  const ordered = blocks[from]!.number !== undefined
  let to = from
  while (to < blocks.length && isItem(blocks[to]!) && (blocks[to]!.indent > blocks[from]!.indent || (blocks[to]!.number !== undefined) === ordered)) to++
  return to
}

function listOf(items: Line[], page: Document): HTMLElement {
  const { indent, number } = items[0]!
  const list = page.createElement(number === undefined ? 'ul' : 'ol')
  if (number !== undefined && number !== 1) list.setAttribute('start', String(number))
  for (let at = 0; at < items.length; ) {
    let to = at + 1
    while (to < items.length && items[to]!.indent > indent) to++
    const made = page.createElement('li')
    made.append(paragraph(items[at]!.text, page))
    if (to > at + 1) made.append(listOf(items.slice(at + 1, to), page))
    list.append(made)
    at = to
  }
  return list
}

function paragraph(text: string, page: Document): HTMLElement {
  const made = page.createElement('p')
  made.textContent = text
  return made
}
