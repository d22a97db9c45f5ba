// From the ProseMirror document of an answer to the few kinds of block that both writers know. Whatever the
// document holds, what comes out keeps its text and can be written: no skipped heading levels, no ragged
// tables, no abyss of lists.
//
// block: {kind:'heading', level, runs} {kind:'paragraph', runs} {kind:'list', ordered, start, items:[[block]]}
//        {kind:'table', columns, widths, headerRows, rows:[[{header, colspan, rowspan, blocks}]]}
//        {kind:'example', name, blocks} {kind:'alternatives', blocks, sides:[{name, title, blocks}]}
// run:   {text, bold?, italic?, small?, href?, lang?} or {break:true}
// A paragraph or heading has lang where its writer said so; a paragraph that stands for a heading has keep.

const deepestList = 5
const safeLink = /^(https?|mailto|tel):/i
const languages = ['nb', 'nn', 'se']

// answerBlocks returns the blocks of one answer, its headings beginning at firstLevel; w speaks the document's language.
export function answerBlocks(doc, firstLevel, w) {
  return alignHeadings(blocksOf(childrenOf(doc), { lists: 0, inside: false, w }), firstLevel)
}

// clean leaves out what cannot be written: half characters, controls, marks that reorder text.
export function clean(text) {
  return String(text ?? '')
    .toWellFormed()
    .replace(/[\t\n\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\ufffe\uffff\u202a-\u202e\u2066-\u2069]/gu, '')
}

function childrenOf(node) {
  return Array.isArray(node?.content) ? node.content.filter(Boolean) : []
}

function blocksOf(nodes, where) {
  return nodes.flatMap((node) => {
    switch (node.type) {
      case 'heading':
        return where.inside || where.side ? textBlock(node, { bold: true }).map(keep) : headingBlock(node)
      case 'bulletList':
      case 'orderedList':
        return listBlock(node, where)
      case 'table':
        return where.inside ? blocksOf(childrenOf(node), where) : tableBlock(node, where.w)
      case 'goodExample':
        return exampleBlock(node, where)
      case 'alternatives':
        return alternativesBlock(node, where)
      case 'text':
      case 'hardBreak':
      case 'paragraph':
        return textBlock(node)
      default:
        return blocksOf(childrenOf(node), where)
    }
  })
}

function textBlock(node, marks) {
  const runs = runsOf(node, marks)
  return runs.some((run) => run.text?.trim()) ? [{ kind: 'paragraph', runs, ...ownLanguage(node) }] : []
}

// keep holds a paragraph together with what follows it, as a heading is.
const keep = (block) => ({ ...block, keep: true })

const ownLanguage = ({ attrs }) => (languages.includes(attrs?.lang) ? { lang: attrs.lang } : {})

function headingBlock(node) {
  const text = clean(runsOf(node).map((run) => run.text ?? ' ').join('')).trim()
  return text ? [{ kind: 'heading', level: Number(node.attrs?.level) || 1, runs: [{ text }], ...ownLanguage(node) }] : []
}

function runsOf(node, marks = {}) {
  if (node.type === 'hardBreak') return [{ break: true }]
  if (node.type !== 'text') return childrenOf(node).flatMap((child) => runsOf(child, marks))
  const text = clean(node.text)
  if (!text) return []
  const run = { text, ...marks }
  for (const mark of Array.isArray(node.marks) ? node.marks : []) {
    if (mark?.type === 'bold') run.bold = true
    if (mark?.type === 'italic') run.italic = true
    if (mark?.type === 'link' && safeLink.test(mark.attrs?.href ?? '')) run.href = clean(mark.attrs.href)
  }
  return [run]
}

const exampleFields = ['title', 'parties', 'transferable', 'contact', 'link']

// exampleBlock has the fields in their order, those that two people made at once as one. Where it cannot stand by itself it is its paragraphs.
function exampleBlock(node, { inside, side, w }) {
  const said = (runs) => runs.some((run) => run.text?.trim())
  const given = childrenOf(node).map((field) => ({ name: String(field.attrs?.name ?? ''), runs: runsOf(field) })).filter(({ runs }) => said(runs))
  const names = new Set([...exampleFields, ...given.map(({ name }) => name)])
  const fields = [...names].map((name) => ({ name, runs: joined(given.filter((field) => field.name === name)) })).filter(({ runs }) => said(runs))
  const choices = ['group', 'status'].filter((name) => node.attrs?.[name]).map((name) => ({ name, runs: [word(w, name, node.attrs[name])] }))
  if (fields.length + choices.length === 0) return []
  const [title, rest] = [fields.find(({ name }) => name === 'title'), fields.filter(({ name }) => name !== 'title')]
  const told = ({ name, runs }) => ({ kind: 'paragraph', runs: [{ ...word(w, 'field', name, ': '), small: true }, ...(name === 'link' ? linked(runs) : runs)] })
  const blocks = [
    keep({ kind: 'paragraph', runs: [{ text: w.say('example'), small: true, lang: w.language }] }),
    ...(title ? [keep({ kind: 'paragraph', runs: title.runs.map((run) => ({ ...run, bold: true })) })] : []),
    ...[...choices, ...rest].map(told),
  ]
  return inside || side ? blocks : [{ kind: 'example', name: textOf(title?.runs ?? []) || w.say('example'), blocks }]
}

const joined = (fields) => fields.flatMap(({ runs }, i) => [...(i ? [{ text: ' ' }] : []), ...runs])

const textOf = (runs) => runs.map((run) => run.text ?? ' ').join('').trim()

function linked(runs) {
  const href = textOf(runs)
  return safeLink.test(href) && !/\s/.test(href) ? runs.map((run) => ({ ...run, href })) : runs
}

