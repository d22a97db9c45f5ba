import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import * as Y from 'yjs'
import { Portal, api, freeze, places, sleep, sound } from './portal.mjs'

/*
 * Somebody writes without contact, and the tab is closed, while another party writes on: both are in the text when the
 * first is back. What has not been sent is gone after a logout, is never another person's nor another organisation's, and is offered to be copied
 * when the text was frozen, or closed to the one who wrote it, meanwhile.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { offline: 'Ikke sendt: du er frakoblet', kept: /i denne nettleseren på denne maskinen/, found: 'Noe du skrev, er ikke sendt', open: 'Åpne svaret', menu: 'Meny', logout: 'Logg ut', confirm: 'Logg ut og slett det', behind: 'Noe du skrev, kom ikke med', copy: 'Kopier teksten', discard: 'Forkast det som ikke kom med', renewed: 'Samsvar er oppdatert', reload: 'Last siden på nytt', acts: 'Du handler for en annen organisasjon nå', suggest: 'Foreslå endringer', suggested: 'Forslagene er ikke sendt.', drop: 'Forkast forslagene' },
  nn: { offline: 'Ikkje sendt: du er fråkopla', kept: /i denne nettlesaren på denne maskina/, found: 'Noko du skreiv, er ikkje sendt', open: 'Opne svaret', menu: 'Meny', logout: 'Logg ut', confirm: 'Logg ut og slett det', behind: 'Noko du skreiv, kom ikkje med', copy: 'Kopier teksten', discard: 'Forkast det som ikkje kom med', renewed: 'Samsvar er oppdatert', reload: 'Last sida på nytt', acts: 'Du handlar for ein annan organisasjon no', suggest: 'Føreslå endringar', suggested: 'Forslaga er ikkje sende.', drop: 'Forkast forslaga' },
}

/** The words of each record that lies in the browser, as the browser itself has them. */
async function kept(page) {
  const updates = await page.evaluate(
    () =>
      new Promise((done, fail) => {
        const opening = indexedDB.open('samsvar')
        opening.onerror = fail
        opening.onsuccess = () => {
          const { result: db } = opening
          const reading = db.transaction('unsent').objectStore('unsent').getAll()
          reading.onsuccess = () => (db.close(), done(reading.result.map(({ update }) => [...update])))
        }
      }),
  )
  return updates.map((update) => Y.decodeUpdate(Uint8Array.from(update)).structs.map(({ content }) => content?.str ?? '').join(''))
}

