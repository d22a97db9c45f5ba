import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, freeze, handsOn, into, places, sleep, sound, tabTo } from './portal.mjs'

/*
 * An observer, who may not write, suggests changes of an answer by keyboard alone, and finds them again after a reload. A
 * writer of another organisation asks about one, puts one in though its words have changed, leaves one out, and puts in the
 * rest, while a third person types. One of the next is withdrawn, the others are left out. The text cannot be frozen before
 * that, and can be then.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { begin: 'Foreslå endringer', send: 'Send 4 forslag til alle parter', toggle: /^Forslag:/, comments: /^Kommentarer:/, accept: 'Sett inn', reject: 'Ikke ta inn', withdraw: 'Trekk forslaget', all: 'Sett inn alle (2)', settled: (n) => `Behandlet (${n})`, anyway: 'Sett inn likevel', doubt: 'Teksten er endret. Sette inn likevel?', offline: /^Du må ha kontakt/, reply: 'Svar', replyLabel: 'Svar på kommentaren', replyAll: 'Svar, synlig for alle parter', begun: 'Send 3 forslag til alle parter', noneOf: 'Ikke ta inn noen (2)', open: 'Åpne (2)',
    none: 'Ingen åpne forslag.', freeze: 'Lås teksten', title: 'Ta stilling til forslagene først', look: 'Se på forslagene', restored: /Det du ikke sendte sist, er her ennå/, notice: /^Forslaget ditt er satt inn/, not: /^Forslaget ditt er ikke tatt inn/ },
  nn: { begin: 'Føreslå endringar', send: 'Send 4 forslag til alle partar', toggle: /^Forslag:/, comments: /^Kommentarar:/, accept: 'Set inn', reject: 'Ikkje ta inn', withdraw: 'Trekk forslaget', all: 'Set inn alle (2)', settled: (n) => `Behandla (${n})`, anyway: 'Set inn likevel', doubt: 'Teksten er endra. Setje inn likevel?', offline: /^Du må ha kontakt/, reply: 'Svar', replyLabel: 'Svar på kommentaren', replyAll: 'Svar, synleg for alle partar', begun: 'Send 3 forslag til alle partar', noneOf: 'Ikkje ta inn nokon (2)', open: 'Opne (2)',
    none: 'Ingen opne forslag.', freeze: 'Lås teksten', title: 'Ta stilling til forslaga først', look: 'Sjå på forslaga', restored: /Det du ikkje sende sist, er her enno/, notice: /^Forslaget ditt er sett inn/, not: /^Forslaget ditt er ikkje teke inn/ },
}

const text = 'Kommunene trenger mer tid til dette arbeidet, og flere folk.'

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`suggestions for an answer, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const press = handsOn(view)
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
    async function keys(page, ...all) {
      for (const one of all) {
        await page.keyboard.press(one)
        await sleep(50)
      }
    }

    await kari.goto(`/responses/${agder}/write/${answer.id}`)
    await into(editor(kari))
    await kari.keyboard.type(`${text}\nVi er enige i hovedsaken.`)
    await kari.locator('[data-save-state="saved"]').waitFor()
    for (const page of [sofie, leif]) {
      await page.goto(`/responses/${agder}/write/${answer.id}`)
      await page.getByText(text).waitFor()
    }

    // By keyboard alone: begun, typed, found again after a reload, and sent.
    await tabTo(button(leif, t.begin))
    await leif.keyboard.press('Enter')
    await leif.locator('.tiptap[contenteditable="true"]:focus').waitFor()
    await keys(leif, 'Control+Home', 'Control+ArrowRight', 'Control+ArrowRight', 'Control+Shift+ArrowRight', 'Control+Shift+ArrowRight')
    await leif.keyboard.type(' flere år')
    await keys(leif, 'Control+End')
    await leif.keyboard.type(' Takk for at dere spør.')
    await keys(leif, 'Enter')
    await leif.keyboard.type('Brukerne bør høres.')
    await keys(leif, 'Control+Home')
    await leif.keyboard.type('Alle ')
    await button(leif, t.send).waitFor()
    await shot(leif, 'mode')
    await leif.reload()
    await leif.getByText(t.restored).first().waitFor()
    await leif.getByText('Brukerne bør høres.').waitFor()
    assert.equal(await editor(kari).getByText('Brukerne').count(), 0)
    assert.deepEqual(await threads(kari), [])
    await tabTo(button(leif, t.send))
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
    const refused = await freeze(secretariat, agder, answer.id)
    assert.deepEqual([refused.status, refused.body.code], [409, 'suggestions_open'])
    await secretariat.goto(`/responses/${agder}`)
    await secretariat.getByRole('heading', { name: t.title }).waitFor()
    await shot(secretariat, 'freeze')
    await press(secretariat.getByRole('link', { name: t.look }))
    await card(secretariat, 'Brukerne bør høres.').waitFor()

    // Another organisation's writer: one in, one out, while a third person types beside it; then the rest.
    await sofie.locator('.suggested-removed', { hasText: 'mer tid' }).waitFor({ timeout: 15_000 })
    await shot(sofie, 'text')
    await press(sofie.getByRole('button', { name: t.toggle }))
    await shot(sofie, 'panel')
    for (const page of [sofie, leif]) await sound(page)

    // She asks about one, and the one who suggested it reads that. Without contact nothing can be put in, and it says so.
    await press(button(card(sofie, 'Brukerne bør høres.'), t.reply))
    await sofie.getByLabel(t.replyLabel).fill('Hvilke brukere?')
    await press(button(panel(sofie), t.replyAll))
    await card(leif, 'Hvilke brukere?').waitFor({ timeout: 15_000 })
    await sofie.context().setOffline(true)
    await card(sofie, 'flere år').getByText(t.offline).waitFor()
    assert.equal(await button(card(sofie, 'flere år'), t.accept).getAttribute('aria-disabled'), 'true')
    await sofie.context().setOffline(false)
    await sofie.locator('[data-save-state="saved"]').waitFor()

    // The words are changed meanwhile: she is shown both, and asked.
    await editor(kari).focus()
    await kari.locator('.suggested-removed', { hasText: 'mer tid' }).waitFor({ timeout: 15_000 })
    await kari.evaluate(() => getSelection().collapse(document.querySelector('.suggested-removed').firstChild, 'mer'.length))
    await sleep(200)
    await kari.keyboard.type(' god')
    await editor(sofie).getByText('mer god tid').first().waitFor()
    await press(button(card(sofie, 'flere år'), t.accept))
    const doubt = sofie.getByRole('dialog', { name: t.doubt })
    await doubt.getByText('mer god tid').waitFor()
    await shot(sofie, 'doubt')
    await sound(sofie)
    await sofie.keyboard.press('Escape')
    await doubt.waitFor({ state: 'detached' })
    assert.equal((await threads(sofie)).filter(({ state }) => state === 'open').length, 4)

    await editor(kari).focus()
    await keys(kari, 'Control+End')
    const typing = kari.keyboard.type(' Dette skrives mens andre tar stilling til forslagene.', { delay: 20 })
    await press(button(card(sofie, 'flere år'), t.accept))
    await press(button(doubt, t.anyway))
    await editor(kari).getByText('trenger flere år til dette').waitFor()
    await sofie.locator('article:focus').waitFor() // it goes on to the next one
    await press(button(card(sofie, 'Brukerne bør høres.'), t.reject))
    await card(sofie, 'Brukerne bør høres.').waitFor({ state: 'detached' })
    await typing
    await press(button(panel(sofie), t.all))
    await shot(sofie, 'all')
    await press(sofie.getByRole('dialog').getByRole('button', { name: t.all }))
    await panel(sofie).getByText(t.none).waitFor()
    const whole = 'Alle Kommunene trenger flere år til dette arbeidet, og flere folk.\nVi er enige i hovedsaken. Takk for at dere spør. Dette skrives mens andre tar stilling til forslagene.'
    async function standsEverywhere() {
      for (const page of [sofie, kari, leif]) {
        for (let tries = 0; (await plain(page)) !== whole; tries++) {
          assert.ok(tries < 150, await plain(page))
          await sleep(100)
        }
      }
    }
    await standsEverywhere()
    await press(button(panel(sofie), t.settled(4)))
    await card(sofie, 'Brukerne bør høres.').waitFor()
    await shot(sofie, 'settled')
    await sound(sofie)

    // Of three more, one is withdrawn by the one who made it, and the others are left out at once.
    await press(button(leif, t.begin))
    await leif.locator('.tiptap[contenteditable="true"]:focus').waitFor()
    await sleep(200)
    await keys(leif, 'Control+End')
    await leif.keyboard.type(' En ting til.')
    await keys(leif, 'Enter')
    await leif.keyboard.type('Og enda en.')
    await keys(leif, 'Control+Home')
    await leif.keyboard.type('Hei. ')
    await press(button(leif, t.begun))
    await press(button(card(leif, 'Og enda en.'), t.withdraw))
    await card(leif, 'Og enda en.').waitFor({ state: 'detached' })
    await sofie.getByRole('button', { name: t.open }).waitFor({ timeout: 15_000 })
    await press(sofie.getByRole('button', { name: t.open }))
    await card(sofie, 'En ting til.').waitFor()
    await press(button(panel(sofie), t.noneOf))
    await press(sofie.getByRole('dialog').getByRole('button', { name: t.noneOf }))
    await panel(sofie).getByText(t.none).waitFor()
    await panel(leif).getByText(t.none).waitFor({ timeout: 15_000 })
    await standsEverywhere()
    assert.equal(await editor(leif).locator('.suggested-removed, .suggested-added').count(), 0)
    await sofie.locator('[data-save-state="saved"]').waitFor()
    assert.equal((await freeze(secretariat, agder)).status, 200)

    await leif.goto('/notices')
    await leif.getByRole('link', { name: t.not }).first().waitFor()
    assert.deepEqual([await leif.getByRole('link', { name: t.notice }).count(), await leif.getByRole('link', { name: t.not }).count()], [3, 3])
    for (const page of [kari, sofie, leif, secretariat]) assert.deepEqual(page.faults, [])
  })
}
