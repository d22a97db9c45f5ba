import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, into } from './portal.mjs'

/*
 * One late, one silent, one separate: the joint answer is sent without those who have said nothing; one of them approves it
 * afterwards, one never answers, and one municipality sends an answer of its own that joins the joint one but for a
 * question. The ministry and the public see who stands where. In bokmål and wide, and in nynorsk on a phone.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { send: 'Send inn', sure: 'Ja, send inn', silent: 'Har ikke sagt noe om denne teksten: ', late: 'Godkjenn etter innsending', done: /er registrert/, after: 'Godkjent etter innsending: ', start: 'Start eget innspill',
    joins: /Vi slutter oss til svaret fra/, related: 'Lagret: forholdet til fellessvaret.', approve: 'Godkjenn', register: 'Registrer standpunktet', separate: 'Egne innspill' },
  nn: { send: 'Send inn', sure: 'Ja, send inn', silent: 'Har ikkje sagt noko om denne teksten: ', late: 'Godkjenn etter innsending', done: /er registrert/, after: 'Godkjent etter innsending: ', start: 'Start eige innspel',
    joins: /Vi sluttar oss til svaret frå/, related: 'Lagra: forholdet til fellessvaret.', approve: 'Godkjenn', register: 'Registrer standpunktet', separate: 'Eigne innspel' },
}
const button = (page, name) => page.getByRole('button', { name, exact: true })
const inDialog = (page, name) => page.getByRole('dialog').getByRole('button', { name, exact: true })

/** Somebody who by the administrator's word acts for the organisation. */
async function acting(persona, organisationId, roles, view) {
  const admin = await portal.as('administrator')
  const { account } = (await api(admin, 'GET', '/accounts')).body.find((one) => one.account.subject === persona)
  for (const role of roles) assert.equal((await api(admin, 'POST', `/accounts/${account.id}/roles`, { organisationId, role })).status, 200)
  await admin.context().close()
  const page = await portal.as(persona, '/', view)
  assert.equal((await api(page, 'PUT', '/me/acting', { organisationId })).status, 200)
  return page
}

async function submit(page, response, t) {
  await page.goto(`/responses/${response}/submit`)
  await button(page, t.send).click()
  await inDialog(page, t.sure).click()
  await page.waitForURL(/\/receipt$/)
}

/** Publishes what was sent last, and gives its number. */
async function publish(ministry, response) {
  const { number } = (await api(ministry, 'GET', `/submissions/${response}`)).body.receipt
  assert.equal((await api(ministry, 'POST', `/submissions/${response}/receive`)).status, 200)
  assert.equal((await api(ministry, 'POST', `/submissions/${response}/publish`, { number })).status, 200)
  return number
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  const t = words[view.language]
  const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}-${view.language}-${view.width}.png`, fullPage: true })

  test(`one late, one silent, one separate, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const secretariat = await portal.as('sekretariat-fonna', '/', view)
    const joint = (await api(secretariat, 'GET', '/my-turn')).body.tasks.find(({ kind }) => kind === 'submit').responseId
    const { parties, round } = (await api(secretariat, 'GET', `/responses/${joint}`)).body
    const [late, silent] = parties.filter(({ side, validity }) => side === 'municipal' && validity === 'none').map(({ organisation }) => organisation)
    const alone = parties.find(({ side, validity }) => side === 'municipal' && validity === 'valid').organisation

    await secretariat.goto(`/responses/${joint}/submit`)
    await button(secretariat, t.send).waitFor()
    await shot(secretariat, 'submit')
    await submit(secretariat, joint, t)

    const latecomer = await acting('koordinator-kristiansand', late.id, ['approver'], view)
    await latecomer.goto(`/responses/${joint}/signoff`)
    await button(latecomer, t.late).click()
    await latecomer.getByText(t.done).first().waitFor()

    const writer = await acting('koordinator-arendal', alone.id, ['coordinator', 'approver'], view)
    await writer.goto(`/rounds/${round.id}`)
    await button(writer, t.start).click()
    await inDialog(writer, t.start).click()
    await writer.waitForURL(/\/responses\/[0-9a-f-]{36}$/)
    const own = writer.url().split('/').at(-1)
    const now = async () => (await api(writer, 'GET', `/responses/${own}`)).body
    const [first, ...others] = (await now()).answers
    await writer.goto(`/responses/${own}/write/${first.id}`)
    await writer.locator('summary', { hasText: 'Forholdet til fellessvaret' }).click()
    await shot(writer, 'relation')
    await writer.getByRole('radio', { name: t.joins }).check()
    await writer.getByText(t.related).first().waitFor()
    for (const { id, version } of others) {
      const kind = id === others.at(-1).id ? 'deviates' : 'joins'
      assert.equal((await api(writer, 'PUT', `/responses/${own}/answers/${id}/relation`, { kind, communityId: 'fonna', version })).status, 200)
    }
    const last = others.at(-1).id
    await writer.goto(`/responses/${own}/write/${last}`)
    const text = writer.locator('[contenteditable="true"]').first()
    await into(text)
    await writer.keyboard.type('Hos oss er avstanden til sykehuset det viktigste.')
    await writer.locator('[data-save-state="saved"]').first().waitFor()
    const { version } = (await now()).answers.find(({ id }) => id === last)
    assert.equal((await api(writer, 'PUT', `/responses/${own}/answers/${last}/status`, { status: 'ready', version })).status, 200)
    assert.equal((await api(writer, 'POST', `/responses/${own}/freeze`, { version: (await now()).version })).status, 200)
    await writer.goto(`/responses/${own}/signoff`)
    await shot(writer, 'own-signoff')
    await writer.getByText(t.approve, { exact: true }).click()
    await button(writer, t.register).click()
    await writer.getByText(t.done).first().waitFor()
    await submit(writer, own, t)

    const ministry = await portal.as('departement', `/submissions/${joint}`, view)
    await ministry.getByText(t.after + late.name).waitFor()
    await shot(ministry, 'late')
    await ministry.goto(`/rounds/${round.id}/overview`)
    await ministry.getByText(t.separate).first().waitFor()
    await ministry.getByText(alone.name).first().waitFor()
    await shot(ministry, 'overview')
    const numbers = [await publish(ministry, joint), await publish(ministry, own)]
    const question = (await api(ministry, 'GET', `/rounds/${round.id}`)).body.questions.at(-1).id
    await ministry.goto(`/rounds/${round.id}/questions/${question}`)
    await ministry.getByText('Hos oss er avstanden til sykehuset det viktigste.').first().waitFor()
    await shot(ministry, 'across')

    const anybody = await portal.as(null, '/published', view)
    await anybody.getByRole('link', { name: alone.name }).waitFor()
    await shot(anybody, 'published')
    for (const number of numbers) {
      await anybody.goto(`/published/${number}`)
      await anybody.getByText(number).first().waitFor()
      await shot(anybody, `published-${number}`)
    }
    await anybody.goto(`/published/${numbers[0]}`)
    await anybody.getByText(t.after + late.name).waitFor()
    await anybody.goto(`/published/${numbers[1]}`)
    await anybody.getByText('Hos oss er avstanden til sykehuset det viktigste.').first().waitFor()
    assert.equal((await api(anybody, 'GET', `/published/${numbers[0]}`)).body.package.parties.find(({ name }) => name === silent.name).position ?? null, null)
    for (const page of [secretariat, latecomer, writer, ministry, anybody]) {
      assert.deepEqual(page.faults, [])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
    }
  })
}