async function until(what, holds, patience = 15_000) {
  const end = Date.now() + patience
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`in vain: ${what}`)
    await sleep(50)
  }
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`away from the net, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const { agder } = await places(portal)
    const sofie = await portal.as('sekretariat-agder', '/', view)
    let kari = await portal.as('koordinator-kristiansand', '/', view)
    const browser = kari.context()
    await browser.grantPermissions(['clipboard-read', 'clipboard-write'])
    const response = async () => (await api(sofie, 'GET', `/responses/${agder}`)).body
    const answer = (await response()).answers.find(({ status }) => status === 'empty')
    const path = `/responses/${agder}/write/${answer.id}`
    const button = (page, name) => page.getByRole('button', { name, exact: true })
    const state = (page, name) => page.locator(`[data-save-state="${name}"]`).waitFor()
    const times = async (page, text) => (await page.locator('.tiptap').innerText()).split(text).length - 1
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/away-${name}-${view.language}-${view.width}.png` })

    async function open(page) {
      await page.goto(path)
      await page.locator('[contenteditable="true"]').waitFor()
      await state(page, 'saved')
    }
    async function type(page, text) {
      await page.locator('.tiptap').focus()
      await sleep(150)
      await page.keyboard.press('Control+End')
      await page.keyboard.type(text)
    }
    const untilKept = (text) => until(`${text} lies on the disk`, async () => (await kept(kari)).join() === text)
    /** Without contact, typed until it lies on the disk. */
    async function typeOffline(text) {
      await browser.setOffline(true)
      await state(kari, 'offline')
      await type(kari, text)
      await kari.getByText(t.offline).waitFor()
      await untilKept(text)
    }
    async function login(persona, to) {
      await kari.goto(`/auth/login?provider=dev&login_hint=${persona}&return_to=${encodeURIComponent(to)}`)
    }
    async function logOut(page = kari) {
      if (!(await button(page, t.logout).isVisible())) await button(page, t.menu).click()
      await button(page, t.logout).click()
    }

    // The cable is out, and the program falls as well. The page says what it can promise, and the tab is closed.
    for (const page of [kari, sofie]) await open(page)
    await browser.setOffline(true)
    await portal.end('SIGKILL')
    await state(kari, 'offline')
    await type(kari, 'Skrevet uten nett.')
    await kari.getByText(t.offline).waitFor()
    await kari.getByText(t.kept).waitFor()
    await untilKept('Skrevet uten nett.')
    await sound(kari)
    await shot(kari, 'offline')
    const asked = []
    kari.on('dialog', (dialog) => (asked.push(dialog.type()), dialog.accept()))
    await kari.close({ runBeforeUnload: true })
    await until('closed', () => kari.isClosed())
    assert.deepEqual(asked, [])

    // The other writes on; whoever is back is led to the text, and it is sent from there.
    await portal.run()
    await state(sofie, 'saved')
    await type(sofie, 'Skrevet av den andre.')
    await state(sofie, 'saved')
    await browser.setOffline(false)
    kari = await browser.newPage()
    await kari.goto('/')
    await kari.getByText(t.found).waitFor()
    await shot(kari, 'home')
    await kari.getByRole('link', { name: t.open }).click()
    await state(kari, 'saved')
    for (const page of [kari, sofie]) {
      await page.locator('.tiptap', { hasText: 'Skrevet uten nett.' }).waitFor()
      assert.deepEqual([await times(page, 'Skrevet uten nett.'), await times(page, 'Skrevet av den andre.')], [1, 1])
    }
    await until('nothing is kept any more', async () => (await kept(kari)).length === 0)

    // Suggestions lie in their tab alone: a logout asks about them, from another tab as well, and whoever stays has them still.
    const other = await browser.newPage()
    await other.goto('/')
    await other.locator('form[action="/auth/logout"]').waitFor({ state: 'attached' })
    await button(kari, t.suggest).click()
    await type(kari, 'Bare et forslag.')
    await kari.getByText(t.suggested).waitFor()
    for (const page of [kari, other]) {
      await logOut(page)
      await button(page.getByRole('dialog'), t.confirm).waitFor()
      await button(page.getByRole('dialog'), 'Avbryt').click()
    }
    assert.equal(await times(kari, 'Bare et forslag.'), 1)
    await button(kari, t.drop).click()
    await button(kari.getByRole('dialog'), t.drop).click()
    await button(kari, t.suggest).waitFor()
    assert.equal(await times(kari, 'Bare et forslag.'), 0)

    // A logout asks first, and takes it along in all tabs, contact or not.
    await typeOffline('Aldri sendt.')
    await other.evaluate(() => sessionStorage.setItem('kept:form', 'halvferdig'))
    await logOut()
    await button(kari.getByRole('dialog'), t.confirm).waitFor()
    await shot(kari, 'logout')
    const left = [kari, other].map((page) => page.waitForEvent('requestfailed', (request) => request.isNavigationRequest()))
    await button(kari.getByRole('dialog'), t.confirm).click()
    await Promise.all(left)
    await browser.setOffline(false)
    for (const page of [kari, other]) {
      await page.goto('/login').catch(() => page.goto('/login')) // it was on its way there by itself
      assert.deepEqual(await kept(page), [])
      assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('kept'))), [])
    }
    await other.close()

    // Another who logs in on the same machine sees nothing of it, and nothing is left.
    await login('koordinator-kristiansand', path)
    await state(kari, 'saved')
    assert.equal(await times(kari, 'Aldri sendt.'), 0)
    await typeOffline('For mine øyne.')
    await kari.close()
    await browser.setOffline(false)
    kari = await browser.newPage()
    await login('skribent-sorlandet', path)
    await state(kari, 'saved')
    assert.equal(await times(kari, 'For mine øyne.'), 0)
    await until('nothing is kept of others', async () => (await kept(kari)).length === 0)

    // A page from before an upgrade is not let in, says what to do, and goes on from there.
    await login('koordinator-kristiansand', '/')
    const entry = /index-[\w-]+\.js/
    await kari.route(`**${path}`, async (route) => {
      const { url, body } = await route.fetch().then(async (page) => ({ url: page.url(), body: await page.text() }))
      await kari.route('**/assets/index-foer.js', (script) => script.fetch({ url: new URL(`/assets/${entry.exec(body)[0]}`, url).href }).then((response) => script.fulfill({ response })))
      await route.fulfill({ contentType: 'text/html', body: body.replace(entry, 'index-foer.js') })
    })
    await kari.goto(path)
    await kari.getByRole('alert').filter({ hasText: t.renewed }).waitFor()
    await state(kari, 'offline')
    await shot(kari, 'outdated')
    await kari.unrouteAll()
    await button(kari, t.reload).click()
    await state(kari, 'saved')
    assert.equal(await kari.getByText(t.renewed).count(), 0)

    // Who acts for another by now sends nothing of what is typed for the first, and finds it when they act for that again.
    const own = (await api(kari, 'GET', '/me')).body
    const elsewhere = (await response()).parties.find(({ side, organisation }) => side === 'municipal' && organisation.id !== own.acting.organisation.id).organisation
    const admin = await portal.as('administrator')
    assert.equal((await api(admin, 'POST', `/accounts/${own.account.id}/roles`, { organisationId: elsewhere.id, role: 'coordinator' })).status, 200)
    const actFor = async (organisationId) => assert.equal((await api(kari, 'PUT', '/me/acting', { organisationId })).status, 200)
    await actFor(elsewhere.id)
    await kari.getByRole('alert').filter({ hasText: t.acts }).waitFor()
    await type(kari, 'Skrevet for kommunen.')
    await untilKept('Skrevet for kommunen.')
    await shot(kari, 'acting')
    await button(kari, t.reload).click()
    await state(kari, 'saved')
    assert.deepEqual([await times(kari, 'Skrevet for kommunen.'), await kept(kari)], [0, ['Skrevet for kommunen.']])
    await actFor(own.acting.organisation.id)
    await kari.goto('/')
    await kari.getByRole('link', { name: t.open }).click()
    await state(kari, 'saved')
    assert.equal(await times(kari, 'Skrevet for kommunen.'), 1)
    await until('nothing is kept any more', async () => (await kept(kari)).length === 0)

    // Frozen meanwhile: it is shown, can be copied, and goes when it is given up.
    await login('koordinator-kristiansand', path)
    await state(kari, 'saved')
    await typeOffline('Kom for sent.')
    await kari.close()
    assert.equal((await freeze(sofie, agder, answer.id)).status, 200)
    await browser.setOffline(false)
    kari = await browser.newPage()
    await kari.goto(path)
    await kari.getByText(t.behind).waitFor()
    await shot(kari, 'behind')
    await button(kari, t.copy).click()
    await until('copied', async () => (await kari.evaluate(() => navigator.clipboard.readText())).includes('Kom for sent.'))
    assert.deepEqual(await kept(kari), ['Kom for sent.'])
    await button(kari, t.discard).click()
    await button(kari.getByRole('dialog'), t.discard).click()
    await state(kari, 'locked')
    assert.equal(await times(kari, 'Kom for sent.'), 0)
    await until('nothing is kept', async () => (await kept(kari)).length === 0)
  })
}
