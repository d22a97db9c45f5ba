import { Fragment, Slice, type Node } from '@tiptap/pm/model'
import { diffArrays } from 'diff'

/** One change of a text: what stands in this range gives way to the slice. Both are whole words of one block, or whole blocks. */
export interface Hunk {
  from: number
  to: number
  before: Slice
  after: Slice
}

/**
 * What makes the one text out of the other, each change by itself, in the order of the text. Any of them can be made
 * without the others, and all of them together give the other text.
 */
export function hunksOf(before: Node, after: Node): Hunk[] {
  return within(before, after, 0) ?? [hunk(before, 0, before.content.size, 0, after.content)]
}

/** The changes inside a node; nothing where they cannot be made one by one. `start` is where the old one's content begins. */
function within(before: Node, after: Node, start: number): Hunk[] | undefined {
  return before.inlineContent ? wordHunks(before, after, start) : blockHunks(before, after, start)
}

function hunk(parent: Node, from: number, to: number, start: number, fresh: Fragment): Hunk {
  return { from: start + from, to: start + to, before: new Slice(parent.content.cut(from, to), 0, 0), after: new Slice(fresh, 0, 0) }
}

interface Run<T> {
  old: T[]
  fresh: T[]
}

/** The stretches that differ, and what stands alike between them. */
function runsOf<T>(old: T[], fresh: T[], same: (a: T, b: T) => boolean): { same: Run<T>; change: Run<T> }[] {
  const runs: { same: Run<T>; change: Run<T> }[] = []
  const anew = () => runs[runs.push({ same: { old: [], fresh: [] }, change: { old: [], fresh: [] } }) - 1]!
  let run = anew()
  let [a, b] = [0, 0]
  for (const part of diffArrays(old, fresh, { comparator: same })) {
    const kept = !part.added && !part.removed
    if (kept && (run.change.old.length > 0 || run.change.fresh.length > 0)) run = anew()
    const into = kept ? run.same : run.change
    if (!part.added) into.old.push(...old.slice(a, (a += part.count)))
    if (!part.removed) into.fresh.push(...fresh.slice(b, (b += part.count)))
  }
  return runs
}

const size = (nodes: readonly Node[]) => nodes.reduce((sum, node) => sum + node.nodeSize, 0)

function blockHunks(before: Node, after: Node, start: number): Hunk[] | undefined {
  const hunks: Hunk[] = []
  let [at, index] = [0, 0]
  for (const { same, change } of runsOf([...before.children], [...after.children], (a, b) => a.eq(b))) {
    at += size(same.old)
    index += same.old.length
    for (const { old, fresh } of paired(change)) {
      const inner = old.length === 1 && fresh.length === 1 && alike(old[0]!, fresh[0]!) ? within(old[0]!, fresh[0]!, start + at + 1) : undefined
      // What can only be changed together with its neighbours is changed as a whole, one level up.
      if (!inner && !before.canReplace(index, index + old.length, Fragment.from(fresh))) return undefined
      hunks.push(...(inner ?? [hunk(before, at, at + size(old), start, Fragment.from(fresh))]))
      at += size(old)
      index += old.length
    }
  }
  return hunks
}

/** A stretch cut into pairs of blocks that are alike, in order, and what stands between those. */
function paired({ old, fresh }: Run<Node>): Run<Node>[] {
  const cut: Run<Node>[] = []
  let rest: Run<Node> = { old: [], fresh: [] }
  let from = 0
  const end = () => {
    if (rest.old.length > 0 || rest.fresh.length > 0) cut.push(rest)
    rest = { old: [], fresh: [] }
  }
  for (const block of old) {
    const found = fresh.findIndex((other, i) => i >= from && alike(block, other))
    if (found < 0) {
      rest.old.push(block)
      continue
    }
    rest.fresh.push(...fresh.slice(from, found))
    end()
    cut.push({ old: [block], fresh: [fresh[found]!] })
    from = found + 1
  }
  rest.fresh.push(...fresh.slice(from))
  end()
  return cut
}

/** Two blocks of the same kind that say much the same. A table is only like one of the same shape: cells do not come and go alone. */
function alike(a: Node, b: Node): boolean {
  if (!a.sameMarkup(b) || a.isLeaf || (a.type.spec.tableRole && shape(a) !== shape(b))) return false
  if (a.eq(b)) return true
  if (!a.inlineContent) return sharedWords(a, b) > 0 || a.type.spec.tableRole !== undefined
  return sharedWords(a, b) * 3 > Math.max(wordsOf(a).length, wordsOf(b).length)
}

const shape = (node: Node): string => (node.inlineContent || !node.type.spec.tableRole ? '' : `${node.type.name}${JSON.stringify(node.attrs)}(${[...node.children].map(shape).join()})`)
const wordsOf = (node: Node) => node.textBetween(0, node.content.size, ' ', ' ').match(/[\p{L}\p{N}]+/gu) ?? []

function sharedWords(a: Node, b: Node): number {
  return diffArrays(wordsOf(a), wordsOf(b)).reduce((sum, part) => sum + (part.added || part.removed ? 0 : part.count), 0)
}

/** A word, some white, a sign, or something else that stands in a line, with its marks. */
function piecesOf(block: Node): Node[] {
  return [...block.children].flatMap((node) =>
    node.isText ? [...node.text!.matchAll(/[\p{L}\p{N}\p{M}]+|\s+|[^]/gu)].map(({ index, 0: piece }) => node.cut(index, index + piece.length)) : [node],
  )
}

function wordHunks(before: Node, after: Node, start: number): Hunk[] {
  const changes: (Run<Node> & { from: number })[] = []
  let at = 0
  for (const { same, change } of runsOf(piecesOf(before), piecesOf(after), (a, b) => a.eq(b))) {
    const last = changes.at(-1)
    // Words that stand next to each other are one change, and so is the white between them.
    if (last && same.old.every((piece) => piece.isText && !piece.text!.trim())) {
      last.old.push(...same.old, ...change.old)
      last.fresh.push(...same.fresh, ...change.fresh)
    } else if (change.old.length > 0 || change.fresh.length > 0) {
      changes.push({ ...change, from: at + size(same.old) })
    }
    at += size(same.old) + size(change.old)
  }
  for (const { old, fresh } of changes) {
    let alike = 0
    while (alike < Math.min(old.length, fresh.length) && old.at(-1 - alike)!.eq(fresh.at(-1 - alike)!)) alike++
    old.length -= alike
    fresh.length -= alike
  }
  return changes.map(({ old, fresh, from }) => hunk(before, from, from + size(old), start, Fragment.from(fresh)))
}
