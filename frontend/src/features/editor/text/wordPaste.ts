/**
 * Word writes list items as paragraphs that only look like a list: a style names the list and the
 * level, and the bullet is part of the text. This makes them real lists. Everything else that Word
 * adds is outside the vocabulary and falls away by itself.
 */
export function cleanWordHtml(html: string): string {
  if (!/mso-list:/i.test(html)) return html
  const page = new DOMParser().parseFromString(html, 'text/html')
  const items = [...page.querySelectorAll<HTMLElement>('p, div')].filter((element) => levelOf(element) > 0)
  for (const run of runsOf(items)) run[0]!.replaceWith(listOf(run, page))
  items.forEach((item) => item.remove())
  return page.body.innerHTML
}

function levelOf(element: Element | null): number {
  const level = /mso-list:[^;"]*\blevel(\d)/i.exec(element?.getAttribute('style') ?? '')
  return level ? Number(level[1]) : 0
}

/** List items that follow each other directly. */
function runsOf(items: HTMLElement[]): HTMLElement[][] {
  const runs: HTMLElement[][] = []
  for (const item of items) {
    const last = runs.at(-1)
    if (last && item.previousElementSibling === last.at(-1)) last.push(item)
    else runs.push([item])
  }
  return runs
}

function listOf(items: HTMLElement[], page: Document): HTMLElement {
  const first = items[0]!
  const list = page.createElement(/^\s*\(?[0-9a-z]{1,3}[.)]/i.test(markerOf(first)) ? 'ol' : 'ul')
  let at = 0
  while (at < items.length) {
    const inner = deeperFrom(items, at + 1, levelOf(first))
    const item = page.createElement('li')
    item.innerHTML = `<p>${textOf(items[at]!)}</p>`
    if (inner.length > 0) item.append(listOf(inner, page))
    list.append(item)
    at += 1 + inner.length
  }
  return list
}

function deeperFrom(items: HTMLElement[], from: number, level: number): HTMLElement[] {
  let to = from
  while (to < items.length && levelOf(items[to]!) > level) to++
  return items.slice(from, to)
}

const markers = '[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]'

function markerOf(item: HTMLElement): string {
  return item.querySelector(markers)?.textContent ?? ''
}

function textOf(item: HTMLElement): string {
  item.querySelectorAll(markers).forEach((marker) => marker.remove())
  return item.innerHTML.trim()
}
