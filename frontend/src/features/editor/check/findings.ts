import type { Node } from '@tiptap/pm/model'
import type { Range } from '../comments/passage'

export type FindingKind = 'headingFirst' | 'headingSkips' | 'headingEmpty' | 'headingBold' | 'tableHeader' | 'tableHeaderEmpty' | 'tableLayout' | 'linkWords' | 'linkAddress'

/** Something in a text that makes it hard to read for those who do not see it, and what would mend it. */
export interface TextFinding extends Range {
  kind: FindingKind
  /** The words that it is about. */
  quote: string
  /** For headings: which level it has, that of the one before it, and which it ought to have. */
  level?: number
  before?: number
  fits?: number
  /** Where a link leads. */
  href?: string
  /** Tells findings of one text apart, and knows them again when the text has changed. */
  key: string
}
type Found = Omit<TextFinding, 'key'>

const longestQuote = 80

/** All that there is to mend, in the order of the text. */
export function findingsIn(doc: Node): TextFinding[] {
  const found: Found[] = []
  let before = 0
  doc.descendants((node, position, parent, index) => {
    const range = { from: position, to: position + node.nodeSize }
    if (node.type.name === 'heading') {
      found.push(...aboutHeading(node, range, before))
      if (node.textContent.trim()) before = Number(node.attrs.level)
    } else if (node.type.name === 'table') found.push(...aboutTable(node, range))
    else if (looksLikeHeading(node, parent, index)) found.push({ kind: 'headingBold', ...range, quote: quoteOf(node), before, fits: before || 1 })
    if (node.isTextblock) found.push(...aboutLinks(node, position + 1))
    return !node.isTextblock
  })
  const seen = new Map<string, number>()
  return found.map((one) => {
    const name = `${one.kind} ${one.quote}`
    seen.set(name, (seen.get(name) ?? 0) + 1)
    return { ...one, key: `${name} ${seen.get(name)}` }
  })
}

const quoteOf = (node: Node) => {
  const words = node.textBetween(0, node.content.size, ' ', ' ').replace(/\s+/g, ' ').trim()
  return words.length > longestQuote ? `${words.slice(0, longestQuote).trimEnd()} …` : words
}

function aboutHeading(node: Node, range: Range, before: number): Found[] {
  const level = Number(node.attrs.level)
  if (!node.textContent.trim()) return [{ kind: 'headingEmpty', ...range, quote: '', level }]
  if (level <= before + 1) return []
  return [{ kind: before ? 'headingSkips' : 'headingFirst', ...range, quote: quoteOf(node), level, before, fits: before + 1 }]
}

/** A short line, all of it bold, with text after it. A sentence, or what ends with a colon, is stressed and no heading. */
function looksLikeHeading(node: Node, parent: Node | null, index: number): boolean {
  if (node.type.name !== 'paragraph' || !/^(doc|alternative)$/.test(parent?.type.name ?? '')) return false
  const words = node.textContent.trim()
  if (!words || words.length > 100 || /[.:;,!]$/.test(words) || parent!.childCount === index + 1) return false
  return node.children.every((child) => child.isText ? !child.text!.trim() || child.marks.some(({ type }) => type.name === 'bold') : child.type.name !== 'hardBreak')
}

function aboutTable(table: Node, range: Range): Found[] {
  const quote = quoteOf(table)
  if (table.childCount < 2 || columnsOf(table) < 2) return quote ? [{ kind: 'tableLayout', ...range, quote }] : []
  const cells = table.firstChild!.children
  if (!cells.every(({ type }) => type.name === 'tableHeader')) return [{ kind: 'tableHeader', ...range, quote }]
  // A table that nobody has written in yet is not wrong.
  return quote && cells.some((cell) => !cell.textContent.trim()) ? [{ kind: 'tableHeaderEmpty', ...range, quote }] : []
}

const columnsOf = (table: Node) => Math.max(0, ...table.children.map((row) => row.children.reduce((sum, { attrs }) => sum + Number(attrs.colspan ?? 1), 0)))

const saysNothing = /^(her|denne|denne (lenken?|lenkja|siden?|sida)|lenken?|lenkje|link|les mei?r|mei?r|se her|sjå her|se|sjå|klikk|klikk her|trykk her|trykk|last ned|les|nettsiden?|nettsida|here|read more|click here)$/i
const bareAddress = /^(https?:\/\/|www\.)\S{30,}$/i

function aboutLinks(block: Node, start: number): Found[] {
  return linksIn(block, start).flatMap(({ words, href, ...range }): Found[] => {
    const bare = words.trim().replace(/[\s.:;,!?»«"()>→]+$/g, '')
    if (saysNothing.test(bare)) return [{ kind: 'linkWords', ...range, quote: words.trim(), href }]
    return bareAddress.test(words.trim()) ? [{ kind: 'linkAddress', ...range, quote: words.trim().slice(0, longestQuote), href }] : []
  })
}

/** A link is one also where some of its words are bold. */
function linksIn(block: Node, start: number): (Range & { words: string; href: string })[] {
  const links: (Range & { words: string; href: string })[] = []
  block.forEach((node, offset) => {
    const href = node.marks.find(({ type }) => type.name === 'link')?.attrs.href as string | undefined
    if (!href) return
    const [from, last] = [start + offset, links.at(-1)]
    if (last && last.to === from && last.href === href) Object.assign(last, { to: from + node.nodeSize, words: last.words + (node.text ?? '') })
    else links.push({ from, to: from + node.nodeSize, words: node.text ?? '', href })
  })
  return links
}
