// Tells what a PDF on standard input says of itself and holds, as JSON: for tests.
import { buffer } from 'node:stream/consumers'
import { constants, inflateSync } from 'node:zlib'
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs'

const data = new Uint8Array(await buffer(process.stdin))
const pdf = await getDocument({ data: data.slice(), verbosity: VerbosityLevel.ERRORS }).promise
const { info, metadata } = await pdf.getMetadata()
const pages = []
const roles = {}
const headings = []
let tagged = ''

for (let n = 1; n <= pdf.numPages; n++) {
  const page = await pdf.getPage(n)
  const { items } = await page.getTextContent({ includeMarkedContent: true })
  const texts = textsById(items)
  tagged += ' ' + textsOf(items, (open) => !open.some((mark) => mark.tag === 'Artifact'))
  pages.push(items.map((item) => item.str ?? '').join(' ').replace(/\s+/g, ' '))
  walk(await page.getStructTree(), texts)
}

process.stdout.write(JSON.stringify({
  title: info.Title, language: info.Language, standard: standardOf(metadata?.getRaw() ?? ''),
  tagged: (await pdf.getMarkInfo())?.Marked === true, roles, headings, languages: languages(data),
  outline: titles(await pdf.getOutline()), pages, text: tagged,
}))

function standardOf(xmp) {
  const ua = /pdfuaid:part>(\d)/.exec(xmp)
  const a = /pdfaid:part>(\d)[^]*pdfaid:conformance>(\w)/.exec(xmp)
  return ua ? `PDF/UA-${ua[1]}` : a ? `PDF/A-${a[1]}${a[2].toLowerCase()}` : ''
}

// languages lists the languages that elements of the structure and stretches of the pages are marked with.
function languages(bytes) {
  const found = new Set()
  const file = Buffer.from(bytes)
  for (const [, lang] of file.toString('latin1').matchAll(/\/StructElem\b[^>]*?\/Lang \(([\w-]+)\)/g)) found.add(lang)
  for (let at = file.indexOf('stream\n'); at >= 0; at = file.indexOf('stream\n', at + 1)) {
    let content
    try {
      content = inflateSync(file.subarray(at + 7), { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')
    } catch {
      continue // the end of a stream, or one that is not deflated
    }
    for (const [, lang] of content.matchAll(/\/Lang ?\(([\w-]+)\)/g)) found.add(lang)
  }
  return [...found]
}

// textsOf joins the text whose open marks are wanted.
function textsOf(items, wanted) {
  const open = []
  let text = ''
  for (const item of items) {
    if (item.type === 'endMarkedContent') open.pop()
    else if (item.type) open.push(item)
    else if (wanted(open)) text += item.str + (item.hasEOL ? ' ' : '')
  }
  return text
}

// textsById gathers the text under each marked-content id of a page.
function textsById(items) {
  const texts = {}
  const open = []
  for (const item of items) {
    if (item.type === 'endMarkedContent') open.pop()
    else if (item.type) open.push(item.id)
    else for (const id of open) if (id) texts[id] = (texts[id] ?? '') + item.str
  }
  return texts
}

function walk(node, texts) {
  if (!node) return
  if (node.role) roles[node.role] = (roles[node.role] ?? 0) + 1
  if (/^H\d$/.test(node.role)) headings.push([Number(node.role[1]), textOf(node, texts)])
  for (const child of node.children ?? []) walk(child, texts)
}

function textOf(node, texts) {
  return node.id ? (texts[node.id] ?? '') : (node.children ?? []).map((child) => textOf(child, texts)).join('')
}

function titles(outline) {
  return (outline ?? []).flatMap((entry) => [entry.title, ...titles(entry.items)])
}
