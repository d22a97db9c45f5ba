import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterEach, test } from 'node:test'
import { Portal, api, places, sleep } from './portal.mjs'

/*
 * An observer, who may not write, suggests changes of an answer by keyboard alone, and finds them again after a reload. A
 * writer of another organisation puts one in, leaves one out, and puts in the rest, while a third person types. The text
 * cannot be frozen before that, and can be then.
 */
let portal
afterEach(() => portal?.stop())
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const words = {
  nb: { begin: 'Foreslå endringer', send: 'Send 4 forslag til alle parter', toggle: /^Forslag:/, comments: /^Kommentarer:/, accept: 'Sett inn', reject: 'Ikke ta inn', withdraw: 'Trekk forslaget', all: 'Sett inn alle (2)', settled: 'Behandlet (4)', anyway: 'Sett inn likevel',
    none: 'Ingen åpne forslag.', freeze: 'Lås teksten', title: 'Ta stilling til forslagene først', look: 'Se på forslagene', restored: /Det du ikke sendte sist, er her ennå/, notice: /^Forslaget ditt er satt inn/, not: /^Forslaget ditt er ikke tatt inn/ },
  nn: { begin: 'Føreslå endringar', send: 'Send 4 forslag til alle partar', toggle: /^Forslag:/, comments: /^Kommentarar:/, accept: 'Set inn', reject: 'Ikkje ta inn', withdraw: 'Trekk forslaget', all: 'Set inn alle (2)', settled: 'Behandla (4)', anyway: 'Set inn likevel',
    none: 'Ingen opne forslag.', freeze: 'Lås teksten', title: 'Ta stilling til forslaga først', look: 'Sjå på forslaga', restored: /Det du ikkje sende sist, er her enno/, notice: /^Forslaget ditt er sett inn/, not: /^Forslaget ditt er ikkje teke inn/ },
}

