import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, sleep } from './portal.mjs'

/*
 * How communities really decide: a text that one party rejects is opened again, and two municipalities make a remark
 * together that the others must have seen. Played in bokmål and wide, and in nynorsk on a phone.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { approve: 'Godkjenn', remark: 'Godkjenn med særmerknad', reject: 'Avvis', register: 'Registrer standpunktet', done: /er registrert/, reason: /Begrunnelse/, rejected: 'Én part har avvist teksten',
    join: 'Slutt dere til', seen: 'Vi har sett det', reopen: 'Åpne teksten igjen', unseen: 'Ikke sett ennå av', about: 'Hva gjelder den?', answer: 'Svar 1', all: /Alt partene har sagt/ },
  nn: { approve: 'Godkjenn', remark: 'Godkjenn med særmerknad', reject: 'Avvis', register: 'Registrer standpunktet', done: /er registrert/, reason: /Grunngjeving/, rejected: 'Éin part har avvist teksten',
    join: 'Slutt dykk til', seen: 'Vi har sett det', reopen: 'Opne teksten igjen', unseen: 'Ikkje sett enno av', about: 'Kva gjeld han?', answer: 'Svar 1', all: /Alt partane har sagt/ },
}
const button = (page, name) => page.getByRole('button', { name, exact: true })

/** A response of Vestfold's own in the demonstration, whose text is frozen, and an approver of three of its parties. */
async function stage(view) {
  const admin = await portal.as('administrator')
  const accounts = (await api(admin, 'GET', '/accounts')).body
  const cast = { first: ['koordinator-kristiansand', 'k-3804'], second: ['koordinator-arendal', 'k-3805'] }
  for (const [persona, organisationId] of Object.values(cast)) {
    const { id } = accounts.find(({ account }) => account.subject === persona).account
    assert.equal((await api(admin, 'POST', `/accounts/${id}/roles`, { organisationId, role: 'approver' })).status, 200)
  }
  const secretariat = await portal.as('sekretariat-vestfold', '/', view)
  const { tasks, waiting } = (await api(secretariat, 'GET', '/my-turn')).body
  const response = [...tasks, ...waiting].find(({ responseId }) => responseId).responseId
  const people = { secretariat, third: await portal.as('godkjenner-tonsberg', '/', view) }
  for (const [who, [persona, organisationId]] of Object.entries(cast)) {
    people[who] = await portal.as(persona, '/', view)
    assert.equal((await api(people[who], 'PUT', '/me/acting', { organisationId })).status, 200)
  }
  return { response, ...people }
}

async function until(what, holds) {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds()) return
    await sleep(100)
  }
  assert.fail(`in vain: ${what}`)
}

async function takePosition(page, response, t, label, fill = async () => {}) {
  await page.goto(`/responses/${response}/signoff`)
  await page.getByText(label, { exact: true }).click()
  await fill()
  await button(page, t.register).click()
  await page.getByText(t.done).first().waitFor()
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  const t = words[view.language]

  test(`a rejected text is opened again, and two make a remark together, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const { response, secretariat, first, second, third } = await stage(view)
    const now = async () => (await api(secretariat, 'GET', `/responses/${response}`)).body
    const status = (page) => page.goto(`/responses/${response}`)

    await takePosition(first, response, t, t.reject, () => first.getByRole('textbox', { name: t.reason }).fill('Vi kan ikke stå bak svar 1.'))
    for (const page of [second, third, secretariat]) { // also those who have signed are told
      await status(page)
      await page.getByText(t.rejected).first().waitFor()
      await page.getByText('Vi kan ikke stå bak svar 1.').first().waitFor()
    }
    await button(secretariat, t.reopen).first().click()
    await secretariat.getByRole('dialog').getByRole('textbox').fill('Sandefjord har avvist teksten.')
    await secretariat.getByRole('dialog').getByRole('button', { name: t.reopen, exact: true }).click()
    await until('open again', async () => (await now()).state === 'draft')
    assert.equal((await api(secretariat, 'POST', `/responses/${response}/freeze`, { version: (await now()).version })).status, 200)
    await status(secretariat)
    await secretariat.locator('summary', { hasText: t.all }).click()
    await secretariat.getByText('«Vi kan ikke stå bak svar 1.»').first().waitFor() // what was said stays

    await third.goto(`/responses/${response}/signoff`)
    await button(third, view.language === 'nb' ? 'Oppretthold' : 'Oppretthald').click()
    await third.getByText(t.done).first().waitFor()
    await first.goto(`/responses/${response}/signoff`)
    await button(first, view.language === 'nb' ? 'Ta et annet standpunkt' : 'Ta eit anna standpunkt').click()
    await first.getByText(t.remark, { exact: true }).click()
    await first.getByLabel(t.about).selectOption({ label: t.answer })
    await first.getByRole('textbox', { name: /^Særmerknad/ }).fill('Vi vil legge vekt på avstand.')
    await button(first, t.register).click()
    await first.getByText(t.done).first().waitFor()

    await second.goto(`/responses/${response}/signoff`)
    await second.locator('#svar-1').getByRole('button', { name: t.join, exact: true }).click()
    await until('two authors', async () => (await now()).remarks.some(({ authors }) => authors.length === 2))
    await status(secretariat)
    await secretariat.getByText(t.unseen).first().waitFor()
    await third.goto(`/responses/${response}/signoff`)
    await third.getByText('Vi vil legge vekt på avstand.').first().waitFor()
    await button(third, t.seen).click()
    await until('seen by everybody who must', async () => (await now()).remarks.find(({ authors }) => authors.length === 2).unseenBy.length === 0)
    for (const page of [secretariat, first, second, third]) assert.deepEqual(page.faults, [])
    assert.equal(await third.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
  })
}
