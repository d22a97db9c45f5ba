import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const checkout = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** The portal as people run it: the built program, its own PostgreSQL, the demonstration in it. */
export class Portal {
  static async start(settings = {}) {
    const portal = new Portal()
    await portal.prepare(settings)
    await portal.run()
    portal.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
    return portal
  }

  /** Makes the data folder: empty, or a copy of one that is filled. Its accounts are of the address that it was filled at. */
  async prepare(settings = {}) {
    this.settings = settings
    this.data = mkdtempSync(join(tmpdir(), 'samsvar-e2e-'))
    chmodSync(this.data, 0o711) // PostgreSQL runs as another user than root, and must reach its cluster
    const { SAMSVAR_E2E_FILLED: filled, SAMSVAR_E2E_PORT: port } = process.env
    if (filled) execFileSync('cp', ['-a', `${filled}/.`, this.data])
    this.port = port ?? (await freePort())
    this.base = `http://127.0.0.1:${this.port}`
  }

  /** Starts the program, again if need be, and waits until it is ready. */
  async run() {
    this.program = spawn(join(checkout, 'bin/samsvar'), ['demo'], {
      cwd: checkout,
      env: { ...process.env, SAMSVAR_ADDR: `127.0.0.1:${this.port}`, SAMSVAR_DATA: this.data, SAMSVAR_METRICS_ADDR: '', SAMSVAR_BASE_URL: '', DATABASE_URL: '', ...this.settings },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.log = ''
    this.program.stderr.on('data', (chunk) => (this.log = (this.log + chunk).slice(-20_000)))
    for (let tries = 0; tries < 1500; tries++) {
      if (this.program.exitCode !== null) throw new Error(`the program ended: ${this.log}`)
      if (await fetch(`${this.base}/readyz`).then((answer) => answer.ok, () => false)) return
      await sleep(100)
    }
    throw new Error(`the program is not ready: ${this.log}`)
  }

  async end(signal = 'SIGTERM') {
    if (this.program.exitCode !== null || this.program.signalCode) return
    const ended = new Promise((done) => this.program.once('exit', done))
    this.program.kill(signal)
    await ended
  }

  async stop() {
    await this.browser?.close()
    await this.end()
    rmSync(this.data, { recursive: true, force: true })
  }

  /** A person in a browser of their own, logged in through the real flow. */
  async as(persona, path = '/', { width = 1280, language } = {}) {
    const context = await this.browser.newContext({ baseURL: this.base, viewport: { width, height: 900 }, locale: 'nb-NO', timezoneId: 'America/New_York' })
    const page = await context.newPage()
    page.faults = []
    page.on('pageerror', (error) => page.faults.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && !/Failed to load resource|WebSocket/.test(message.text()) && page.faults.push(message.text()))
    if (persona) await page.goto(`/auth/login?provider=dev&login_hint=${persona}&return_to=${encodeURIComponent(path)}`)
    else await page.goto(path)
    if (language) await page.locator(`[data-lang="${language}"]`).first().click()
    return page
  }
}

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

/** Calls the API as the person whose page it is. */
export async function api(page, method, path, body) {
  const answer = await page.request.fetch(`/api/v1${path}`, { method, data: body })
  const text = await answer.text()
  return { status: answer.status(), body: text && JSON.parse(text) }
}

/** Says of each answer what it must be for the text to be frozen, and freezes it. Gives the answer to the last request. */
export async function freeze(page, responseId, ...ready) {
  const response = async () => (await api(page, 'GET', `/responses/${responseId}`)).body
  for (const { id } of (await response()).answers) {
    const { status, version } = (await response()).answers.find((answer) => answer.id === id)
    const next = ready.includes(id) || status === 'writing' ? 'ready' : status === 'empty' ? 'not_answered' : status
    if (next !== status) assert.equal((await api(page, 'PUT', `/responses/${responseId}/answers/${id}/status`, { status: next, version })).status, 200)
  }
  return api(page, 'POST', `/responses/${responseId}/freeze`, { version: (await response()).version })
}

/** Clicks into a text, and waits until its cursor has come there: for a moment the editor goes on with the one that it had. */
export async function into(target, where) {
  await target.click(where)
  await sleep(150)
}

/** Goes to something by Tab, as often as it takes; out of the text by its own key first, and backwards from there: inside, Tab is the text's. */
export async function tabTo(target) {
  await target.waitFor()
  const { keyboard } = target.page()
  const inText = await target.page().evaluate(() => !!document.activeElement.closest('.tiptap'))
  if (inText) await keyboard.press('Alt+F10')
  for (let presses = 0; !(await target.evaluate((element) => element === document.activeElement)); presses++) {
    assert.ok(presses < 150, `${target} is not come to by Tab`)
    await keyboard.press(inText ? 'Shift+Tab' : 'Tab')
  }
}

/** How somebody presses what is on the screen: by mouse on a wide one, by keyboard alone on a narrow one. */
export const handsOn = ({ width }) => async (target) => {
  if (width > 1000) return target.click()
  await tabTo(target)
  await target.page().keyboard.press('Enter')
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What fades in is there: half seen, its colours are not its own. */
const settled = () => Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished))

/** Sees to it that axe finds nothing serious on the page as it stands, nothing is wider than the screen, and nothing was thrown. */
export async function sound(page) {
  await page.evaluate(settled)
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`), [])
  const [inside, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
  assert.ok(inside <= screen, `${inside} px wide on a screen of ${screen}`)
  assert.deepEqual(page.faults, [])
}

/** Where things are in the demonstration: the open round, a response that has been sent, and those of four communities. */
export async function places(portal) {
  const of = async (persona) => {
    const page = await portal.as(persona)
    const { tasks, waiting } = (await api(page, 'GET', '/my-turn')).body
    await page.context().close()
    return [...tasks, ...waiting].find(({ responseId }) => responseId)?.responseId
  }
  const ministry = await portal.as('departement')
  const round = (await api(ministry, 'GET', '/rounds')).body.find(({ state }) => state === 'open').id
  const submitted = (await api(ministry, 'GET', `/rounds/${round}/submissions`)).body[0].responseId
  await ministry.context().close()
  const secretariat = await portal.as('sekretariat-agder')
  const meeting = (await api(secretariat, 'GET', '/communities/agder/meetings')).body[0].id
  const agder = await of('sekretariat-agder')
  const answer = (await api(secretariat, 'GET', `/responses/${agder}`)).body.answers[0].id
  await secretariat.context().close()
  return { round, submitted, meeting, agder, answer, vestfold: await of('sekretariat-vestfold'), fonna: await of('sekretariat-fonna'), more: await of('sekretariat-more') }
}

/** The real letter of 2021 where it lies beside the checkout, else the demonstration's own words under another name. */
export function invitation() {
  const letter = join(checkout, '../shared/rounds/2021-nhsp-invitasjon.yaml')
  if (existsSync(letter)) return { name: 'invitasjon.yaml', text: readFileSync(letter, 'utf8') }
  console.log('# the real letter is not beside this checkout: the demonstration’s own is used')
  const own = readFileSync(join(checkout, 'internal/demo/data/round.yaml'), 'utf8')
  return { name: 'invitasjon.yaml', text: own.replace(/^slug: .*$/m, 'slug: egen-runde') }
}
