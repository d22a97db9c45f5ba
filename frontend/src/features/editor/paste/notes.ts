import { all, textOf } from './dom'
import { count, type Report } from './report'

const back = 'a[href*="#_ftnref"], a[href*="#_ednref"], a[href*="#ftnt_ref"]'
const reference = 'a[href*="#_ftn"]:not([href*="ref"]), a[href*="#_edn"]:not([href*="ref"]), a[href*="#ftnt"]:not([href*="_ref"])'
const note = '[style*="mso-element:footnote"]:not([style*="footnote-list"]), [style*="mso-element:endnote"]:not([style*="endnote-list"])'

/**
 * Footnotes and endnotes keep their words: the number stands in the text, [1], and the notes in a list after it. A number
 * whose note is not on the clipboard is left out.
 */
export function keepNotes(page: Document, report: Report): void {
  const notes = new Map<string, Node[]>()
  for (const link of all(page, back)) {
    const block = link.closest(note) ?? link.closest('p, li, div')
    if (!block || notes.has(labelOf(link))) continue
    const label = labelOf(link)
    link.remove()
    notes.set(label, [...(block.matches('p, li') ? [block] : block.children)].flatMap((line) => [...line.childNodes, page.createTextNode(' ')]))
    block.remove()
  }
  for (const link of all(page, reference)) {
    const label = labelOf(link)
    if (notes.has(label)) (link.closest('sup') ?? link).replaceWith(`[${label}]`)
    else {
      count(report, 'notesWithoutText')
      link.remove()
    }
  }
  all(page, '[style*="footnote-list"], [style*="endnote-list"]').forEach((list) => list.remove())
  count(report, 'notes', notes.size)
  if (notes.size > 0) page.body.append(listOf(page, notes))
}

const labelOf = (link: Element) => textOf(link).replace(/[[\]\s]/g, '')

/** Numbered as the references are; where their numbers have gaps, or are none, they stand in the words. */
function listOf(page: Document, notes: Map<string, Node[]>): HTMLElement {
  const labels = [...notes.keys()]
  const first = Number(labels[0])
  const inOrder = labels.every((label, index) => Number(label) === first + index)
  const list = page.createElement(inOrder ? 'ol' : 'ul')
  if (inOrder) list.setAttribute('start', String(first))
  for (const [label, words] of notes) {
    const item = page.createElement('li')
    item.append(...(inOrder ? [] : [`[${label}] `]), ...words)
    list.append(item)
  }
  return list
}
