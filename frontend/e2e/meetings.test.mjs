import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { afterEach, test } from 'node:test'
import { Portal, api } from './portal.mjs'

/*
 * A committee meets: the secretariat calls the meeting and fetches the papers, the decision is recorded in the minutes and
 * is the answer's own, a member adds a remark to them. And the plan back from the deadline, which one party's meeting does
 * not fit into. Played in bokmål and wide, and in nynorsk on a phone.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { call: 'Kall inn til møte', body: 'Utvalg', day: 'Dato', time: 'Klokkeslett', papers: 'Frist for sakspapirer', add: 'Legg til sak', what: 'Hva gjelder saken?', save: 'Lagre møtet',
    pack: 'Last ned sakspapirene (PDF)', minute: /^Før protokoll/, decided: 'Vedtatt', number: /^Saksnummer/, record: 'Før inn', isDecision: 'Registrert som vedtak om innspillet.', remark: /^Skriv protokolltilførsel/,
    from: /Protokolltilførsel fra/, set: 'Legg inn egne datoer', own: /^Eget møte/, saveDates: 'Lagre datoene', late: 'Møtet er etter at svaret må være klart.', conflict: /passer ikke i planen/ },
  nn: { call: 'Kall inn til møte', body: 'Utval', day: 'Dato', time: 'Klokkeslett', papers: 'Frist for sakspapir', add: 'Legg til sak', what: 'Kva gjeld saka?', save: 'Lagre møtet',
    pack: 'Last ned sakspapira (PDF)', minute: /^Før protokoll/, decided: 'Vedteke', number: /^Saksnummer/, record: 'Før inn', isDecision: 'Registrert som vedtak om innspelet.', remark: /^Skriv protokolltilførsel/,
    from: /Protokolltilførsel frå/, set: 'Legg inn eigne datoar', own: /^Eige møte/, saveDates: 'Lagre datoane', late: 'Møtet er etter at svaret må vere klart.', conflict: /passar ikkje i planen/ },
}
const button = (scope, name) => scope.getByRole('button', { name, exact: typeof name === 'string' })

/** Vestfold's response, upheld by so many that its committee may decide. */
async function upheld(secretariat, view) {
  const admin = await portal.as('administrator')
  const accounts = (await api(admin, 'GET', '/accounts')).body
  const { tasks, waiting } = (await api(secretariat, 'GET', '/my-turn')).body
  const id = [...tasks, ...waiting].find(({ responseId }) => responseId).responseId
  const response = (await api(secretariat, 'GET', `/responses/${id}`)).body
  const confirm = async (page) => {
    const answer = await api(page, 'POST', `/responses/${id}/positions/confirm`, { freezeId: response.freeze.id, answerHashes: Object.fromEntries(response.answers.map((one) => [one.id, one.hash])) })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  }
  await confirm(await portal.as('godkjenner-siv'))
  const town = await portal.as('godkjenner-tonsberg', '/', view)
  await confirm(town)
  const spare = accounts.find(({ account }) => account.subject === 'koordinator-kristiansand').account.id
  const page = await portal.as('koordinator-kristiansand')
  const ready = async () => (await api(secretariat, 'GET', `/responses/${id}`)).body.tally.met
  for (const { organisation, position } of response.parties.filter(({ side, position }) => side === 'municipal' && position?.kind.startsWith('approved'))) {
    if (organisation.id === 'k-3803' || (await ready())) continue
    assert.equal((await api(admin, 'POST', `/accounts/${spare}/roles`, { organisationId: organisation.id, role: 'approver' })).status, 200, position.kind)
    assert.equal((await api(page, 'PUT', '/me/acting', { organisationId: organisation.id })).status, 200)
    await confirm(page)
  }
  assert.equal(await ready(), true, 'enough have answered')
  return { id, town }
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  const t = words[view.language]

  test(`a committee decides in a meeting, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const secretariat = await portal.as('sekretariat-vestfold', '/', view)
    const { id, town } = await upheld(secretariat, view)

    await secretariat.goto('/communities/vestfold')
    await button(secretariat, t.call).click()
    const dialog = secretariat.getByRole('dialog')
    await dialog.getByLabel(t.body, { exact: true }).selectOption({ label: 'Strategisk samarbeidsutvalg Vestfold' })
    await dialog.getByLabel(t.day, { exact: true }).fill('2022-03-30')
    await dialog.getByLabel(t.time, { exact: true }).fill('08:00')
    await dialog.getByLabel(t.papers, { exact: true }).fill('2022-03-25')
    await button(dialog, t.add).click()
    await dialog.getByLabel(t.what).selectOption({ index: 1 })
    await button(dialog, t.save).click()
    await secretariat.waitForURL(/\/meetings\//)

    const downloaded = secretariat.waitForEvent('download')
    await secretariat.getByRole('link', { name: t.pack }).click()
    const file = await downloaded
    assert.match(file.suggestedFilename(), /^sakspapir-vestfold-2022-03-30-1\.pdf$/)
    assert.equal(readFileSync(await file.path()).subarray(0, 5).toString(), '%PDF-')

    await button(secretariat, t.minute).click()
    await secretariat.getByRole('dialog').getByText(t.decided, { exact: true }).click()
    await secretariat.getByRole('dialog').getByRole('textbox', { name: t.number }).fill('12/22')
    await button(secretariat.getByRole('dialog'), t.record).click()
    await secretariat.getByText(t.isDecision).waitFor()
    const response = (await api(secretariat, 'GET', `/responses/${id}`)).body
    assert.deepEqual([response.state, response.decisions[0].body, response.decisions[0].caseNumber], ['ready', 'Strategisk samarbeidsutvalg Vestfold', '12/22'])

    await town.goto(new URL(secretariat.url()).pathname)
    await button(town, t.remark).first().click()
    await town.getByRole('dialog').getByRole('textbox').fill('Kommunen viser til sitt eget vedtak.')
    await button(town.getByRole('dialog'), t.record).click()
    await town.getByText(t.from).first().waitFor()
    await secretariat.reload()
    await secretariat.getByText('Kommunen viser til sitt eget vedtak.').waitFor()
    for (const page of [secretariat, town]) {
      assert.deepEqual(page.faults, [])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
    }
  })

  test(`the plan says whose meeting does not fit, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const coordinator = await portal.as('koordinator-kristiansand', '/', view)
    const { tasks, waiting } = (await api(coordinator, 'GET', '/my-turn')).body
    const id = [...tasks, ...waiting].find(({ responseId }) => responseId).responseId
    await coordinator.goto(`/responses/${id}`)
    await button(coordinator, t.set).click()
    await coordinator.getByRole('dialog').getByLabel(t.own).fill('2022-03-31') // the committee's papers are due the day before
    await button(coordinator.getByRole('dialog'), t.saveDates).click()
    await coordinator.getByText(t.late).first().waitFor()
    const secretariat = await portal.as('sekretariat-agder', `/responses/${id}`, view)
    await secretariat.getByText(t.conflict).first().waitFor()
    await secretariat.getByText(t.late).first().waitFor()
    for (const page of [coordinator, secretariat]) {
      assert.deepEqual(page.faults, [])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
    }
  })
}
