import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Portal, api } from './portal.mjs'

/*
 * What happens after a text is ready: sent by two people at once, returned, sent again, replaced and withdrawn.
 * The steps stand on each other: the first that fails ends the play.
 */
let portal
let broken
const people = {}
const at = {}

before(async () => {
  portal = await Portal.start()
}, { timeout: 180_000 })
after(() => portal?.stop())

function step(name, play) {
  test(name, { timeout: 120_000 }, async (t) => {
    if (broken) return t.skip(`not played: “${broken}” failed`)
    try {
      await play()
    } catch (error) {
      broken = name
      for (const [who, page] of Object.entries(people)) {
        t.diagnostic(`${who}: ${page.url()} ${JSON.stringify(page.faults)}`)
        await shot(page, `failed-${who}`)
      }
      throw error
    }
  })
}

async function shot(page, name) {
  if (process.env.E2E_SHOTS) await page.screenshot({ path: `${process.env.E2E_SHOTS}/${name}.png`, fullPage: true })
}
const button = (page, name) => page.getByRole('button', { name, exact: true })
const inDialog = (page, name) => page.getByRole('dialog').getByRole('button', { name, exact: true })
const response = async (page) => (await api(page, 'GET', `/responses/${at.response}`)).body
const giveReason = async (page, action, reason) => {
  await button(page, action).first().click()
  await page.getByRole('dialog').getByRole('textbox').fill(reason)
  await inDialog(page, action).click()
}

step('two people send the same text at once, and there is one receipt', async () => {
  const first = (people.secretariat = await portal.as('sekretariat-fonna', '/', { language: 'nn' }))
  at.response = (await api(first, 'GET', '/my-turn')).body.tasks.find(({ kind }) => kind === 'submit').responseId
  const second = await portal.as('sekretariat-fonna', '/', { language: 'nn', width: 390 })
  for (const page of [first, second]) {
    await page.clock.install({ time: '2022-03-30T12:00:00+02:00' }) // three hours ahead of the portal
    await page.goto(`/responses/${at.response}/submit`)
    await page.getByText(/Klokka hos oss: onsdag 30\. mars 2022 kl\. 09\.\d\d/).waitFor()
    await page.getByText(/Klokka på maskina di går (3 timar|2 timar og 59 minutt)/).waitFor()
    await button(page, 'Send inn').click()
  }
  await Promise.all([first, second].map((page) => inDialog(page, 'Ja, send inn').click()))
  for (const page of [first, second]) await page.waitForURL(/\/receipt$/)
  const { submissions, round } = await response(first)
  assert.equal(submissions.length, 1)
  Object.assign(at, { round: round.id, first: submissions[0].number })
  for (const page of [first, second]) await page.getByText(at.first).first().waitFor()
  await second.context().close()
})

step('the ministry returns it, and the secretariat sees why before anything else', async () => {
  const ministry = (people.ministry = await portal.as('departement', `/submissions/${at.response}`))
  await giveReason(ministry, 'Returner innspillet', 'Saksnummeret for vedtaket mangler.')
  await ministry.getByText('Dette innspillet er returnert').waitFor()
  await shot(ministry, 'returned-ministry')
  const { secretariat } = people
  await secretariat.goto('/')
  await secretariat.getByRole('heading', { name: /er returnert$/ }).first().waitFor()
  await shot(secretariat, 'returned-turn')
  await secretariat.getByRole('link', { name: 'Sjå kvifor' }).click()
  await secretariat.getByText('Saksnummeret for vedtaket mangler.').first().waitFor()
  await shot(secretariat, 'returned-status')
  await secretariat.setViewportSize({ width: 390, height: 844 })
  await shot(secretariat, 'returned-status-390')
  await secretariat.setViewportSize({ width: 1280, height: 900 })
  assert.equal((await response(secretariat)).state, 'draft')
})

/** What was frozen is frozen anew, with the same words: the positions stand, the committee decides again. */
async function freezeAndDecide(page) {
  await page.goto(`/responses/${at.response}`)
  await button(page, 'Lås for godkjenning').click()
  await inDialog(page, 'Lås for godkjenning').click()
  await button(page, 'Registrer vedtaket').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Utval eller møte' }).fill('Strategisk samarbeidsutval')
  await dialog.getByLabel('Møtedato').fill('2022-03-20')
  await dialog.getByLabel('Saksnummer').fill('12/22')
  await inDialog(page, 'Registrer vedtaket').click()
  await page.getByRole('link', { name: 'Sjå over og send inn' }).click()
  await button(page, 'Send inn').click()
  await inDialog(page, 'Ja, send inn').click()
  await page.waitForURL(/\/receipt$/)
  return (await response(page)).submissions
}

