import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { afterEach, test } from 'node:test'
import { Portal, api, sleep } from './portal.mjs'

/*
 * How communities really decide: a text that one party rejects is opened again, and two municipalities make a remark
 * together that the others must have seen; the text is changed after a council has met;
 * a deputy signs, and one speaks on behalf of another municipality. Played in bokmål and wide, and
 * in nynorsk on a phone.
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

const meeting = {
  nb: { uphold: 'Oppretthold', changed: 'Teksten er endret etter at dere behandlet den', answer: 'Endret i svar 4', no: 'Nei, teksten må behandles på nytt', why: /Hvorfor/, again: /må behandles på nytt/, uncovered: /må behandles på nytt:/,
    record: 'Registrer behandling', body: /Hvem behandlet/, political: 'Politisk (kommunestyre, formannskap, styre)', date: 'Møtedato', endorsed: 'Sluttet seg til', save: 'Registrer', saved: 'Behandlingen er registrert.', line: /Kommunestyret.*versjon 2/, paper: 'Last ned saksframlegg (Word)', refused: 'Denne filen kan ikke legges ved.', attached: 'Filen er lagt ved.' },
  nn: { uphold: 'Oppretthald', changed: 'Teksten er endra etter at de behandla han', answer: 'Endra i svar 4', no: 'Nei, teksten må behandlast på nytt', why: /Kvifor/, again: /må behandlast på nytt/, uncovered: /må behandlast på nytt:/,
    record: 'Registrer behandling', body: /Kven behandla/, political: 'Politisk (kommunestyre, formannskap, styre)', date: 'Møtedato', endorsed: 'Slutta seg til', save: 'Registrer', saved: 'Behandlinga er registrert.', line: /Kommunestyret.*versjon 2/, paper: 'Last ned saksframlegg (Word)', refused: 'Denne fila kan ikkje leggjast ved.', attached: 'Fila er lagd ved.' },
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  const t = { ...words[view.language], ...meeting[view.language] }

  test(`the text is changed after a council's meeting, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const horten = await portal.as('godkjenner-horten', '/', view)
    const { tasks } = (await api(horten, 'GET', '/my-turn')).body
    const response = tasks.find(({ kind }) => kind === 'confirm_position').responseId
    const ours = async () => (await api(horten, 'GET', `/responses/${response}`)).body.parties.find(({ mine }) => mine)
    await horten.goto(`/responses/${response}/signoff`)
    await horten.getByText(t.changed).first().waitFor()
    await horten.locator('summary', { hasText: t.answer }).click()
    await horten.locator('details[open] ins').first().waitFor()
    if (process.env.SHOTS) await horten.screenshot({ path: `${process.env.SHOTS}/treated-${view.language}-${view.width}.png`, fullPage: true })

    await button(horten, t.uphold).click()
    await horten.getByText(view.language === 'nb' ? 'Dette må fylles ut.' : 'Dette må fyllast ut.').first().waitFor() // nothing was said of the meeting
    await horten.getByText(t.no, { exact: true }).click()
    await horten.getByRole('textbox', { name: t.why }).fill('Vedtaket gjaldt ikke fordelingen.')
    await button(horten, t.uphold).click()
    await horten.getByText(t.done).first().waitFor()
    assert.deepEqual([(await ours()).validity, (await ours()).because], ['stale', 'treatment'])

    const secretariat = await portal.as('sekretariat-vestfold', `/responses/${response}`, view)
    await secretariat.getByText('Vedtaket gjaldt ikke fordelingen.').first().waitFor()
    if (process.env.SHOTS) await secretariat.screenshot({ path: `${process.env.SHOTS}/status-${view.language}-${view.width}.png`, fullPage: true })

    await button(horten, t.record).click()
    const dialog = horten.getByRole('dialog')
    await dialog.getByRole('textbox', { name: t.body }).fill('Kommunestyret')
    await dialog.getByText(t.political, { exact: true }).click()
    await dialog.getByLabel(t.date).fill('2022-03-30')
    await dialog.getByText(t.endorsed, { exact: true }).click()
    if (process.env.SHOTS) await horten.screenshot({ path: `${process.env.SHOTS}/record-${view.language}-${view.width}.png` })
    await dialog.getByRole('button', { name: t.save, exact: true }).click()
    await horten.getByText(t.saved).first().waitFor()
    await horten.getByText(t.line).first().waitFor()
    await until('nothing is left to be said of the meeting', async () => (await horten.getByText(t.changed).count()) === 0)
    await button(horten, t.uphold).click()
    await until('the position counts', async () => (await ours()).validity === 'valid')

    const attach = (name, buffer) => horten.locator('input[type="file"]').last().setInputFiles({ name, mimeType: 'application/pdf', buffer })
    await attach('Vedtak.pdf', Buffer.from('<script>alert(1)</script>'))
    await horten.getByText(t.refused).first().waitFor()
    await attach('Møtebok.pdf', Buffer.from('%PDF-1.7 møteboka'))
    await horten.getByText(t.attached).first().waitFor()
    if (process.env.SHOTS) await horten.screenshot({ path: `${process.env.SHOTS}/attached-${view.language}-${view.width}.png`, fullPage: true })
    await secretariat.goto(`/responses/${response}`)
    const [minutes] = await Promise.all([secretariat.waitForEvent('download'), secretariat.getByRole('link', { name: /Møtebok\.pdf/ }).first().click()])
    assert.equal(minutes.suggestedFilename(), 'Møtebok.pdf')
    assert.equal(await readFile(await minutes.path(), 'utf8'), '%PDF-1.7 møteboka')

    const [paper] = await Promise.all([horten.waitForEvent('download'), horten.getByRole('link', { name: t.paper }).click()])
    assert.match(paper.suggestedFilename(), /^saksframlegg-k-3801-versjon-2\.docx$/)
    for (const page of [horten, secretariat]) assert.deepEqual(page.faults, [])
    assert.equal(await horten.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
  })
}

const mandate = {
  nb: { uphold: 'Oppretthold', give: 'Gi fullmakt', given: 'Fullmakten er gitt.', who: 'Hvem får fullmakt?', deputy: /stedfortreder/, end: 'Avslutt', ended: 'Fullmakten er avsluttet.', why: /Hvorfor/, owed: 'må opprettholde: fullmakten er avsluttet',
    behalf: 'Registrer på vegne av dem', told: 'Tønsberg kommune har gitt deg fullmakt til å ta standpunkt.', speakFor: 'Ta standpunkt på vegne av Sandefjord', saidFor: /Larvik, på vegne av Sandefjord/ },
  nn: { uphold: 'Oppretthald', give: 'Gje fullmakt', given: 'Fullmakta er gjeven.', who: 'Kven får fullmakt?', deputy: /stedfortredar/, end: 'Avslutt', ended: 'Fullmakta er avslutta.', why: /Kvifor/, owed: 'må oppretthalde: fullmakta er avslutta',
    behalf: 'Registrer på vegner av dei', told: 'Tønsberg kommune har gitt deg fullmakt til å ta standpunkt.', speakFor: 'Ta standpunkt på vegner av Sandefjord', saidFor: /Larvik, på vegner av Sandefjord/ },
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  const t = { ...words[view.language], ...mandate[view.language] }
  const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}-${view.language}-${view.width}.png`, fullPage: true })

  test(`a deputy signs, and one speaks on behalf of another, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const { response, secretariat, first, second, third } = await stage(view)
    const admin = await portal.as('administrator')
    const accounts = (await api(admin, 'GET', '/accounts')).body
    const account = (persona) => accounts.find((one) => one.account.subject === persona).account.id
    assert.equal((await api(admin, 'POST', `/accounts/${account('leser-agder')}/roles`, { organisationId: 'k-3803', role: 'reader' })).status, 200)
    const party = async (id) => (await api(secretariat, 'GET', `/responses/${response}`)).body.parties.find(({ organisation }) => organisation.id === id)

    await third.goto(`/responses/${response}/signoff`)
    await button(third, t.give).click() // one
    const dialog = third.getByRole('dialog')
    await dialog.getByLabel(t.who).selectOption({ value: `${account('leser-agder')} k-3803` }) // two
    await shot(third, 'give')
    await dialog.getByRole('button', { name: t.give, exact: true }).click() // three
    await third.getByText(t.given).first().waitFor()

    const deputy = await portal.as('leser-agder', '/', view)
    assert.equal((await api(deputy, 'PUT', '/me/acting', { organisationId: 'k-3803' })).status, 200)
    await deputy.goto('/notices')
    await deputy.getByText(t.told).first().waitFor()
    await shot(deputy, 'told')
    await deputy.goto(`/responses/${response}/signoff`)
    await button(deputy, t.uphold).click()
    await deputy.getByText(t.done).first().waitFor()
    await deputy.locator('#standpunkt').getByText(t.deputy).waitFor()
    assert.equal((await party('k-3803')).validity, 'valid')

    await third.goto('/mandates')
    await shot(third, 'mandates')
    await button(third, t.end).click()
    await dialog.getByRole('textbox', { name: t.why }).fill('Tilbake fra ferie.')
    await dialog.getByRole('button', { name: t.end, exact: true }).click()
    await third.getByText(t.ended).first().waitFor()
    assert.deepEqual([(await party('k-3803')).validity, (await party('k-3803')).because], ['stale', 'mandate'])
    await secretariat.goto(`/responses/${response}`)
    await secretariat.getByText(t.owed).first().waitFor()
    await third.goto(`/responses/${response}/signoff`)
    await button(third, t.uphold).click()
    await until('the approver upholds it', async () => (await party('k-3803')).validity === 'valid')

    const given = { accountId: account('koordinator-arendal'), organisationId: 'k-3805', responseId: response, begins: '2022-03-30', ends: '2022-04-01', reason: 'Regionrådet samordner.', restsOn: 'Samarbeidsavtalen' }
    assert.equal((await api(first, 'POST', '/mandates', given)).status, 200)
    await second.goto('/')
    await second.getByText(t.speakFor).first().waitFor()
    await shot(second, 'speak-for')
    await second.goto(`/responses/${response}/signoff`)
    const behalf = second.locator('section[aria-labelledby="on-behalf"]')
    await behalf.getByLabel('Sandefjord').check()
    await behalf.getByText(t.approve, { exact: true }).click()
    await shot(second, 'behalf')
    await button(second, t.behalf).click()
    await until('it is on record for the other', async () => (await party('k-3804')).position?.mandate?.organisation === 'Larvik')
    await secretariat.reload()
    await secretariat.getByText(t.saidFor).first().waitFor()
    await shot(secretariat, 'said-for')
    for (const page of [secretariat, first, second, third, deputy]) assert.deepEqual(page.faults, [])
    assert.equal(await second.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
  })
}

const two = {
  nb: { uphold: 'Oppretthold', how: 'Hvor mange må si det samme?', save: 'Lagre', saved: 'Det er lagret.', one: 'Det er nok at én godkjenner tar standpunkt for dere.', two: '2 godkjennere må si det samme', waits: 'Én godkjenner til må si det samme', own: /Du har sagt ditt/,
    task: 'Si om du slutter deg til standpunktet', go: 'Les og slutt deg til', join: 'Slutt deg til' },
  nn: { uphold: 'Oppretthald', how: 'Kor mange må seie det same?', save: 'Lagre', saved: 'Det er lagra.', one: 'Det er nok at éin godkjennar tek standpunkt for dykk.', two: '2 godkjennarar må seie det same', waits: 'Éin godkjennar til må seie det same', own: /Du har sagt ditt/,
    task: 'Sei om du sluttar deg til standpunktet', go: 'Les og slutt deg til', join: 'Slutt deg til' },
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  const t = { ...words[view.language], ...two[view.language] }
  const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}-${view.language}-${view.width}.png`, fullPage: true })

  test(`two of a town's approvers have to say the same, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const { response, secretariat, third } = await stage(view)
    const admin = await portal.as('administrator')
    const { account } = (await api(admin, 'GET', '/accounts')).body.find((one) => one.account.subject === 'leser-agder')
    assert.equal((await api(admin, 'POST', `/accounts/${account.id}/roles`, { organisationId: 'k-3803', role: 'approver' })).status, 200)
    const now = async () => (await api(secretariat, 'GET', `/responses/${response}`)).body
    const party = async () => (await now()).parties.find(({ organisation }) => organisation.id === 'k-3803')

    await third.goto('/mandates')
    await third.getByText(t.one).waitFor()
    await third.getByLabel(t.how).selectOption('2')
    await button(third, t.save).click()
    await third.getByText(t.saved).first().waitFor()
    await third.getByText(t.two).first().waitFor()
    await shot(third, 'quorum')
    assert.equal((await party()).needed, undefined) // the text was there before

    assert.equal((await api(secretariat, 'POST', `/responses/${response}/reopen`, { version: (await now()).version, reason: 'En rettelse.' })).status, 200)
    assert.equal((await api(secretariat, 'POST', `/responses/${response}/freeze`, { version: (await now()).version })).status, 200)
    const { freeze } = await now() // what one said of the very same text counted when it was said
    assert.equal((await api(third, 'POST', `/responses/${response}/positions/withdraw`, { freezeId: freeze.id, reason: 'Flere skal være med.' })).status, 200)
    await takePosition(third, response, t, t.approve)
    assert.equal((await party()).validity, 'pending')
    await third.getByText(t.own).waitFor()
    await shot(third, 'said')
    await secretariat.goto(`/responses/${response}`)
    await secretariat.getByText(t.waits).first().waitFor()
    await shot(secretariat, 'waits')

    const colleague = await portal.as('leser-agder', '/', view)
    assert.equal((await api(colleague, 'PUT', '/me/acting', { organisationId: 'k-3803' })).status, 200)
    await colleague.goto('/')
    await colleague.getByText(t.task).first().waitFor()
    await shot(colleague, 'task')
    await colleague.getByRole('link', { name: t.go }).first().click()
    await button(colleague, t.join).waitFor()
    await shot(colleague, 'join')
    await button(colleague, t.join).click()
    await colleague.getByText(t.done).first().waitFor()
    const { validity, position } = await party()
    assert.deepEqual([validity, position.needed, position.approvers.length], ['valid', 2, 2])
    for (const page of [secretariat, third, colleague]) assert.deepEqual(page.faults, [])
    for (const page of [third, colleague]) assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
  })
}
