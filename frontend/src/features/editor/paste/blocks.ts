import { all, isElement, renamed, textOf, texts, unwrap } from './dom'
import { count, type Report } from './report'

const invisible = /[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Words as one would have typed them: no hidden hyphens, and spaces that hold together only between the digits of a number. */
export function plainCharacters(text: string): string {
  return text
    .normalize('NFC')
    .replace(invisible, '')
    .replaceAll('\u2011', '-')
    .replace(/(?<!\d)[\u00a0\u202f]|[\u00a0\u202f](?!\d)/g, ' ')
}

const raised = { from: '0123456789+-=()ni', to: '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ' }
const lowered = { from: '0123456789+-=()n', to: '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ' }

export function tidyCharacters(page: Document, report: Report): void {
  for (const node of texts(page.body)) {
    const plain = plainCharacters(node.data)
    if (plain !== node.data) node.data = plain
  }
  for (const element of all(page, 'sup, sub')) {
    const { from, to } = element.localName === 'sup' ? raised : lowered
    const words = textOf(element)
    if (![...words].every((sign) => from.includes(sign))) count(report, 'offLine')
    else if (words) element.replaceWith([...words].map((sign) => to[from.indexOf(sign)]).join(''))
  }
}

const blocks = 'p, div, h1, h2, h3, h4, h5, h6, li, ul, ol, table, section, article, header, footer'

/** One paragraph for each paragraph: two line breaks part them, nothing empty stands between them. */
export function tidyBlocks(page: Document): void {
  const parted = new Set(all(page, 'br + br').map(({ parentElement }) => parentElement!))
  for (const element of parted) if (element.matches('body, p, div, td, th, li, section, article')) partAtDoubleBreaks(element)
  for (const line of all(page, 'br')) if ([line.previousSibling, line.nextSibling].some((beside) => isElement(beside) && beside.matches(blocks))) line.remove()
  for (const element of all(page, 'h1, h2, h3, h4, h5, h6')) {
    all(element, 'b, strong').forEach(unwrap)
    all(element, '[style*="font-weight"]').forEach((span) => span.removeAttribute('style'))
  }
  for (const element of all(page, blocks).reverse()) if (!textOf(element)) element.remove()
}

function partAtDoubleBreaks(element: HTMLElement): void {
  const runs: ChildNode[][] = [[]]
  for (const node of [...element.childNodes]) {
    const next = nextWords(node)
    if (isBreak(node) && (isBreak(next) || runs.at(-1)!.length === 0)) {
      if (runs.at(-1)!.length > 0) runs.push([])
    } else if (isElement(node) && node.matches(blocks)) runs.push([node], [])
    else if (!(isBreak(node) && !next) && (isElement(node) || textOf(node) || runs.at(-1)!.length > 0)) runs.at(-1)!.push(node)
  }
  element.replaceChildren(...runs.flatMap((run) => (run.length === 1 && isElement(run[0]!) && run[0].matches(blocks) ? run : run.length > 0 ? [inParagraph(element, run)] : [])))
  if (element.localName === 'p') unwrap(renamed(element, 'div'))
}

function nextWords(node: ChildNode): ChildNode | null {
  let next = node.nextSibling
  while (next && !isElement(next) && !textOf(next)) next = next.nextSibling
  return next
}
const isBreak = (node: ChildNode | null) => isElement(node) && node.localName === 'br'

function inParagraph(element: HTMLElement, run: ChildNode[]): HTMLElement {
  const paragraph = element.ownerDocument.createElement('p')
  paragraph.append(...run)
  return paragraph
}