const text = 'Kommunene trenger mer tid til dette arbeidet, og flere folk.'

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`suggestions for an answer, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const { agder } = await places(portal)
    const [kari, sofie, leif, secretariat] = await Promise.all(['koordinator-kristiansand', 'skribent-sorlandet', 'leser-agder', 'sekretariat-agder'].map((who) => portal.as(who, '/', view)))
    const answer = (await api(kari, 'GET', `/responses/${agder}`)).body.answers.find(({ status }) => status === 'empty')
    const path = `/responses/${agder}/answers/${answer.id}`
    const threads = async (page) => (await api(page, 'GET', `${path}/comments`)).body
    const panel = (page) => page.getByRole('complementary')
    const button = (of, name) => of.getByRole('button', { name, exact: true })
    const card = (page, words) => panel(page).getByRole('article').filter({ hasText: words })
    const editor = (page) => page.locator('.tiptap')
    const plain = (page) => page.evaluate(() => [...document.querySelectorAll('.tiptap > p')].map((p) => [...p.childNodes].map((n) => (n.nodeType === 3 ? n.data : n.matches('.suggested-removed') ? n.textContent : '')).join('')).join('\n'))
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/suggestions-${name}-${view.language}-${view.width}.png` })
    const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim())
    async function tabTo(page, name, key = 'Tab') {
      for (let presses = 0; (await focused(page)) !== name; presses++) {
        assert.ok(presses < 60, `${name} is not come to by ${key}`)
        await page.keyboard.press(key)
      }
    }
    async function press(page, ...keys) {
      for (const one of keys) {
        await page.keyboard.press(one)
        await sleep(50)
      }
    }

    await kari.goto(`/responses/${agder}/write/${answer.id}`)
    await editor(kari).click()
    await kari.keyboard.type(`${text}\nVi er enige i hovedsaken.`)
    await kari.locator('[data-save-state="saved"]').waitFor()
    for (const page of [sofie, leif]) {
      await page.goto(`/responses/${agder}/write/${answer.id}`)
      await page.getByText(text).waitFor()
    }

    // By keyboard alone: begun, typed, found again after a reload, and sent.
    await tabTo(leif, t.begin)
    await leif.keyboard.press('Enter')
    await leif.locator('.tiptap[contenteditable="true"]:focus').waitFor()
    await press(leif, 'Control+Home', 'Control+ArrowRight', 'Control+ArrowRight', 'Control+Shift+ArrowRight', 'Control+Shift+ArrowRight')
    await leif.keyboard.type(' flere år')
    await press(leif, 'Control+End')
    await leif.keyboard.type(' Takk for at dere spør.')
    await press(leif, 'Enter')
    await leif.keyboard.type('Brukerne bør høres.')
    await press(leif, 'Control+Home')
    await leif.keyboard.type('Alle ')
    await button(leif, t.send).waitFor()
    await shot(leif, 'mode')
    await leif.reload()
    await leif.getByText(t.restored).waitFor()
    await leif.getByText('Brukerne bør høres.').waitFor()
    assert.equal(await editor(kari).getByText('Brukerne').count(), 0)
    assert.deepEqual(await threads(kari), [])
    await tabTo(leif, t.send)
    await leif.keyboard.press('Enter')
    await card(leif, 'flere år').waitFor()
    await shot(leif, 'sent')
    const sent = await threads(sofie)
    assert.deepEqual(sent.map(({ quote, state, audience }) => [quote ?? '', state, audience]), [['', 'open', 'parties'], ['mer tid', 'open', 'parties'], ['', 'open', 'parties'], ['', 'open', 'parties']])
    assert.equal(await plain(kari), `${text}\nVi er enige i hovedsaken.`)

    const ministry = await portal.as('departement')
    const stranger = await portal.as('sekretariat-vestfold')
    for (const page of [ministry, stranger]) {
      assert.equal((await api(page, 'GET', `${path}/comments`)).status, 404)
      assert.equal((await api(page, 'POST', `${path}/suggestions/${sent[0].id}`, { kind: 'accept' })).status, 404)
    }
    assert.equal((await api(leif, 'POST', `${path}/suggestions/${sent[0].id}`, { kind: 'accept' })).status, 403)

    // The text cannot be frozen: the page says why, and leads there.
    for (const { id } of (await api(secretariat, 'GET', `/responses/${agder}`)).body.answers) {
      const { version } = (await api(secretariat, 'GET', `/responses/${agder}`)).body.answers.find((one) => one.id === id)
      await api(secretariat, 'PUT', `/responses/${agder}/answers/${id}/status`, { status: id === answer.id ? 'ready' : 'not_answered', version })
    }
    const freeze = async () => api(secretariat, 'POST', `/responses/${agder}/freeze`, { version: (await api(secretariat, 'GET', `/responses/${agder}`)).body.version })
    const refused = await freeze()
    assert.deepEqual([refused.status, refused.body.code], [409, 'suggestions_open'])
    await secretariat.goto(`/responses/${agder}`)
    await secretariat.getByRole('heading', { name: t.title }).waitFor()
    await shot(secretariat, 'freeze')
    await secretariat.getByRole('link', { name: t.look }).click()
    await card(secretariat, 'Brukerne bør høres.').waitFor()

    // Another organisation's writer: one in, one out, while a third person types beside it; then the rest.
    await sofie.locator('.suggested-removed', { hasText: 'mer tid' }).waitFor({ timeout: 15_000 })
    await shot(sofie, 'text')
    await sofie.getByRole('button', { name: t.toggle }).click()
    await shot(sofie, 'panel')
    for (const page of [sofie, leif]) await check(page)
    await editor(kari).focus()
    await press(kari, 'Control+End')
    const typing = kari.keyboard.type(' Dette skrives mens andre tar stilling til forslagene.', { delay: 20 })
    await button(card(sofie, 'flere år'), t.accept).click()
    await editor(kari).getByText('trenger flere år til dette').waitFor()
    await sofie.locator('article:focus').waitFor() // it goes on to the next one
    await button(card(sofie, 'Brukerne bør høres.'), t.reject).click()
    await card(sofie, 'Brukerne bør høres.').waitFor({ state: 'detached' })
    await typing
    await button(panel(sofie), t.all).click()
    await shot(sofie, 'all')
    await sofie.getByRole('dialog').getByRole('button', { name: t.all }).click()
    await panel(sofie).getByText(t.none).waitFor()
    const whole = 'Alle Kommunene trenger flere år til dette arbeidet, og flere folk.\nVi er enige i hovedsaken. Takk for at dere spør. Dette skrives mens andre tar stilling til forslagene.'
    for (const page of [sofie, kari, leif]) {
      for (let tries = 0; (await plain(page)) !== whole; tries++) {
        assert.ok(tries < 150, await plain(page))
        await sleep(100)
      }
    }
    await button(panel(sofie), t.settled).click()
    await card(sofie, 'Brukerne bør høres.').waitFor()
    await shot(sofie, 'settled')
    await check(sofie)
    await sofie.locator('[data-save-state="saved"]').waitFor()
    assert.equal((await freeze()).status, 200)

    await leif.goto('/notices')
    await leif.getByRole('link', { name: t.not }).waitFor()
    assert.equal(await leif.getByRole('link', { name: t.notice }).count(), 3)
    for (const page of [kari, sofie, leif, secretariat]) assert.deepEqual(page.faults, [])

    async function check(page) {
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
      assert.deepEqual(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`), [])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
    }
  })
}
