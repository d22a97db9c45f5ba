import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Portal, api, places, sound } from './portal.mjs'

/*
 * Every page as the people who come there see it: bokmål wide and nynorsk on a phone. Nothing serious for
 * axe, nothing wider than the screen, one heading, no key where a word should be, nothing thrown.
 */
const views = [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]
let portal
let at

before(async () => {
  portal = await Portal.start()
  at = await places(portal)
  at.published = await publish(at.submitted)
}, { timeout: 180_000 })
after(() => portal?.stop())

async function publish(response) {
  const ministry = await portal.as('departement')
  const { number } = (await api(ministry, 'GET', `/submissions/${response}`)).body.receipt
  for (const [step, body] of [['receive'], ['publish', { number }]]) assert.equal((await api(ministry, 'POST', `/submissions/${response}/${step}`, body)).status, 200)
  await ministry.context().close()
  return number
}

const pages = [
  [null, () => '/login'],
  [null, () => '/published'],
  [null, () => `/published/rounds/${at.round}`],
  [null, () => `/published/${at.published}`],
  ['ny', () => '/'],
  ['departement', () => '/'],
  ['departement', () => '/rounds'],
  ['departement', () => `/rounds/${at.round}`],
  ['departement', () => '/rounds/new'],
  ['departement', () => '/rounds/import'],
  ['departement', () => `/rounds/${at.round}/recipients`],
  ['departement', () => `/rounds/${at.round}/overview`],
  ['departement', () => `/rounds/${at.round}/submissions`],
  ['departement', () => `/rounds/${at.round}/questions`],
  ['departement', () => `/submissions/${at.submitted}`],
  ['departement', () => `/responses/${at.agder}`],
  ['rhf-sor-ost', () => `/rounds/${at.round}`],
  ['sekretariat-agder', () => '/'],
  ['sekretariat-agder', () => `/responses/${at.agder}`],
  ['sekretariat-agder', () => '/communities/agder'],
  ['sekretariat-agder', () => `/meetings/${at.meeting}`],
  ['koordinator-kristiansand', () => '/'],
  ['koordinator-kristiansand', () => `/rounds/${at.round}`],
  ['koordinator-kristiansand', () => `/responses/${at.agder}/write`, '[contenteditable="true"]'],
  ['leser-agder', () => '/account'],
  ['leser-agder', () => `/responses/${at.agder}/read`],
  ['leser-agder', () => `/responses/${at.agder}/answers/${at.answer}/versions`, '[role=tabpanel]'],
  ['sekretariat-vestfold', () => `/responses/${at.vestfold}`],
  ['sekretariat-vestfold', () => `/responses/${at.vestfold}/write`, '[data-save-state="locked"]'],
  ['godkjenner-tonsberg', () => `/responses/${at.vestfold}/signoff`],
  ['godkjenner-molde', () => `/responses/${at.more}/signoff`],
  ['godkjenner-tonsberg', () => '/notices'],
  ['godkjenner-molde', () => '/notices'],
  ['sekretariat-fonna', () => `/responses/${at.fonna}/submit`],
  ['administrator', () => '/administration'],
  ['administrator', () => '/administration/organisations'],
  ['leser-agder', () => '/no-such-page'],
]

for (const [persona, path, ready] of pages) {
  for (const view of views) {
    test(`${persona ?? 'nobody'}, ${path.toString().slice(6)}, ${view.language} at ${view.width}`, { timeout: 90_000 }, async () => {
      const page = await portal.as(persona, path(), view)
      try {
        await look(page, view, ready)
      } finally {
        await page.context().close()
      }
    })
  }
}

test('a language that was chosen outlives a page that is left before the account has it', { timeout: 90_000 }, async () => {
  const person = await portal.as('ny')
  await person.route('**/me/language', (route) => route.abort())
  await person.locator('[data-lang="nn"]').first().click()
  await person.locator('html[lang="nn"]').waitFor()
  await person.unroute('**/me/language')
  await person.goto('/rounds')
  await person.locator('html[lang="nn"]').waitFor()
  await has(person, 'nn')

  const words = '**/assets/nb-*.js' // left before even the words were there
  await person.route(words, () => {})
  await person.locator('[data-lang="nb"]').first().click()
  await person.unroute(words)
  await person.goto('/rounds')
  await person.locator('html[lang="nb"]').waitFor()
  await has(person, 'nb')
  await person.context().close()
})

test('what the account says comes too late to undo a choice', { timeout: 90_000 }, async () => {
  const person = await portal.as('ny', '/', { language: 'nn' })
  await person.locator('html[lang="nn"]').waitFor()
  await has(person, 'nn')
  await person.evaluate(() => localStorage.clear()) // as in another browser: begins in bokmål, and learns from the account
  let send
  const asked = new Promise((resolve) => { void person.route('**/assets/nn-*.js', (route) => { send = () => route.continue(); resolve() }) })
  await person.reload({ waitUntil: 'commit' })
  await asked
  await person.locator('[data-lang="nb"]').first().click()
  await send()
  await person.waitForLoadState('networkidle')
  assert.equal(await person.locator('html').getAttribute('lang'), 'nb')
  await person.context().close()
})

async function has(person, language) {
  for (let tries = 0; (await api(person, 'GET', '/me')).body.language !== language; tries++) assert.ok(tries < 50, 'the account never got it')
}

async function look(page, { language }, ready) {
  await page.locator('h1').first().waitFor()
  if (ready) await page.locator(ready).first().waitFor()
  await page.locator(`html[lang="${language}"]`).waitFor()
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('h1').count(), 1, 'headings of the first level')
  const words = (await page.locator('main').innerText()).replace(/\S+@\S+/g, '')
  assert.ok(words.trim().length > 40, 'hardly a word')
  assert.doesNotMatch(words, /\b[a-z]+\.[a-z]+[A-Za-z]*\.[a-zA-Z]+\b/, 'a key where a word should be')
  await sound(page)
}
