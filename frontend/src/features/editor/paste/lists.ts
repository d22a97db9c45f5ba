import { all, styleOf, textOf } from './dom'

interface Item {
  element: HTMLElement
  level: number
  /** A bullet has none. */
  number?: number
}

/**
 * Lists that only look like lists. Word writes items as paragraphs, with the level in a style and the bullet in the text;
 * Word in the browser gives every item a list of its own; Google Docs puts lists into lists, between the items.
 */
export function makeLists(page: Document): void {
  rebuild(page, all(page, 'p, div').filter((element) => levelOf(element) > 0), (element) => [itemOf(element)])
  all(page, '[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]').forEach((marker) => marker.replaceWith(`${textOf(marker)} `))
  rebuild(page, all(page, '.ListContainerWrapper'), (wrapper) => all(wrapper, 'li').map(onlineItem))
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

function rebuild(page: Document, elements: HTMLElement[], itemsOf: (element: HTMLElement) => Item[]): void {
  for (const run of runsOf(elements)) {
    const items = run.flatMap(itemsOf)
    if (items.length > 0) run[0]!.before(listOf(items, page))
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

function listOf(items: Item[], page: Document): HTMLElement {
  const { level, number } = items[0]!
  const list = page.createElement(number === undefined ? 'ul' : 'ol')
  if (number !== undefined && number !== 1) list.setAttribute('start', String(number))
  for (let at = 0; at < items.length; ) {
    let to = at + 1
    while (to < items.length && items[to]!.level > level) to++
    const item = page.createElement('li')
    const words = page.createElement('p')
    words.append(...items[at]!.element.childNodes)
    item.append(words)
    if (to > at + 1) item.append(listOf(items.slice(at + 1, to), page))
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
  return { element, level: levelOf(element), number: numbered ? Number(numbered[1]) || 1 : undefined }
}

function onlineItem(element: HTMLElement): Item {
  const ordered = element.parentElement?.localName === 'ol'
  const block = element.querySelector<HTMLElement>('p') ?? element
  return { element: block, level: Number(element.dataset.ariaLevel) || 1, number: ordered ? Number(element.parentElement!.getAttribute('start')) || 1 : undefined }
}
