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
  /** What it was made into, beside its words. */
  form?: FormChange[]
  /** Something that no reader sees differs, and nothing else: empty lines, say. */
  unseen?: true
}

/** What a block has been made into, and to where it was moved; what `n` counts is a heading's level, or a list's first number. */
export interface FormChange {
  name: 'paragraph' | 'heading' | 'bulletItem' | 'numberedItem' | 'inward' | 'outward' | 'start' | `${'list' | 'table' | 'part'}${'Parted' | 'Joined'}`
  n?: number
}

interface Block {
  block: BlockChange['block']
  text: string
  where?: string
  lang?: string
  links?: string[]
  level?: number
  /** What it stands in, the document first. */
  within: RichNode[]
  /** Everything about the block: two blocks with the same text but another form have other signatures. */
  signature: string
}

/** A block of the old text and what became of it in the new one. */
interface Pair {
  old?: Block
  fresh?: Block
}
type Met = Required<Pair>

/**
 * What changed from one document to the other, block by block, in reading order. Who signs is shown this: documents that
 * differ in anything never come out as the same.
 */
export function diffDocuments(before: RichNode, after: RichNode, words: TextWords): BlockChange[] {
  let last: Met | undefined
  const changes = pairsOf(blocksOf(before, words), blocksOf(after, words)).map(({ old, fresh }) => {
    if (!old || !fresh) return fresh ? wholly('added', fresh) : wholly('removed', old!)
    const pair = { old, fresh }
    const form = formOf(pair, last)
    last = pair
    return old.signature === fresh.signature && form.length === 0 ? wholly('same', fresh) : changed(old, fresh, form)
  })
  const seen = changes.some(({ kind }) => kind !== 'same') || canonical(before) === canonical(after)
  return seen ? changes : [...changes, { kind: 'reformatted', block: 'paragraph', pieces: [], unseen: true }]
}

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same for what is the same, in whichever order it says that. */
const canonical = (what: unknown) =>
  JSON.stringify(what, (_, value: unknown) => (isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value))

function pairsOf(before: Block[], after: Block[]): Pair[] {
  const pairs: Pair[] = []
  let [a, b] = [0, 0]
  let gone: Block[] = []
  const end = (come: Block[]) => {
    pairs.push(...replaced(gone, come))
    gone = []
  }
  for (const { added, removed, count } of diffArrays(before, after, { comparator: (one, other) => one.signature === other.signature })) {
    if (removed) gone = before.slice(a, (a += count))
    else if (added) end(after.slice(b, (b += count)))
    else {
      end([])
      for (let i = 0; i < count; i++) pairs.push({ old: before[a++], fresh: after[b++] })
    }
  }
  end([])
  return pairs
}

function wholly(kind: 'same' | 'added' | 'removed', block: Block): BlockChange {
  return { ...told(block), kind, links: kind === 'added' ? linksBetween(undefined, block) : undefined, pieces: [{ kind, text: block.text }] }
}

function told({ block, where, lang }: Block) {
  return { block, where, lang }
}

/** Pairs old blocks with the new ones that resemble them, in order; the rest came or went. */
function replaced(old: Block[], fresh: Block[]): Pair[] {
  const pairs: Pair[] = []
  let from = 0
  for (const block of old) {
    const match = fresh.findIndex((candidate, at) => at >= from && resembles(block, candidate))
    if (match < 0) {
      pairs.push({ old: block })
      continue
    }
    pairs.push(...fresh.slice(from, match).map((added) => ({ fresh: added })), { old: block, fresh: fresh[match]! })
    from = match + 1
  }
  return [...pairs, ...fresh.slice(from).map((added) => ({ fresh: added }))]
}

/** What a block was made into, beside its words; `last` is what stood before it in both texts. */
function formOf({ old, fresh }: Met, last?: Met): FormChange[] {
  const form: FormChange[] = []
  const [was, is] = [kindOf(old), kindOf(fresh)]
  if (is && was && (is.name !== was.name || is.n !== was.n)) form.push(is)
  const inward = listsOf(fresh).length - listsOf(old).length
  if (old.block === 'listItem' && fresh.block === 'listItem' && inward !== 0) form.push({ name: inward > 0 ? 'inward' : 'outward' })
  const [oldList, list] = [listsOf(old).at(-1), listsOf(fresh).at(-1)]
  const isFirst = !list || !last?.fresh.within.includes(list)
  if (isFirst && list?.type === 'orderedList' && startOf(list) !== (oldList ? startOf(oldList) : 1)) form.push({ name: 'start', n: startOf(list) })
  const parting = last && contextOf(old) === contextOf(fresh) && contextOf(last.old) === contextOf(last.fresh) ? partingOf({ old, fresh }, last) : undefined
  return parting ? [...form, parting] : form
}

