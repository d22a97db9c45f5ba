import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, handsOn, into, places, sleep, sound, tabTo } from './portal.mjs'

/*
 * Two parties and an observer talk about an answer while it is written: what one says to its own is not there for the
 * others, a mention leads to the place, a thread is answered and resolved, and one whose words are cut is kept with them
 * until they are back. The first comment is made by keyboard alone.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { own: 'Kommenter, synlig for Kristiansand kommune', all: 'Kommenter, synlig for alle parter', comment: 'Kommenter', audience: 'Hvem skal se den?', told: 'Si fra til', reply: 'Svar', replyAll: 'Svar, synlig for alle parter',
    replyLabel: 'Svar på kommentaren', label: 'Kommentar', resolve: 'Merk som løst', resolved: 'Løste', open: 'Åpne', orphaned: 'Uten plass i teksten', toggle: /^Kommentarer:/, close: 'Lukk: Kommentarer', notice: /^Du er nevnt i en kommentar/ },
  nn: { own: 'Kommenter, synleg for Kristiansand kommune', all: 'Kommenter, synleg for alle partar', comment: 'Kommenter', audience: 'Kven skal sjå han?', told: 'Sei frå til', reply: 'Svar', replyAll: 'Svar, synleg for alle partar',
    replyLabel: 'Svar på kommentaren', label: 'Kommentar', resolve: 'Merk som løyst', resolved: 'Løyste', open: 'Opne', orphaned: 'Utan plass i teksten', toggle: /^Kommentarar:/, close: 'Lukk: Kommentarar', notice: /^Du er nemnd i ein kommentar/ },
}

const text = 'Kommunene trenger mer tid til dette arbeidet, og flere folk.'

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`comments on an answer, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const press = handsOn(view)
    const { agder } = await places(portal)
    const [kari, sofie, leif] = [await portal.as('koordinator-kristiansand', '/', view), await portal.as('skribent-sorlandet', '/', view), await portal.as('leser-agder', '/', view)]
    const answer = (await api(kari, 'GET', `/responses/${agder}`)).body.answers.find(({ status }) => status === 'empty')
    const comments = `/responses/${agder}/answers/${answer.id}/comments`
    const threads = async (page) => (await api(page, 'GET', comments)).body
    const panel = (page) => page.getByRole('complementary')
    const thread = (page, said) => panel(page).getByRole('article').filter({ hasText: said })
    const button = (of, name) => of.getByRole('button', { name, exact: true })
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/comments-${name}-${view.language}-${view.width}.png` })
    const openPanel = async (page) => (await panel(page).count()) || press(page.getByRole('button', { name: t.toggle }))
    const closePanel = async (page) => (await panel(page).count()) && press(button(panel(page), t.close))

    async function selectWords() {
      for (const keys of ['Control+Home', 'Control+ArrowRight', 'Control+ArrowRight', 'Control+Shift+ArrowRight', 'Control+Shift+ArrowRight']) {
        await kari.keyboard.press(keys)
        await sleep(50)
      }
    }

    await kari.goto(`/responses/${agder}/write/${answer.id}`)
    await into(kari.locator('[contenteditable="true"]'))
    await kari.keyboard.type(text)
    await kari.locator('[data-save-state="saved"]').waitFor()
    for (const page of [sofie, leif]) {
      await page.goto(`/responses/${agder}/write/${answer.id}`)
      await page.getByText(text).waitFor()
    }

    // By keyboard alone: the words are selected, the form is come to, written and sent.
    await selectWords()
    await kari.keyboard.press('Control+Alt+k')
    await kari.keyboard.type('Hvor mye tid snakker vi om?')
    await shot(kari, 'form')
    await tabTo(button(kari, t.own))
    await kari.keyboard.press('Enter')
    await thread(kari, 'Hvor mye tid snakker vi om?').waitFor()
    await kari.locator('.comment-mark', { hasText: /^mer tid$/ }).waitFor()
    await kari.locator('article[id^="thread-"]:focus').waitFor()

    // What Kristiansand says to itself is not there for the others: neither on the page nor in what it is made of.
    assert.deepEqual((await threads(kari)).map(({ quote, audience }) => [quote, audience]), [['mer tid', 'organisation']])
    assert.deepEqual([await threads(sofie), await threads(leif)], [[], []])
    const ministry = await portal.as('departement')
    assert.deepEqual([(await api(ministry, 'GET', comments)).status, (await api(ministry, 'GET', `/responses/${agder}/people`)).status], [404, 404])

    // The observer, who does not write, says something to all parties and tells one of them.
    await leif.getByText(text).dblclick({ position: { x: 20, y: 10 } })
    await press(button(leif.getByRole('toolbar'), t.comment))
    await leif.getByLabel(t.label, { exact: true }).fill('Hvem er «kommunene» her?')
    await leif.getByLabel(t.audience).selectOption('parties')
    await leif.getByLabel(t.told).selectOption({ label: 'Sofie Eksempel, Sørlandet sykehus HF' })
    await shot(leif, 'mention')
    await press(button(panel(leif), t.all))
    await thread(leif, 'Hvem er «kommunene» her?').waitFor()
    const [{ id, quote }] = await threads(sofie)
    assert.equal(quote, 'Kommunene')
    await sofie.locator('.comment-mark', { hasText: /^Kommunene$/ }).waitFor({ timeout: 15_000 }) // it comes by itself

    // The notice leads to the place.
    for (let tries = 0; !(await api(sofie, 'GET', '/notices')).body.some(({ kind }) => kind === 'mentioned'); tries++) {
      assert.ok(tries < 100, 'nobody is told')
      await sleep(100)
    }
    await sofie.goto('/notices')
    await sofie.getByRole('link', { name: t.notice }).first().click()
    await sofie.locator(`#thread-${id}:focus`).waitFor()
    assert.equal(await panel(sofie).getByText('Hvor mye tid snakker vi om?').count(), 0)
    await press(button(thread(sofie, 'Hvem er'), t.reply))
    await sofie.getByLabel(t.replyLabel).fill('Alle i regionen.')
    await press(button(panel(sofie), t.replyAll))
    await thread(sofie, 'Alle i regionen.').waitFor()
    await shot(sofie, 'thread')

    // Resolved by another party, and found again among those that are.
    await thread(kari, 'Alle i regionen.').waitFor({ timeout: 15_000 })
    await press(button(thread(kari, 'Alle i regionen.'), t.resolve))
    await press(button(panel(kari), t.resolved))
    await thread(kari, 'Alle i regionen.').waitFor()
    for (let tries = 0; !(await threads(leif)).every(({ resolved }) => resolved); tries++) {
      assert.ok(tries < 100, 'it is not resolved for the others')
      await sleep(100)
    }
    await press(button(panel(kari), t.open))

    // The words are cut: the thread stays, with them. They are put back: it has its place again.
    const orphans = panel(kari).locator(`h4:text-is("${t.orphaned}") + article`)
    await closePanel(kari)
    await into(kari.locator('[contenteditable="true"]'))
    await selectWords()
    await sleep(600) // what is typed within half a second is undone together
    await kari.keyboard.press('Delete')
    await kari.locator('.comment-mark').waitFor({ state: 'detached' })
    await openPanel(kari)
    await orphans.getByText('mer tid', { exact: true }).waitFor()
    await orphans.getByText('Hvor mye tid snakker vi om?').waitFor()
    await shot(kari, 'orphan')
    await closePanel(kari)
    await kari.locator('.tiptap:focus').waitFor()
    await kari.keyboard.press('Control+z')
    await kari.locator('.comment-mark', { hasText: /^mer tid$/ }).waitFor()
    await kari.reload()
    await kari.locator('.comment-mark', { hasText: /^mer tid$/ }).click()
    await thread(kari, 'Hvor mye tid snakker vi om?').waitFor()
    assert.equal(await orphans.count(), 0)
    await shot(kari, 'panel')

    await press(button(panel(leif), t.resolved))
    for (const page of [kari, sofie, leif]) await sound(page)
  })
}
