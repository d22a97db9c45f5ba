import { all, comments, isElement, outermost, renamed, styleOf, textOf } from './dom'
import { count, type Report } from './report'

/** Headings that are paragraphs by another name: of Word, by style or outline level, and of Word in the browser. */
export function makeHeadings(page: Document): void {
  const byClass = outlineLevels(page)
  for (const element of all(page, 'p[class], p[style], p[role="heading"], div[role="heading"]')) {
    const level = headingLevel(element, byClass)
    if (level) renamed(element, `h${Math.min(level, 6)}`)
  }
}

function headingLevel(element: Element, byClass: Map<string, number>): number {
  if (element.getAttribute('role') === 'heading') return Number(element.getAttribute('aria-level')) || 1
  const name = element.className.split(' ')[0]!
  if (/^MsoTitle/.test(name)) return 1
  const named = /^(?:Mso)?(?:Heading|Overskrift)-?(\d)/i.exec(name) ?? /mso-outline-level:\s*(\d)/i.exec(styleOf(element)) ?? /mso-style-name:\s*["']?(?:heading|overskrift)\s*(\d)/i.exec(styleOf(element))
  return Number(named?.[1]) || (byClass.get(name) ?? 0)
}

/** Styles that people have made themselves say in the style sheet which level they have. */
function outlineLevels(page: Document): Map<string, number> {
  const levels = new Map<string, number>()
  const sheet = all(page, 'style').map(({ textContent }) => textContent).join('\n')
  for (const [, selectors, rules] of sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const level = /mso-outline-level:\s*(\d)/i.exec(rules!)?.[1] ?? /mso-style-parent:\s*["']?(?:heading|overskrift)\s*(\d)/i.exec(rules!)?.[1]
    if (level) for (const [, name] of selectors!.matchAll(/\bp\.([\w-]+)/g)) levels.set(name!, Number(level))
  }
  return levels
}

/** Comments, contents pages, page headers and the codes of fields: what is about the text, not in it. */
export function leaveOutMachinery(page: Document, report: Report): void {
  const anchors = all(page, 'a.msocomanchor').length
  const said = all(page, '[style*="mso-element:comment"]').filter((element) => !/comment-list/.test(styleOf(element))).length
  count(report, 'comments', Math.max(anchors, said))
  all(page, '[style*="mso-element:comment-list"], .MsoCommentReference, .msocomoff, a.msocomanchor').forEach((element) => element.remove())

  const contents = all(page, '[class^="MsoToc" i]')
  if (contents.length > 0) count(report, 'contents')
  contents.forEach((element) => element.remove())

  all(page, '[style*="mso-element:header"], [style*="mso-element:footer"], [style*="mso-hide:all"], [style*="display:none"], [style*="display: none"]').forEach((element) => element.remove())
  all(page, '[style*="mso-element:field-begin"]').forEach(leaveOutCode)
  all(page, '[style*="mso-element:field-"], .EOP').forEach((element) => element.remove())
}

/** A field is its code and its result; only the result is read. */
function leaveOutCode(begin: Element): void {
  while (begin.nextSibling && !(isElement(begin.nextSibling) && /mso-element:field-/.test(styleOf(begin.nextSibling)))) begin.nextSibling.remove()
}

/**
 * Drawings stand in comments that only Word opens, with a picture of them beside for everybody else. The words of a text
 * box come after the paragraph that it hangs on.
 */
export function openDrawings(page: Document, report: Report): void {
  for (const comment of comments(page.body)) {
    const what = /^\[if gte (vml|msEquation)[^\]]*\]>/i.exec(comment.data)
    if (!what) continue
    const drawn = new DOMParser().parseFromString(comment.data.slice(what[0].length).replace(/<!\[endif\]$/, ''), 'text/html').body
    const boxes = textBoxes(drawn)
    const formula = /equation/i.test(what[1]!)
    count(report, 'formulas', formula ? 1 : 0)
    if (formula || boxes.length > 0) leaveOutStandIn(comment)
    else if (drawn.getElementsByTagName('v:imagedata').length > 0 && !standIn(comment).some((node) => isElement(node) && (node.matches('img') || node.querySelector('img')))) count(report, 'pictures')
    putAfter(comment, boxes, report)
  }
  for (const shape of outermost(all(page, '*').filter(({ localName }) => localName.startsWith('v:')))) {
    const boxes = textBoxes(shape)
    putAfter(shape, boxes, report)
    if (boxes.length === 0 && shape.getElementsByTagName('v:imagedata').length > 0) count(report, 'pictures')
    shape.remove()
  }
}

const textBoxes = (drawn: Element) => [...drawn.getElementsByTagName('v:textbox')].filter((box) => textOf(box))

function putAfter(place: ChildNode, boxes: Element[], report: Report): void {
  const block = place.parentElement?.closest('p, h1, h2, h3, h4, h5, h6') ?? place
  for (const box of [...boxes].reverse()) {
    const words = place.ownerDocument!.createElement('div')
    words.append(...[...box.childNodes].map((node) => place.ownerDocument!.importNode(node, true)))
    block.after(words)
    count(report, 'textBoxes')
  }
}

/** What stands between `[if !vml]` and `[endif]` after the comment. */
function standIn(comment: Comment): ChildNode[] {
  const nodes: ChildNode[] = []
  let node = comment.nextSibling
  if (!(node instanceof Comment) || !node.data.startsWith('[if !')) return nodes
  for (node = node.nextSibling; node && !(node instanceof Comment && node.data.startsWith('[endif]')); node = node.nextSibling) nodes.push(node)
  return nodes
}
const leaveOutStandIn = (comment: Comment) => standIn(comment).forEach((node) => node.remove())

/** The text as it becomes when every tracked change is accepted. */
export function acceptChanges(page: Document, report: Report): void {
  const deleted = outermost(all(page, 'del, .msoDel'))
  count(report, 'deletions', deleted.filter((element) => textOf(element) && !deleted.includes(element.previousSibling as HTMLElement)).length)
  deleted.forEach((element) => element.remove())
}
