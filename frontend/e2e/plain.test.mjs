import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterEach, test } from 'node:test'
import { Portal, api, places, sleep } from './portal.mjs'

/*
 * One writes in ordinary fields, by keyboard alone, and another in the text itself: what either writes comes to the other
 * where it belongs. Then text is carried over from an answer to an earlier round, and from a template; somebody from
 * another community finds nothing of it.
 */
let portal
afterEach(() => portal?.stop())
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const words = {
  nb: { plain: 'Enkel tekst', text: 'Teksten', part: 'Teksten, del 2', cell: 'Rad 2, kolonne 1', carry: 'Hent tekst', source: 'Innspill', answer: 'Svar', end: 'Sett inn til slutt', cursor: 'Sett inn ved markøren', templates: 'Maler',
    template: 'Mal', measures: 'Tabell over tiltak', close: 'Lukk: Hent tekst', earlier: /^Erfaringer fra samarbeidet/, from: /^Satt inn fra «Erfaringer fra samarbeidet .*», svar 1\./, table: 'Sett inn tabell', comments: 'Lukk: Kommentarer', help: '[Hva tiltakene' },
  nn: { plain: 'Enkel tekst', text: 'Teksten', part: 'Teksten, del 2', cell: 'Rad 2, kolonne 1', carry: 'Hent tekst', source: 'Innspel', answer: 'Svar', end: 'Set inn til slutt', cursor: 'Set inn ved markøren', templates: 'Malar',
    template: 'Mal', measures: 'Tabell over tiltak', close: 'Lukk: Hent tekst', earlier: /^Erfaringar frå samarbeidet/, from: /^Sett inn frå «Erfaringar frå samarbeidet .*», svar 1\./, table: 'Set inn tabell', comments: 'Lukk: Kommentarar', help: '[Hva tiltakene' },
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`plain text and text carried over, ${view.language} at ${view.width}`, { timeout: 300_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const { agder } = await places(portal)
    const [kari, sofie, leif, marit] = [await portal.as('koordinator-kristiansand', '/', view), await portal.as('skribent-sorlandet', '/', view), await portal.as('leser-agder', '/', view), await portal.as('sekretariat-more', '/', view)]
    const answer = (await api(kari, 'GET', `/responses/${agder}`)).body.answers.find(({ status }) => status === 'empty')
    const field = (page, label = t.text) => page.getByRole('textbox', { name: label, exact: true })
    const rich = sofie.locator('[contenteditable="true"]')
    const button = (of, name) => of.getByRole('button', { name, exact: true })
    const panel = (page) => page.getByRole('complementary')
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/plain-${name}-${view.language}-${view.width}.png` })
    const says = async (of, value) => {
      for (let tries = 0; (await of.inputValue()) !== value; tries++) {
        if (tries > 100) assert.equal(await of.inputValue(), value)
        await sleep(100)
      }
    }
    async function check(page) {
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
      assert.deepEqual(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`), [])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'), false)
      assert.deepEqual(page.faults, [])
    }
    async function tabTo(page, target) {
      for (let presses = 0; !(await target.evaluate((element) => element === document.activeElement)); presses++) {
        assert.ok(presses < 60, 'it is not come to by Tab')
        await page.keyboard.press('Tab')
      }
    }

    for (const page of [kari, sofie, leif]) await page.goto(`/responses/${agder}/write/${answer.id}`)
    await rich.waitFor()

    // By keyboard alone: ordinary fields are chosen, and written in. The other sees headings and a list.
    await kari.locator('[contenteditable="true"]').waitFor()
    await tabTo(kari, button(kari, t.plain))
    await kari.keyboard.press('Enter')
    await field(kari).waitFor()
    await tabTo(kari, field(kari))
    await kari.keyboard.type('# Tiltak\nKommunene trenger tid.\n- ett\nto')
    await says(field(kari), '# Tiltak\nKommunene trenger tid.\n- ett\n- to')
    await rich.locator('h3', { hasText: 'Tiltak' }).waitFor()
    assert.deepEqual((await rich.locator('li').allInnerTexts()).map((item) => item.trim()), ['ett', 'to'])
    await kari.locator('[data-save-state="saved"]').waitFor()
    await sofie.locator('.caret[data-name="Kari Eksempel, Kristiansand"]').waitFor()

    // What the other writes comes in before the cursor, and the cursor stays at its words.
    await rich.locator('p', { hasText: 'Kommunene' }).click({ position: { x: 2, y: 8 } })
    await sofie.keyboard.press('Home')
    await sofie.keyboard.press('Control+b')
    await sofie.keyboard.type('Alle: ')
    await says(field(kari), '# Tiltak\nAlle: Kommunene trenger tid.\n- ett\n- to')
    await kari.keyboard.type('!')
    await says(field(kari), '# Tiltak\nAlle: Kommunene trenger tid.\n- ett\n- to!')
    for (let n = 0; n < 'tid.\n- ett\n- to!'.length; n++) await kari.keyboard.press('ArrowLeft')
    await sleep(600) // what is typed within half a second is undone together
    await kari.keyboard.type('mer ')
    await rich.getByText('Alle: Kommunene trenger mer tid.').waitFor()
    assert.equal(await rich.locator('strong').innerText(), 'Alle: ')
    await kari.keyboard.press('Control+z')
    await says(field(kari), '# Tiltak\nAlle: Kommunene trenger tid.\n- ett\n- to!')
    await kari.keyboard.press('Control+Shift+z')
    await rich.getByText('Alle: Kommunene trenger mer tid.').waitFor()
    await shot(kari, 'field')
    await check(kari)

    // A comment is about the words that are selected in the field.
    await kari.keyboard.press('Control+End')
    for (let n = 0; n < 'tid.\n- ett\n- to!'.length; n++) await kari.keyboard.press('ArrowLeft')
    for (let n = 0; n < 4; n++) await kari.keyboard.press('Shift+ArrowLeft')
    await sleep(100)
    await kari.keyboard.press('Control+Alt+k')
    await shot(kari, 'comment')
    await panel(kari).getByText('mer', { exact: true }).waitFor()
    await button(panel(kari), t.comments).click()
    await kari.locator('textarea:focus').waitFor()

    // A table of the other's: each cell has its field.
    await rich.click()
    await sofie.keyboard.press('Control+End')
    await sofie.keyboard.press('Enter')
    await sofie.keyboard.press('Enter')
    await button(sofie.getByRole('toolbar').first(), t.table).click()
    await field(kari, t.cell).fill('Vaktlag')
    await rich.locator('td', { hasText: 'Vaktlag' }).waitFor()
    await field(kari, t.part).fill('Etter tabellen')
    await rich.getByText('Etter tabellen').waitFor()
    await shot(kari, 'table')
    await check(kari)

    // Those who only read have the same choice, and cannot write.
    await button(leif, t.plain).click()
    await field(leif, t.part).waitFor()
    assert.equal(await field(leif, t.part).getAttribute('readonly'), '')
    await check(leif)

    // An answer to an earlier round is carried over, added to what stands there.
    await button(kari, t.carry).click()
    await panel(kari).getByLabel(t.source, { exact: true }).selectOption({ label: (await panel(kari).getByLabel(t.source, { exact: true }).locator('option').allInnerTexts()).find((label) => t.earlier.test(label)) })
    const old = panel(kari).locator('.preview p').first()
    await old.waitFor()
    const carried = await old.innerText()
    await shot(kari, 'carry')
    await check(kari)
    await button(panel(kari), t.end).click()
    await kari.getByText(t.from).first().waitFor()
    await rich.getByText(carried).first().waitFor()
    await rich.getByText('Alle: Kommunene trenger mer tid.').waitFor()

    // A template, in the text itself, where the cursor stands; it is undone alone.
    await button(sofie, t.carry).click()
    await sofie.getByRole('tab', { name: t.templates }).click()
    await panel(sofie).getByLabel(t.template, { exact: true }).selectOption({ label: t.measures })
    await shot(sofie, 'template')
    await check(sofie)
    await button(panel(sofie), t.end).click()
    await rich.getByText(t.help).waitFor()
    await button(panel(sofie), t.close).click()
    await shot(sofie, 'carried')
    await sofie.keyboard.press('Control+z')
    await rich.getByText(t.help).waitFor({ state: 'detached' })
    await rich.getByText(carried).first().waitFor()

    // It is remembered that this person wants ordinary fields.
    await kari.reload()
    await field(kari, t.part).waitFor()

    // Nothing of it is there for another community.
    const earlier = (await api(kari, 'GET', '/rounds')).body.flatMap(({ responses }) => responses).find(({ id, owner }) => owner.id === 'agder' && id !== agder)
    assert.equal((await api(kari, 'GET', `/responses/${earlier.id}/text`)).status, 200)
    assert.equal((await api(marit, 'GET', `/responses/${earlier.id}/text`)).status, 404)
    assert.equal((await api(marit, 'GET', '/rounds')).body.some(({ responses }) => responses.some(({ owner }) => owner.id === 'agder')), false)
  })
}