/** Two that stood in one list or table and do not any more, or the other way. */
function partingOf({ old, fresh }: Met, last: Met): FormChange | undefined {
  const [before, after] = [sharedBy(last.old, old), sharedBy(last.fresh, fresh)]
  if (before === after) return undefined
  const { type } = fresh.within[Math.min(before, after)]!
  const what = type === 'table' ? type : isList({ type }) ? 'list' : 'part'
  return { name: `${what}${after < before ? 'Parted' : 'Joined'}` }
}

/** In how many things two blocks stand together. */
function sharedBy(a: Block, b: Block): number {
  const differ = a.within.findIndex((node, at) => node !== b.within[at])
  return differ < 0 ? a.within.length : differ
}

function kindOf({ block, level, within }: Block): FormChange | undefined {
  if (block === 'paragraph') return { name: block }
  if (block === 'heading') return { name: block, n: level }
  return block === 'listItem' ? { name: within.at(-1)!.type === 'orderedList' ? 'numberedItem' : 'bulletItem' } : undefined
}

const listsOf = ({ within }: Block) => within.filter(isList)
const startOf = (list: RichNode) => Number(list.attrs?.start ?? 1)

/** What kind of thing a block stands in, and how deep. What kind of list is around the innermost one is told of its own items. */
const contextOf = ({ within }: Pick<Block, 'within'>) => within.map((node, at) => (isList(node) && at < within.length - 1 ? 'list' : node.type)).join(' ')

function changed(before: Block, after: Block, form: FormChange[]): BlockChange {
  const change = {
    ...told(after),
    moved: before.where && after.where && before.where !== after.where ? { before: before.where, after: after.where } : undefined,
    language: before.lang === after.lang ? undefined : { before: before.lang, after: after.lang },
    links: linksBetween(before, after),
    form: form.length > 0 ? form : undefined,
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

function blocksOf(node: RichNode, words: TextWords, within: RichNode[] = []): Block[] {
  const inside = [...within, node]
  const below = (nodes: RichNode[]) => nodes.flatMap((child) => blocksOf(child, words, inside))
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return plainText(node) === '' ? [] : [blockOf(node.type, node, plainText(node), within)]
    case 'listItem': {
      const own = (node.content ?? []).filter((child) => !isList(child))
      const nested = (node.content ?? []).filter(isList)
      return [blockOf('listItem', { ...node, content: withGaps(node.content ?? []) }, own.map(plainText).join('\n'), within), ...below(nested)]
    }
    case 'tableRow':
      return [blockOf('tableRow', node, (node.content ?? []).map(plainText).join(' | '), within)]
    case 'goodExample':
      return exampleBlocks(node, words, inside)
    case 'alternatives':
      return (node.content ?? []).flatMap((alternative, at) => alternativeBlocks(alternative, at, words, inside))
    default:
      return below(node.content ?? [])
  }
}

/** What stands in an item itself, and where a list stands between that; a list below it all is told of by its own items. */
function withGaps(content: RichNode[]): RichNode[] {
  const end = content.findLastIndex((child) => !isList(child)) + 1
  return content.slice(0, end).map((child) => (isList(child) ? { type: 'list' } : child))
}

/** A good example that gets another title is still the same one. */
function exampleBlocks(node: RichNode, words: TextWords, within: RichNode[]): Block[] {
  const example = readExample(node)
  const where = (name: string) => `${exampleName(example, words)}, ${words(`field.${name}`).toLowerCase()}`
  return [
    ...example.choices.map(({ name, code }) => ({ block: 'choice' as const, text: words(`${name}.${code}`), where: where(name), within, signature: `${name} ${code}` })),
    ...example.fields.map(({ name, content }) => ({
      block: 'field' as const, text: content.map(plainText).join(''), where: where(name), within, signature: canonical([name, content]),
    })),
  ]
}

/** The same words in another's alternative are another's words. */
function alternativeBlocks(alternative: RichNode, at: number, words: TextWords, within: RichNode[]): Block[] {
  const where = sideName(alternative, at, words)
  const whose: Block = { block: 'choice', text: where, where: words('alternatives'), within, signature: `alternative ${where}` }
  const said = (alternative.content ?? []).flatMap((child) => blocksOf(child, words, [...within, alternative]))
  return [whose, ...said.map((block) => ({ ...block, where, signature: `${where} ${block.signature}` }))]
}

function isList(node: RichNode): boolean {
  return node.type === 'bulletList' || node.type === 'orderedList'
}

function blockOf(block: Block['block'], node: RichNode, text: string, within: RichNode[]): Block {
  const level = block === 'heading' ? Number(node.attrs?.level ?? 1) : undefined
  return { block, text, level, within, lang: languageIn(node), links: linksIn(node), signature: canonical([contextOf({ within }), node]) }
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
