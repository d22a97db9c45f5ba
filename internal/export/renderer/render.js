// Reads one request from standard input, writes one document to standard output.
// {"format":"pdf"|"pdfa"|"docx"|"receipt"|"casepaper"|"pack","language":"nb"|"nn","draft":false,"package":{...}}, see docs/evidence.md;
// a case paper has beside it "paper": see casepaper.js; the papers of a meeting's case have "pack": see pack.js.
// Ends with status 1 and one line of JSON, {"error":"..."}, on standard error if that cannot be done.
import { text } from 'node:stream/consumers'
import { casePaper } from './casepaper.js'
import { papers } from './pack.js'
import { receipt, report } from './report.js'
import { words } from './words.js'

const pdf = async (r, standard) => (await import('./pdf.js')).pdf(r, standard)
const word = async (r) => (await import('./docx.js')).docx(r)
const whole = (request) => report(request.package, request.language, Boolean(request.draft))
const writers = {
  pdf: (request) => pdf(whole(request), 'ua-1'),
  pdfa: (request) => pdf(whole(request), 'a-2a'),
  docx: (request) => word(whole(request)),
  pack: (request) => pdf(papers(request.package, request.pack, request.language), 'ua-1'),
  casepaper: (request) => word(casePaper(request.package, request.paper, request.language)),
  receipt: (request) => pdf(receipt(request.package, request.language), 'ua-1'),
}

try {
  const request = JSON.parse(await text(process.stdin))
  const write = writers[request.format]
  if (!write) throw new Error(`unknown format ${request.format}`)
  if (!words[request.language]) throw new Error(`unknown language ${request.language}`)
  process.stdout.write(await write(request))
} catch (error) {
  process.stderr.write(JSON.stringify({ error: String(error?.message ?? error) }) + '\n')
  process.exitCode = 1
}
