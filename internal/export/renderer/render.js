// Reads one request from standard input, writes one document to standard output.
// {"format":"pdf"|"pdfa"|"docx","language":"nb"|"nn","draft":false,"package":{...}}, see docs/evidence.md.
// Ends with status 1 and one line of JSON, {"error":"..."}, on standard error if that cannot be done.
import { text } from 'node:stream/consumers'
import { report } from './report.js'
import { words } from './words.js'

const writers = {
  pdf: async (r) => (await import('./pdf.js')).pdf(r, 'ua-1'),
  pdfa: async (r) => (await import('./pdf.js')).pdf(r, 'a-2a'),
  docx: async (r) => (await import('./docx.js')).docx(r),
}

try {
  const request = JSON.parse(await text(process.stdin))
  const write = writers[request.format]
  if (!write) throw new Error(`unknown format ${request.format}`)
  if (!words[request.language]) throw new Error(`unknown language ${request.language}`)
  process.stdout.write(await write(report(request.package, request.language, Boolean(request.draft))))
} catch (error) {
  process.stderr.write(JSON.stringify({ error: String(error?.message ?? error) }) + '\n')
  process.exitCode = 1
}
