import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler'
import { covered } from './glyphs.js'

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)

const fontFiles = {
  inter: ['400Regular/Inter_400Regular', '400Regular_Italic/Inter_400Regular_Italic', '600SemiBold/Inter_600SemiBold', '600SemiBold_Italic/Inter_600SemiBold_Italic'],
  'source-serif-4': ['400Regular/SourceSerif4_400Regular', '400Regular_Italic/SourceSerif4_400Regular_Italic', '600SemiBold/SourceSerif4_600SemiBold', '600SemiBold_Italic/SourceSerif4_600SemiBold_Italic'],
}

// pdf writes the report as one PDF that keeps the standard ('ua-1' or 'a-2a'): Typst refuses to write one
// that does not. The same report gives the same bytes.
export function pdf(report, standard) {
  const fonts = Object.entries(fontFiles).flatMap(([family, files]) => {
    const folder = dirname(require.resolve(`@expo-google-fonts/${family}/package.json`))
    return files.map((file) => readFileSync(join(folder, `${file}.ttf`)))
  })
  const compiler = NodeCompiler.create({ workspace: here, fontArgs: [{ fontBlobs: fonts }] })
  compiler.mapShadow(join(here, 'report.json'), Buffer.from(JSON.stringify(printable(report, covered(fonts)))))
  const compiled = compiler.compile({ mainFilePath: join(here, 'report.typ') })
  if (compiled.hasError()) throw new Error(problems(compiled.takeError()))
  try {
    return compiler.pdf(compiled.result, { pdfStandard: standard })
  } catch (error) {
    throw new Error(problems(error), { cause: error })
  }
}

function problems(error) {
  const found = (error.shortDiagnostics ?? []).map((diagnostic) => diagnostic.message)
  return found.length > 0 ? [...new Set(found)].join('; ') : String(error.message ?? error)
}

// printable replaces what no font can show by its number, and says so at the end of the report.
function printable(report, canShow) {
  let missing = false
  const show = (text) =>
    Array.from(hash.test(text) ? text : breakable(text.replace(invisible, '')), (character) => {
      const codePoint = character.codePointAt(0)
      if (codePoint === zeroWidthSpace || canShow(codePoint)) return character
      missing = true
      return `[U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}]`
    }).join('')
  const shown = JSON.parse(JSON.stringify(report), (key, value) =>
    typeof value === 'string' && key !== 'href' ? show(value) : value)
  if (missing) shown.blocks.push({ kind: 'paragraph', runs: [{ text: report.missingGlyphs, italic: true }] })
  return { ...shown, created: created(report.submittedAt) }
}

const hash = /^sha256:[0-9a-f]{64}$/
const zeroWidthSpace = 0x200b
const invisible = /[\u200b-\u200f\u2060-\u2064\ufeff\ufe00-\ufe0f\u{e0000}-\u{e0fff}]/gu

// breakable lets a word that is longer than a line be broken.
const breakable = (text) => text.replace(/\S{32}(?=\S{8})/gu, (part) => part + String.fromCodePoint(zeroWidthSpace))

function created(instant) {
  if (!instant) return null
  const [year, month, day, hour, minute, second] = instant.split(/[^0-9]/).map(Number)
  return { year, month, day, hour, minute, second }
}