/** The server’s answer to an old login, once; the rest is the real flow, in a second tab. */
async function proveWhoYouAre(page) {
  await page.route('**/submit', (route) => route.fulfill({
    status: 403, contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403, code: 'reauthentication_required', facts: { level: '', maxAgeSeconds: 900 } }),
  }), { times: 1 })
  const link = page.getByRole('dialog').getByRole('link', { name: 'Logg inn på nytt' })
  const proved = link.waitFor().then(() => shot(page, 'proof')).then(() => link.click())
  return async () => {
    await proved
    assert.equal((await api(page, 'GET', '/me')).body.loginSeconds < 30, true)
  }
}

step('sent again, after a new login, it has a receipt of its own that points to the one before', async () => {
  const settled = await proveWhoYouAre(people.secretariat)
  const submissions = await freezeAndDecide(people.secretariat)
  await settled()
  assert.deepEqual(submissions.map(({ state }) => state), ['submitted', 'returned'])
  assert.equal(submissions[0].replaces, at.first)
  at.second = submissions[0].number
  await shot(people.secretariat, 'receipt-second')
})

step('while a replacement is written the ministry reads what was sent', async () => {
  const { secretariat, ministry } = people
  await secretariat.goto(`/responses/${at.response}`)
  await giveReason(secretariat, 'Erstatt innspelet', 'Vi vil presisere svar 2.')
  await secretariat.getByText('De lagar eit nytt innspel').waitFor()
  await shot(secretariat, 'replacing')
  await ministry.goto(`/submissions/${at.response}`)
  await ministry.getByText(at.second).first().waitFor()
  assert.doesNotMatch(await ministry.locator('main').innerText(), /erstattet av et nytt/)
  const [third] = await freezeAndDecide(secretariat)
  assert.equal(third.replaces, at.second)
  await ministry.goto(`/submissions/${at.response}?number=${at.second}`)
  await ministry.getByText('Dette innspillet er erstattet av et nytt').waitFor()
  await shot(ministry, 'replaced-ministry')
  await ministry.getByRole('link', { name: new RegExp(third.number) }).first().click()
  await ministry.getByRole('button', { name: 'Bekreft mottak' }).waitFor()
  await ministry.goto(`/rounds/${at.round}/submissions`)
  await ministry.getByText(`etter ${at.second}`).waitFor()
  await shot(ministry, 'submissions')
})

step('the ministry gives one municipality more time, and nobody else sees it', async () => {
  const { ministry } = people
  await ministry.goto(`/rounds/${at.round}`)
  await button(ministry, 'Gi utsettelse').click()
  const dialog = ministry.getByRole('dialog')
  await dialog.getByText('Én mottaker').click()
  await dialog.getByRole('combobox', { name: 'Mottaker' }).selectOption({ label: 'Kristiansand' })
  await dialog.getByLabel('Ny frist').fill('2022-04-08')
  await dialog.getByLabel('Klokkeslett').fill('12:00')
  await dialog.getByRole('textbox', { name: 'Hvorfor?' }).fill('Formannskapet møtes 7. april.')
  await shot(ministry, 'extend')
  await inDialog(ministry, 'Gi utsettelse').click()
  await ministry.getByText('Formannskapet møtes 7. april.').waitFor()
  await shot(ministry, 'extended')
  const kristiansand = await portal.as('koordinator-kristiansand', `/rounds/${at.round}`, { language: 'nn', width: 390 })
  await kristiansand.getByText(/fredag 8\. april 2022 kl\. 12\.00/).first().waitFor()
  await kristiansand.getByText('Formannskapet møtes 7. april.').waitFor()
  await shot(kristiansand, 'extended-390')
  const arendal = await portal.as('koordinator-arendal', `/rounds/${at.round}`)
  await arendal.getByText(/fredag 1\. april 2022/).first().waitFor()
  assert.doesNotMatch(await arendal.locator('main').innerText(), /Formannskapet|8\. april/)
  for (const page of [kristiansand, arendal]) await page.context().close()
})

step('what is withdrawn stays with the ministry, marked, and is counted no more', async () => {
  const { secretariat, ministry } = people
  const overview = async () => (await api(ministry, 'GET', `/rounds/${at.round}/overview`)).body
  const before = await overview()
  await secretariat.goto(`/responses/${at.response}`)
  await giveReason(secretariat, 'Trekk innspelet', 'Utvalet har snudd.')
  await secretariat.getByRole('heading', { name: 'Innspelet er trekt', exact: true }).waitFor()
  await shot(secretariat, 'withdrawn')
  await ministry.goto(`/submissions/${at.response}`)
  await ministry.getByText('Dette innspillet er trukket').waitFor()
  await ministry.getByText('Utvalet har snudd.').first().waitFor()
  const now = await overview()
  assert.equal(now.submitted, before.submitted - 1)
  assert.equal(now.communities.find(({ organisation }) => organisation.id === 'fonna').state, 'withdrawn')
  assert.equal((await api(ministry, 'GET', `/rounds/${at.round}/submissions`)).body.find(({ responseId }) => responseId === at.response).earlier.length, 2)
  for (const page of Object.values(people)) assert.deepEqual(page.faults, [])
})
