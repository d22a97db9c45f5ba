import { diffArrays, diffWordsWithSpace } from 'diff'
import { exampleName, ownLanguage, plainText, readExample, sideName, type RichNode, type TextWords } from './richtext'

/** A run of words that stayed, came or went. */
export interface Piece {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** One paragraph, heading, list item or table row, one thing that a good example says, or whose an alternative is; and what became of it. */
export interface BlockChange {
  kind: 'same' | 'added' | 'removed' | 'changed' | 'reformatted'
  block: 'paragraph' | 'heading' | 'listItem' | 'tableRow' | 'field' | 'choice'
  pieces: Piece[]
  /** The good example and its field, or the alternative, that it stands in. */
  where?: string
  lang?: string
  /** The alternative it stood in, and the language it was in, where that is another now; nothing is the answer's own. */
  moved?: { before: string; after: string }
  language?: { before?: string; after?: string }
  /** Addresses that its words lead to now, and those that they led to and do not any more. */
  links?: { added: string[]; removed: string[] }
}

interface Block {
  block: BlockChange['block']
  text: string
  where?: string
  lang?: string
  links?: string[]
  /** Everything about the block: two blocks with the same text but another form have other signatures. */
  signature: string
}

/** What changed from one document to the other, block by block, in reading order. */
export function diffDocuments(before: RichNode, after: RichNode, words: TextWords): BlockChange[] {
  const runs = diffArrays(blocksOf(before, words), blocksOf(after, words), { comparator: (a, b) => a.signature === b.signature })
  const changes: BlockChange[] = []
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i]!
    const next = runs[i + 1]
    if (run.removed && next?.added) {
      changes.push(...replaced(run.value, next.value))
      i++
    } else {
      const kind = run.added ? 'added' : run.removed ? 'removed' : 'same'
      changes.push(...run.value.map((block) => wholly(kind, block)))
    }
  }
  return changes
}

function wholly(kind: 'same' | 'added' | 'removed', block: Block): BlockChange {
  return { ...told(block), kind, links: kind === 'added' ? linksBetween(undefined, block) : undefined, pieces: [{ kind, text: block.text }] }
}

function told({ block, where, lang }: Block) {
  return { block, where, lang }
}

/** Pairs old blocks with the new ones that resemble them, in order; the rest came or went. */
function replaced(old: Block[], fresh: Block[]): BlockChange[] {
  const changes: BlockChange[] = []
  let from = 0
  for (const block of old) {
    const match = fresh.findIndex((candidate, at) => at >= from && resembles(block, candidate))
    if (match < 0) {
      changes.push(wholly('removed', block))
      continue
    }
    changes.push(...fresh.slice(from, match).map((added) => wholly('added', added)), changed(block, fresh[match]!))
    from = match + 1
  }
  return [...changes, ...fresh.slice(from).map((added) => wholly('added', added))]
}

function changed(before: Block, after: Block): BlockChange {
  const change = {
    ...told(after),
    moved: before.where && after.where && before.where !== after.where ? { before: before.where, after: after.where } : undefined,
    language: before.lang === after.lang ? undefined : { before: before.lang, after: after.lang },
    links: linksBetween(before, after),
  }
  if (before.text === after.text) return { ...change, kind: 'reformatted', pieces: [{ kind: 'same', text: after.text }] }
  return { ...change, kind: 'changed', pieces: after.block === 'choice' ? replacedWhole(before.text, after.text) : wordPieces(before.text, after.text) }
}

function linksBetween(before: Block | undefined, after: Block): BlockChange['links'] {
  const [old, fresh] = [before?.links ?? [], after.links ?? []]
  const links = { added: fresh.filter((href) => !old.includes(href)), removed: old.filter((href) => !fresh.includes(href)) }
  return links.added.length + links.removed.length > 0 ? links : undefined
}

function replacedWhole(before: string, after: string): Piece[] {
  return [{ kind: 'removed', text: before }, { kind: 'same', text: ' ' }, { kind: 'added', text: after }]
}

function wordPieces(before: string, after: string): Piece[] {
  return diffWordsWithSpace(before, after).map((part) => ({
    kind: part.added ? 'added' : part.removed ? 'removed' : 'same',
    text: part.value,
  }))
}

/** More than a third of the longer text is common to both. A choice resembles what was chosen before in the same place. */
function resembles(a: Block, b: Block): boolean {
  if (a.block === 'choice' || b.block === 'choice') return a.block === b.block && a.where === b.where
  if (a.text === b.text) return true
  const common = wordPieces(a.text, b.text)
    .filter((piece) => piece.kind === 'same')
    .reduce((length, piece) => length + piece.text.trim().length, 0)
  return common * 3 > Math.max(a.text.length, b.text.length)
}

function blocksOf(node: RichNode, words: TextWords): Block[] {
  const below = (nodes: RichNode[]) => nodes.flatMap((child) => blocksOf(child, words))
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return plainText(node) === '' ? [] : [blockOf(node.type, node, plainText(node))]
    case 'listItem': {
      const own = (node.content ?? []).filter((child) => !isList(child))
      const nested = (node.content ?? []).filter(isList)
      const item = { ...node, content: own }
      return [blockOf('listItem', item, own.map(plainText).join('\n')), ...below(nested)]
    }
    case 'tableRow':
      return [blockOf('tableRow', node, (node.content ?? []).map(plainText).join(' | '))]
    case 'goodExample':
      return exampleBlocks(node, words)
    case 'alternatives':
      return (node.content ?? []).flatMap((alternative, at) => alternativeBlocks(alternative, at, words))
    default:
      return below(node.content ?? [])
  }
}

/** A good example that gets another title is still the same one. */
function exampleBlocks(node: RichNode, words: TextWords): Block[] {
  const example = readExample(node)
  const where = (name: string) => `${exampleName(example, words)}, ${words(`field.${name}`).toLowerCase()}`
  return [
    ...example.choices.map(({ name, code }) => ({ block: 'choice' as const, text: words(`${name}.${code}`), where: where(name), signature: `${name} ${code}` })),
    ...example.fields.map(({ name, content }) => ({
      block: 'field' as const, text: content.map(plainText).join(''), where: where(name), signature: JSON.stringify([name, content]),
    })),
  ]
}

/** The same words in another's alternative are another's words. */
function alternativeBlocks(alternative: RichNode, at: number, words: TextWords): Block[] {
  const where = sideName(alternative, at, words)
  const whose: Block = { block: 'choice', text: where, where: words('alternatives'), signature: `alternative ${where}` }
  const said = (alternative.content ?? []).flatMap((child) => blocksOf(child, words))
  return [whose, ...said.map((block) => ({ ...block, where, signature: `${where} ${block.signature}` }))]
}

function isList(node: RichNode): boolean {
  return node.type === 'bulletList' || node.type === 'orderedList'
}

function blockOf(block: Block['block'], node: RichNode, text: string): Block {
  return { block, text, lang: languageIn(node), links: linksIn(node), signature: JSON.stringify(node) }
}

/** The first language of its own that anything in a node has. */
function languageIn(node: RichNode): string | undefined {
  return ownLanguage(node) ?? (node.content ?? []).map(languageIn).find(Boolean)
}

/** Every address that words in a node lead to, once. */
function linksIn(node: RichNode): string[] {
  const own = (node.marks ?? []).filter(({ type }) => type === 'link').map(({ attrs }) => String(attrs?.href ?? ''))
  return [...new Set([...own, ...(node.content ?? []).flatMap(linksIn)])]
}