// word is what a code means, in the document's language, or the code where nobody knows.
const word = (w, kind, code, after = '') => {
  const key = `${kind}_${code}`
  return w.knows(key) ? { text: w.say(key) + after, lang: w.language } : { text: clean(code) + after }
}

// alternativesBlock names each side. Where it cannot stand by itself it is its paragraphs.
function alternativesBlock(node, where) {
  const { w } = where
  const sides = childrenOf(node).map((alternative, i) => {
    const name = sideName(alternative, i, w)
    const said = blocksOf(childrenOf(alternative), { ...where, side: true })
    const blocks = said.length > 0 ? said : [{ kind: 'paragraph', runs: [{ text: w.say('noText'), italic: true, lang: w.language }] }]
    return { name, title: [keep({ kind: 'paragraph', runs: [{ text: name, bold: true, lang: w.language }] })], blocks }
  })
  if (sides.length === 0) return []
  const blocks = [keep({ kind: 'paragraph', runs: [{ text: w.say('alternatives'), small: true, lang: w.language }] })]
  return where.inside || where.side ? [...blocks, ...sides.flatMap(({ title, blocks }) => [...title, ...blocks])] : [{ kind: 'alternatives', blocks, sides }]
}

function sideName({ attrs }, i, w) {
  if (attrs?.side === 'municipal' || attrs?.side === 'hospital') return w.say(`side_${attrs.side}`)
  return clean(attrs?.label).trim() || w.say('alternative', { number: i + 1 })
}

// Lists below the deepest level that can be read become items of the list they stand in.
function listBlock(node, where) {
  const deeper = { ...where, lists: where.lists + 1, inside: true }
  const items = childrenOf(node)
    .flatMap((item) => splitDeep(blocksOf(childrenOf(item), deeper), deeper.lists))
    .filter((blocks) => blocks.length > 0)
  if (items.length === 0) return []
  const start = Number.isInteger(node.attrs?.start) && node.attrs.start >= 0 ? node.attrs.start : 1
  return [{ kind: 'list', ordered: node.type === 'orderedList', start, items }]
}

function splitDeep(blocks, depth) {
  if (depth < deepestList) return [blocks]
  const own = blocks.filter((block) => block.kind !== 'list')
  return [own, ...blocks.filter((block) => block.kind === 'list').flatMap((list) => list.items)]
}

// tableBlock lays the cells on a grid, cuts spans that leave it and fills what stays empty.
function tableBlock(node, w) {
  const source = childrenOf(node).map(childrenOf).filter((row) => row.length > 0)
  if (source.length === 0) return []
  const isHeader = (cell) => cell.type === 'tableHeader'
  const firstBody = source.findIndex((row) => !row.every(isHeader))
  const headerRows = firstBody < 0 ? Math.min(1, source.length - 1) : firstBody
  const columns = Math.max(...source.map((row) => row.reduce((sum, cell) => sum + span(cell, 'colspan'), 0)))
  const taken = source.map(() => new Set())
  const rows = source.map((row, y) => {
    const lastRow = y < headerRows ? headerRows : source.length
    const placed = []
    for (const cell of row) {
      const x = firstFree(taken[y])
      if (x >= columns) {
        placed.at(-1)?.blocks.push(...cellBlocks(cell, w))
        continue
      }
      const room = roomAt(taken[y], x, columns)
      const colspan = Math.min(span(cell, 'colspan'), room)
      const rowspan = Math.min(span(cell, 'rowspan'), lastRow - y)
      for (let dy = 0; dy < rowspan; dy++) for (let dx = 0; dx < colspan; dx++) taken[y + dy].add(x + dx)
      placed.push({ x, header: isHeader(cell), colspan, rowspan, blocks: cellBlocks(cell, w) })
    }
    for (let x = firstFree(taken[y]); x < columns; x = firstFree(taken[y])) {
      taken[y].add(x)
      placed.push({ x, header: false, colspan: 1, rowspan: 1, blocks: [] })
    }
    return placed.sort((a, b) => a.x - b.x)
  })
  return [{ kind: 'table', columns, widths: widthsOf(rows, columns), headerRows, rows }]
}

// widthsOf gives a column room by the square root of its longest text, and none more than four times another.
function widthsOf(rows, columns) {
  const longest = Array(columns).fill(0)
  for (const { x, colspan, blocks } of rows.flat()) {
    if (colspan === 1) longest[x] = Math.max(longest[x], JSON.stringify(textsOf(blocks)).length)
  }
  return longest.map((length) => Math.min(Math.max(Math.sqrt(length), 3), 12))
}

function textsOf(blocks) {
  return blocks.flatMap((block) => (block.kind === 'list' ? block.items.map(textsOf) : block.runs.map((run) => run.text ?? '')))
}

const cellBlocks = (cell, w) => blocksOf(childrenOf(cell), { lists: 0, inside: true, w })

function span(cell, name) {
  const n = Number(cell.attrs?.[name])
  return Number.isInteger(n) && n > 0 ? Math.min(n, 100) : 1
}

function firstFree(taken) {
  let x = 0
  while (taken.has(x)) x++
  return x
}

function roomAt(taken, x, columns) {
  let room = 1
  while (x + room < columns && !taken.has(x + room)) room++
  return room
}

// alignHeadings makes the first heading firstLevel and every deeper one exactly one level deeper.
function alignHeadings(blocks, firstLevel) {
  const open = []
  return blocks.map((block) => {
    if (block.kind !== 'heading') return block
    while (open.length > 0 && open.at(-1) >= block.level) open.pop()
    open.push(block.level)
    return { ...block, level: firstLevel + open.length - 1 }
  })
}
