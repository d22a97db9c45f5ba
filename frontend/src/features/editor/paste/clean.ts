import { all } from './dom'
import { tidyBlocks, tidyCharacters } from './blocks'
import { makeLists } from './lists'
import { keepNotes } from './notes'
import { leaveOutObjects, plainQuotes, sayWhatWasStruck, trueLinks } from './objects'
import { newReport, type Report } from './report'
import { plainTables } from './tables'
import { acceptChanges, leaveOutMachinery, makeHeadings, openDrawings } from './word'

const steps: ((page: Document, report: Report) => void)[] = [
  makeHeadings,
  leaveOutMachinery,
  openDrawings,
  keepNotes,
  acceptChanges,
  makeLists,
  leaveOutObjects,
  sayWhatWasStruck,
  trueLinks,
  plainQuotes,
  plainTables,
  tidyCharacters,
  tidyBlocks,
]

const looks = /\b(color|background|font-family|font-size)\s*:|<font\b|<u>/i

/**
 * What Word, Google Docs, mail programs and web pages put on the clipboard, as the headings, paragraphs, lists and
 * tables that they mean. The vocabulary takes the rest away without a word; what is lost by that is counted here.
 */
export function cleanPasted(html: string): { html: string; report: Report } {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const report = { ...newReport(), looks: looks.test(html) }
  // What another editor of the same make says of its own document is not true of this one.
  all(page, '[data-pm-slice]').forEach((element) => element.removeAttribute('data-pm-slice'))
  for (const step of steps) step(page, report)
  all(page, 'style, script, meta, link, title, template, noscript').forEach((element) => element.remove())
  return { html: page.body.innerHTML, report }
}
