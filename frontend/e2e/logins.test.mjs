import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Portal, api, places } from './portal.mjs'

/* People see where they are logged in, and end it there; administrators end what somebody else has. */
const soon = 2000
let portal
let at

before(async () => {
  portal = await Portal.start()
  at = await places(portal)
}, { timeout: 180_000 })
after(() => portal?.stop())

const writing = () => `/responses/${at.agder}/write`
const logins = (page) => page.getByRole('listitem').filter({ hasText: /Chrom/ })

/** How long it takes until the page that is written on says that the login is gone. */
async function shutOut(page, end) {
  await page.locator('[contenteditable="true"]').waitFor()
  const began = Date.now()
  await end()
  await page.getByRole('dialog').getByText(/logge? inn/i).first().waitFor({ timeout: 10_000 })
  return Date.now() - began
}

test('a login that was left behind is ended from another one, and its open text with it', async () => {
  const behind = await portal.as('koordinator-kristiansand', writing())
  const here = await portal.as('koordinator-kristiansand', '/')
  await here.getByRole('link', { name: /^Kontoen min/ }).click()
  await here.getByRole('heading', { name: 'Kontoen min' }).waitFor()
  await logins(here).nth(1).waitFor()
  assert.equal(await here.getByText('(denne nettleseren)').count(), 1)
  await shots(here, 'account')
  const took = await shutOut(behind, () => here.getByRole('button', { name: /^Avslutt innloggingen i Chrome, Linux/ }).click())
  assert.ok(took < soon, `told after ${took} ms`)
  await here.getByText('Du er ikke logget inn andre steder.').waitFor()
  assert.equal((await api(behind, 'GET', '/me')).status, 401)
  assert.deepEqual(here.faults, [])
})

test('all others at once', async () => {
  const left = [await portal.as('leser-agder'), await portal.as('leser-agder')]
  const here = await portal.as('leser-agder', '/account', { language: 'nn', width: 390 })
  await here.getByRole('button', { name: 'Avslutt alle andre' }).waitFor()
  await shots(here, 'account-phone')
  await here.getByRole('button', { name: 'Avslutt alle andre' }).click()
  await here.getByText('Du er ikkje logga inn andre stader.').waitFor()
  for (const page of left) assert.equal((await api(page, 'GET', '/me')).status, 401)
})

test('an administrator logs somebody out everywhere', async () => {
  const writer = await portal.as('koordinator-kristiansand', writing())
  const { name } = (await api(writer, 'GET', '/me')).body.account
  const administrator = await portal.as('administrator', '/administration')
  const card = administrator.getByRole('article').filter({ hasText: name })
  await administrator.getByRole('searchbox').fill(name)
  await card.getByText('Innlogging', { exact: true }).click()
  await card.getByRole('button', { name: /^Avslutt alle innlogginger/ }).click()
  await shots(administrator, 'administrator')
  const took = await shutOut(writer, () => administrator.getByRole('dialog').getByRole('button', { name: 'Avslutt alle innlogginger' }).click())
  assert.ok(took < soon, `told after ${took} ms`)
  await administrator.getByText(`${name} er logget ut overalt.`).waitFor()
})

test('an administrator closes an account for good, and opens it again without roles', async () => {
  const writer = await portal.as('skribent-sorlandet', writing())
  const { name } = (await api(writer, 'GET', '/me')).body.account
  const administrator = await portal.as('administrator', '/administration', { language: 'nn', width: 390 })
  const card = administrator.getByRole('article').filter({ hasText: name })
  await administrator.getByRole('searchbox').fill(name)
  await card.getByText('Innlogging', { exact: true }).click()
  await card.getByRole('button', { name: 'Steng kontoen' }).click()
  await shots(administrator, 'closing-phone')
  await shutOut(writer, () => administrator.getByRole('dialog').getByRole('button', { name: 'Steng kontoen' }).click())
  await card.getByText('Kontoen er stengd.').waitFor()
  await shots(administrator, 'closed-phone')
  const refused = await portal.as('skribent-sorlandet')
  await refused.getByText('Kontoen din er stengt').waitFor()
  await shots(refused, 'closed')
  await card.getByText('Innlogging', { exact: true }).click()
  await card.getByRole('button', { name: /att$/ }).click()
  await card.getByText('Har inga rolle enno.').waitFor()
  assert.deepEqual(administrator.faults, [])
})

async function shots(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/logins-${name}.png` })
}
