import { diffArrays, diffWordsWithSpace } from 'diff'
import { plainText, type RichNode } from './richtext'

/** A run of words that stayed, came or went. */
export interface Piece {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** One paragraph, heading, list item or table row, and what became of it. */
export interface BlockChange {
  kind: 'same' | 'added' | 'removed' | 'changed' | 'reformatted'
  block: 'paragraph' | 'heading' | 'listItem' | 'tableRow'
  pieces: Piece[]
}

interface Block {
  block: BlockChange['block']
  text: string
  /** Everything about the block: two blocks with the same text but another form have other signatures. */
  signature: string
}

/** What changed from one document to the other, block by block, in reading order. */
export function diffDocuments(before: RichNode, after: RichNode): BlockChange[] {
  const runs = diffArrays(blocksOf(before), blocksOf(after), { comparator: (a, b) => a.signature === b.signature })
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
  return { kind, block: block.block, pieces: [{ kind, text: block.text }] }
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
  if (before.text === after.text) {
    return { kind: 'reformatted', block: after.block, pieces: [{ kind: 'same', text: after.text }] }
  }
  return { kind: 'changed', block: after.block, pieces: wordPieces(before.text, after.text) }
}

function wordPieces(before: string, after: string): Piece[] {
  return diffWordsWithSpace(before, after).map((part) => ({
    kind: part.added ? 'added' : part.removed ? 'removed' : 'same',
    text: part.value,
  }))
}

/** More than a third of the longer text is common to both. */
function resembles(a: Block, b: Block): boolean {
  if (a.text === b.text) return true
  const common = wordPieces(a.text, b.text)
    .filter((piece) => piece.kind === 'same')
    .reduce((length, piece) => length + piece.text.trim().length, 0)
  return common * 3 > Math.max(a.text.length, b.text.length)
}

function blocksOf(node: RichNode): Block[] {
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return plainText(node) === '' ? [] : [blockOf(node.type, node, plainText(node))]
    case 'listItem': {
      const own = (node.content ?? []).filter((child) => !isList(child))
      const nested = (node.content ?? []).filter(isList)
      const item = { ...node, content: own }
      return [blockOf('listItem', item, own.map(plainText).join('\n')), ...nested.flatMap(blocksOf)]
    }
    case 'tableRow':
      return [blockOf('tableRow', node, (node.content ?? []).map(plainText).join(' | '))]
    default:
      return (node.content ?? []).flatMap(blocksOf)
  }
}

function isList(node: RichNode): boolean {
  return node.type === 'bulletList' || node.type === 'orderedList'
}

function blockOf(block: Block['block'], node: RichNode, text: string): Block {
  return { block, text, signature: JSON.stringify(node) }
}
