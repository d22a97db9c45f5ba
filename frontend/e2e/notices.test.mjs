import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startMailServer } from './mailserver.mjs'
import { Portal, api, sleep } from './portal.mjs'

/*
 * From the message in the mail to a recorded position, by somebody who is not logged in and has never been on the page;
 * what is told in the page; and what is new since one last looked. In bokmål and wide, and in nynorsk on a phone.
 */
let portal
before(async () => (portal = await Portal.start()), { timeout: 180_000 })
after(() => portal?.stop())

const views = [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]

async function until(what, holds) {
  for (let tries = 0; tries < 150; tries++) {
    const found = await holds()
    if (found) return found
    await sleep(200)
  }
  assert.fail(`in vain: ${what}`)
}

/** The newest mail to a person, as it lies in the demonstration's mailbox. */
async function mailTo(page, name) {
  await until(`mail to ${name}`, async () => {
    await page.goto(`/dev-mail?to=${encodeURIComponent(name)}`)
    return page.locator('article').count()
  })
  return page.locator('article').first()
}

const steps = {
  nb: { who: 'Tone Eksempel', subject: /^Oppretthold eller endre standpunktet .* innen 1\. april 2022$/, sign: async (page) => page.getByRole('button', { name: 'Oppretthold', exact: true }).click() },
  nn: {
    who: 'Magnus Eksempel',
    subject: /^Ta standpunkt til innspelet frå .* innan 1\. april 2022$/,
    async sign(page) {
      await page.getByText('Godkjenn', { exact: true }).click()
      await page.getByRole('button', { name: 'Registrer standpunktet', exact: true }).click()
    },
  },
}

for (const view of views) {
  const { who, subject, sign } = steps[view.language]

  test(`from the mail to a recorded position in under a minute, ${view.language} at ${view.width}`, { timeout: 120_000 }, async () => {
    const page = await portal.as(null, '/dev-mail', { width: view.width })
    const mail = await mailTo(page, who)
    assert.match(await mail.locator('h2').innerText(), subject)
    assert.equal(await mail.getAttribute('lang'), view.language)
    const began = Date.now()
    await mail.locator('a', { hasText: '/signoff' }).first().click()
    await page.getByRole('link', { name: who }).click() // nobody is logged in: the link leads by way of the login
    await page.waitForURL(/\/responses\/[^/]+\/signoff$/)
    await sign(page)
    await page.getByText(/er registrert/).first().waitFor()
    const took = Date.now() - began
    console.log(`# ${took} ms and ${view.language === 'nb' ? 3 : 4} clicks from the mail to the recorded position`)
    assert.ok(took < 60_000, `${took} ms`)
    assert.deepEqual(page.faults, [])
  })
}

test('a link leads to the organisation that it was sent for', { timeout: 60_000 }, async () => {
  const page = await portal.as('koordinator-arendal', '/')
  const { tasks, waiting } = (await api(page, 'GET', '/my-turn')).body
  const response = [...tasks, ...waiting].find(({ responseId }) => responseId).responseId
  for (const organisation of ['agder', 'k-4203', 'vestfold']) { // the last is not theirs, and changes nothing
    await page.goto(`/responses/${response}?for=${organisation}`)
    await page.locator('h1').first().waitFor()
    assert.equal(new URL(page.url()).search, '')
    assert.equal((await api(page, 'GET', '/me')).body.acting.organisation.id, organisation === 'vestfold' ? 'k-4203' : organisation)
  }
})

test('what has happened is told in the page, and what is new since one looked', { timeout: 120_000 }, async () => {
  const secretariat = await portal.as('sekretariat-vestfold', '/')
  const { tasks, waiting } = (await api(secretariat, 'GET', '/my-turn')).body
  const response = [...tasks, ...waiting].find(({ responseId }) => responseId).responseId
  await secretariat.goto(`/responses/${response}`)
  await secretariat.locator('h1').first().waitFor()
  await secretariat.goto('/notices')
  await secretariat.getByRole('radio').first().waitFor()

  const hospital = await portal.as('godkjenner-siv', `/responses/${response}/signoff`)
  await hospital.getByRole('button', { name: 'Ta et annet standpunkt', exact: true }).click()
  await hospital.getByText('Avvis', { exact: true }).click()
  await hospital.getByRole('textbox', { name: /Begrunnelse/ }).fill('Svar 4 må endres.')
  await hospital.getByRole('button', { name: 'Registrer standpunktet', exact: true }).click()
  await hospital.getByText(/er registrert/).first().waitFor()

  await secretariat.goto('/')
  await secretariat.getByText('Nytt standpunkt fra Sykehuset i Vestfold HF.').first().waitFor()
  await until('it is told', async () => (await api(secretariat, 'GET', '/notices')).body.some(({ kind }) => kind === 'rejected'))
  await secretariat.reload()
  await secretariat.getByRole('link', { name: /^Varsler: / }).click()
  await secretariat.getByText('Nytt', { exact: true }).first().waitFor()
  await secretariat.getByRole('link', { name: /^En part har avvist teksten/ }).first().click()
  await secretariat.waitForURL(`**/responses/${response}`)
  await secretariat.getByRole('link', { name: 'Varsler', exact: true }).first().waitFor()
  const told = await mailTo(await portal.as(null, '/dev-mail'), 'Vidar Eksempel')
  assert.match(await told.innerText(), /En part har avvist teksten/)
  assert.doesNotMatch(await told.innerText(), /Svar 4|Sykehuset/)

  await secretariat.goto('/notices')
  await secretariat.getByText('Med en gang, og én gang om dagen').click()
  await until('the choice is kept', async () => (await api(secretariat, 'GET', '/me')).body.reminders === 'at_once')
  assert.deepEqual(secretariat.faults, [])
})

test('mail goes to a mail server, and whom it does not reach stands on the page of the community', { timeout: 240_000 }, async () => {
  await portal.stop()
  const server = await startMailServer((address) => address === 'godkjenner-tonsberg@example.com')
  portal = await Portal.start({ SAMSVAR_SMTP: server.address, SAMSVAR_MAIL_FROM: 'Samsvar <samsvar@example.com>' })
  try {
    const mail = await until('mail to Møre', () => server.mails.find(({ to }) => to === 'godkjenner-molde@example.com'))
    assert.match(mail.source.replaceAll('=\n', ''), /\/signoff\?for=3Dk-1506/)
    assert.match(mail.source, /Content-Language: nn/)
    for (const view of views) {
      const t = view.language === 'nb' ? /^E-post når ikke fram til én person/ : /^E-post når ikkje fram til éin person/
      const secretariat = await portal.as('sekretariat-vestfold', '/', view)
      await until('it is known', async () => (await api(secretariat, 'GET', '/communities/vestfold/undelivered')).body.length === 1)
      await secretariat.goto('/communities/vestfold')
      await secretariat.getByText(t).waitFor()
      await secretariat.getByText(/Tone Eksempel, Tønsberg/).waitFor()
      assert.equal(await secretariat.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
      assert.deepEqual(secretariat.faults, [])
    }
    const other = await portal.as('sekretariat-more', '/communities/more-og-romsdal')
    await other.locator('h2').first().waitFor()
    assert.equal(await other.getByText('Tone Eksempel').count(), 0)
    const administrator = await portal.as('administrator', '/administration')
    await administrator.getByText('Én e-post kom ikke fram den siste uken').waitFor()
  } finally {
    server.stop()
  }
})
