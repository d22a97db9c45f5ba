// How heavy the pages are and how long they take to be of use, for somebody who comes for the first time and
// somebody who has been here before; and how a long answer feels. Run by `make bench`; nothing is asserted. `long` after
// it measures the long answer alone.
import { measureLongText } from './longtext.mjs'
import { Portal, places, sleep } from './portal.mjs'

const runs = 5
const nets = {
  'as it is': null,
  // A phone on the way home: what Lighthouse calls slow 4G, and a processor a quarter as fast.
  'slow net, slow machine': { latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 },
}
/** A page, who opens it, and what must be in sight for it to be of use. */
const pages = [
  ['first page, coordinator', 'koordinator-kristiansand', () => '/', (page) => page.locator('main h2, main li').first()],
  ['writing: the text can be typed in', 'koordinator-kristiansand', (at) => `/responses/${at.agder}/write`, (page) => page.locator('[contenteditable="true"]').first()],
  ['taking a position', 'godkjenner-tonsberg', (at) => `/responses/${at.vestfold}/signoff`, (page) => page.locator('main section, main article').first()],
  ['the ministry’s overview', 'departement', (at) => `/rounds/${at.round}/overview`, (page) => page.locator('main table').first()],
]

const quantile = (numbers, part) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)]
const median = (numbers) => quantile(numbers, 0.5)

const portal = await Portal.start()
try {
  const at = await places(portal)
  if (process.argv[2] !== 'long') await measurePages(at)
  console.log('\n| an answer of 60,000 characters | median ms | 95th percentile ms |\n|---|---|---|')
  const rows = await measureLongText(portal, at.agder)
  const keys = rows.filter(([name]) => name.startsWith('a key')).flatMap(([, all]) => all)
  for (const [name, all] of [...rows, [`all ${keys.length} keys`, keys]]) console.log(`| ${name} | ${Math.round(median(all))} | ${Math.round(quantile(all, 0.95))} |`)
} finally {
  await portal.stop()
}

async function measurePages(at) {
  console.log('| page | net | first visit ms | again ms | JavaScript, first visit kB | all, first visit kB |\n|---|---|---|---|---|---|')
  for (const [name, persona, path, useful] of pages) {
    for (const [net, conditions] of Object.entries(nets)) {
      const visits = []
      for (let n = 0; n < runs; n++) visits.push(await visit(persona, path(at), useful, conditions))
      const of = (pick) => Math.round(median(visits.map(pick)))
      console.log(`| ${name} | ${net} | ${of((v) => v.first.ms)} | ${of((v) => v.again.ms)} | ${of((v) => v.first.script / 1000)} | ${of((v) => v.first.all / 1000)} |`)
    }
  }
}

/** Somebody who is logged in opens a page in a browser that has never been here, and then again. */
async function visit(persona, path, useful, conditions) {
  const page = await portal.as(persona, '/healthz')
  const wire = await page.context().newCDPSession(page)
  await wire.send('Network.enable')
  if (conditions) {
    await wire.send('Network.emulateNetworkConditions', { offline: false, ...conditions })
    await wire.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  }
  const result = { first: await measure(page, wire, path, useful), again: await measure(page, wire, path, useful) }
  await page.context().close()
  return result
}

async function measure(page, wire, path, useful) {
  const scripts = new Set()
  const size = { script: 0, all: 0 }
  const typed = ({ requestId, type }) => type === 'Script' && scripts.add(requestId)
  const finished = ({ requestId, encodedDataLength }) => {
    size.all += encodedDataLength
    if (scripts.has(requestId)) size.script += encodedDataLength
  }
  wire.on('Network.responseReceived', typed)
  wire.on('Network.loadingFinished', finished)
  const began = performance.now()
  await page.goto(path, { waitUntil: 'commit' })
  await useful(page).waitFor({ timeout: 60_000 })
  const ms = performance.now() - began
  await sleep(200)
  wire.off('Network.responseReceived', typed)
  wire.off('Network.loadingFinished', finished)
  await page.goto('about:blank')
  return { ms, ...size }
}
