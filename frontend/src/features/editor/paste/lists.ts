import { all, styleOf, textOf } from './dom'
import { count, type Report } from './report'

interface Item {
  element: HTMLElement
  level: number
  /** A bullet has none. */
  number?: number
  lettered?: boolean
}

const lettered = ['[type="a" i]', '[type="i" i]', ...['alpha', 'latin', 'roman'].flatMap((kind) => [`[style*="lower-${kind}" i]`, `[style*="upper-${kind}" i]`])].join(', ')

/**
 * Lists that only look like lists. Word writes items as paragraphs, with the level in a style and the bullet in the text;
 * Word in the browser gives every item a list of its own; Google Docs puts lists into lists, between the items.
 */
export function makeLists(page: Document, report: Report): void {
  const made = (items: Item[]) => listOf(items, page, report)
  count(report, 'letteredLists', all(page, 'ol').filter((list) => isLettered(list) && !list.closest('.ListContainerWrapper')).length)
  rebuild(made, all(page, 'p, div').filter((element) => levelOf(element) > 0), (element) => [itemOf(element)])
  all(page, '[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]').forEach((marker) => marker.replaceWith(`${textOf(marker)} `))
  rebuild(made, all(page, '.ListContainerWrapper'), (wrapper) => all(wrapper, 'li').map(onlineItem))
  for (const list of all(page, 'ul > ul, ul > ol, ol > ul, ol > ol')) {
    const before = list.previousElementSibling
    if (before?.localName === 'li') before.append(list)
    else wrap(list, page)
  }
}

function wrap(list: HTMLElement, page: Document) {
  const item = page.createElement('li')
  list.replaceWith(item)
  item.append(list)
}

function rebuild(made: (items: Item[]) => HTMLElement, elements: HTMLElement[], itemsOf: (element: HTMLElement) => Item[]): void {
  for (const run of runsOf(elements)) {
    const items = run.flatMap(itemsOf)
    if (items.length > 0) run[0]!.before(made(items))
    run.forEach((element) => element.remove())
  }
}

/** Elements that follow each other directly. */
function runsOf(elements: HTMLElement[]): HTMLElement[][] {
  const runs: HTMLElement[][] = []
  for (const element of elements) {
    const last = runs.at(-1)
    if (last && element.previousElementSibling === last.at(-1)) last.push(element)
    else runs.push([element])
  }
  return runs
}

function listOf(items: Item[], page: Document, report: Report): HTMLElement {
  const { level, number, lettered } = items[0]!
  if (lettered) count(report, 'letteredLists')
  const list = page.createElement(number === undefined ? 'ul' : 'ol')
  if (number !== undefined && number !== 1) list.setAttribute('start', String(number))
  for (let at = 0; at < items.length; ) {
    let to = at + 1
    while (to < items.length && items[to]!.level > level) to++
    const item = page.createElement('li')
    const words = page.createElement('p')
    words.append(...items[at]!.element.childNodes)
    item.append(words)
    if (to > at + 1) item.append(listOf(items.slice(at + 1, to), page, report))
    list.append(item)
    at = to
  }
  return list
}

function levelOf(element: Element): number {
  return Number(/mso-list:[^;"]*\blevel(\d)/i.exec(styleOf(element))?.[1]) || 0
}

function itemOf(element: HTMLElement): Item {
  const marker = element.querySelector('[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]')
  const numbered = /^\s*\(?([0-9]{1,3}|[a-z]{1,4})[.)]/i.exec(marker?.textContent ?? '')
  marker?.remove()
  return { element, level: levelOf(element), number: numbered ? countOf(numbered[1]!.toLowerCase()) : undefined, lettered: numbered ? !/^\d/.test(numbered[1]!) : false }
}

const romans: Record<string, number> = { i: 1, v: 5, x: 10, l: 50 }
/** The number that counts as this does: 3, c or iii. */
function countOf(marker: string): number {
  if (/^\d/.test(marker)) return Number(marker) || 1
  const signs = [...marker]
  if (!/^[ivx][ivxl]*$/.test(marker)) return signs.reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0)
  return signs.reduce((sum, sign, at) => sum + (romans[sign]! < (romans[signs[at + 1]!] ?? 0) ? -1 : 1) * romans[sign]!, 0)
}

const isLettered = (list: Element) => list.matches(lettered) || (list.querySelector(':scope > li')?.matches(lettered) ?? false)

function onlineItem(element: HTMLElement): Item {
  const ordered = element.parentElement?.localName === 'ol'
  const block = element.querySelector<HTMLElement>('p') ?? element
  return { element: block, level: Number(element.dataset.ariaLevel) || 1, number: ordered ? Number(element.parentElement!.getAttribute('start')) || 1 : undefined, lettered: ordered && isLettered(element.parentElement!) }
}
