import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, handsOn, into, places, sleep, sound, tabTo } from './portal.mjs'

/*
 * One writes in ordinary fields, by keyboard alone, and another in the text itself: what either writes comes to the other
 * where it belongs. A card and two alternatives have their fields and choices there too, and an observer suggests in them. Then text is carried over from an answer to an earlier round, and from a template; somebody from
 * another community finds nothing of it.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { plain: 'Enkel tekst', text: 'Teksten', part: 'Teksten, del 2', cell: 'Rad 2, kolonne 1', carry: 'Hent tekst', source: 'Innspill', answer: 'Svar', end: 'Sett inn til slutt', cursor: 'Sett inn ved markøren', templates: 'Maler',
    template: 'Mal', measures: 'Tabell over tiltak', close: 'Lukk: Hent tekst', earlier: /^Erfaringer fra samarbeidet/, from: /^Satt inn fra «Erfaringer fra samarbeidet .*», svar 1\./, table: 'Sett inn tabell', suggest: 'Foreslå endringer', send: 'Send forslaget til alle parter', withdraw: 'Trekk forslaget', against: 'Alternativ tekst', whose: (n) => new RegExp(`^Alternativ ${n}: hvem sin tekst\\?`), alternative: 'Alternativ 2', municipal: 'Kommunenes tekst', example: 'Godt eksempel', title: 'Hva heter eksempelet?', status: /^Hvor langt er det kommet\?/, remove: 'Fjern eksempelet', choose: 'Bruk denne teksten', comments: 'Lukk: Kommentarer', help: '[Hva tiltakene' },
  nn: { plain: 'Enkel tekst', text: 'Teksten', part: 'Teksten, del 2', cell: 'Rad 2, kolonne 1', carry: 'Hent tekst', source: 'Innspel', answer: 'Svar', end: 'Set inn til slutt', cursor: 'Set inn ved markøren', templates: 'Malar',
    template: 'Mal', measures: 'Tabell over tiltak', close: 'Lukk: Hent tekst', earlier: /^Erfaringar frå samarbeidet/, from: /^Sett inn frå «Erfaringar frå samarbeidet .*», svar 1\./, table: 'Set inn tabell', suggest: 'Føreslå endringar', send: 'Send forslaget til alle partar', withdraw: 'Trekk forslaget', against: 'Alternativ tekst', whose: (n) => new RegExp(`^Alternativ ${n}: kven sin tekst\\?`), alternative: 'Alternativ 2', municipal: 'Teksten til kommunane', example: 'Godt døme', title: 'Kva heiter dømet?', status: /^Kor langt er det kome\?/, remove: 'Fjern dømet', choose: 'Bruk denne teksten', comments: 'Lukk: Kommentarar', help: '[Hva tiltakene' },
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`plain text and text carried over, ${view.language} at ${view.width}`, { timeout: 300_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const press = handsOn(view)
    const { agder } = await places(portal)
    const [kari, sofie, leif, marit] = [await portal.as('koordinator-kristiansand', '/', view), await portal.as('skribent-sorlandet', '/', view), await portal.as('leser-agder', '/', view), await portal.as('sekretariat-more', '/', view)]
    const answer = (await api(kari, 'GET', `/responses/${agder}`)).body.answers.find(({ status }) => status === 'empty')
    const field = (page, label = t.text) => page.getByRole('textbox', { name: label, exact: true })
    const rich = sofie.locator('[contenteditable="true"]')
    const button = (of, name) => of.getByRole('button', { name, exact: true })
    const tool = (name) => button(sofie.getByRole('toolbar').first(), name)
    const panel = (page) => page.getByRole('complementary')
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/plain-${name}-${view.language}-${view.width}.png` })
    const says = async (of, value) => {
      for (let tries = 0; (await of.inputValue()) !== value; tries++) {
        if (tries > 100) assert.equal(await of.inputValue(), value)
        await sleep(100)
      }
    }
    for (const page of [kari, sofie, leif]) await page.goto(`/responses/${agder}/write/${answer.id}`)
    await rich.waitFor()

    // By keyboard alone: ordinary fields are chosen, and written in. The other sees headings and a list.
    await kari.locator('[contenteditable="true"]').waitFor()
    await tabTo(button(kari, t.plain))
    await kari.keyboard.press('Enter')
    await field(kari).waitFor()
    await tabTo(field(kari))
    await kari.keyboard.type('# Tiltak\nKommunene trenger tid.\n- ett\nto')
    await says(field(kari), '# Tiltak\nKommunene trenger tid.\n- ett\n- to')
    await rich.locator('h3', { hasText: 'Tiltak' }).waitFor()
    await rich.locator('li', { hasText: 'to' }).waitFor()
    assert.deepEqual((await rich.locator('li').allInnerTexts()).map((item) => item.trim()), ['ett', 'to'])
    await kari.locator('[data-save-state="saved"]').waitFor()
    await sofie.locator('.caret[data-name="Kari Eksempel, Kristiansand"]').waitFor()

    // What the other writes comes in before the cursor, and the cursor stays at its words.
    await into(rich.locator('p', { hasText: 'Kommunene' }), { position: { x: 2, y: 8 } })
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
    await sound(kari)

    // A comment is about the words that are selected in the field.
    await kari.keyboard.press('Control+End')
    for (let n = 0; n < 'tid.\n- ett\n- to!'.length; n++) await kari.keyboard.press('ArrowLeft')
    for (let n = 0; n < 4; n++) await kari.keyboard.press('Shift+ArrowLeft')
    await sleep(100)
    await kari.keyboard.press('Control+Alt+k')
    await shot(kari, 'comment')
    await panel(kari).getByText('mer', { exact: true }).waitFor()
    await press(button(panel(kari), t.comments))
    await kari.locator('textarea:focus').waitFor()

    // A table of the other's: each cell has its field.
    await into(rich)
    await sofie.keyboard.press('Control+End')
    await sofie.keyboard.press('Enter')
    await sofie.keyboard.press('Enter')
    await tool(t.table).click() // among the tools one goes by arrow keys
    await field(kari, t.cell).fill('Vaktlag')
    await rich.locator('td', { hasText: 'Vaktlag' }).waitFor()
    await field(kari, t.part).fill('Etter tabellen')
    await rich.getByText('Etter tabellen').waitFor()
    await shot(kari, 'table')
    await sound(kari)

    // Those who only read have the same choice, and cannot write.
    await press(button(leif, t.plain))
    await field(leif, t.part).waitFor()
    assert.equal(await field(leif, t.part).getAttribute('readonly'), '')
    await sound(leif)

    // But suggest: what is typed in the field is sent, stands in no text, and is withdrawn again.
    await press(button(leif, t.suggest))
    await leif.locator('textarea:focus').waitFor()
    await field(leif, t.part).press('End')
    await leif.keyboard.type(', og før')
    await button(leif, t.send).waitFor()
    await shot(leif, 'suggest')
    await sound(leif)
    await press(button(leif, t.send))
    const suggested = panel(leif).getByRole('article').filter({ hasText: ', og før' })
    await suggested.waitFor()
    await says(field(kari, t.part), 'Etter tabellen')
    await press(button(suggested, t.withdraw))
    await suggested.waitFor({ state: 'detached' })

    // A card and two texts of the other's: the same choices as in the text.
    await into(rich.getByText('Etter tabellen'))
    await sofie.keyboard.press('End')
    await sofie.keyboard.press('Enter')
    await sofie.keyboard.type('Kommunenes syn.')
    await tool(t.against).click()
    await kari.locator('.plain').getByLabel(t.whose(1)).selectOption('municipal')
    await field(kari, t.alternative).fill('Sykehusets syn.')
    await rich.locator('.alternative').nth(1).getByText('Sykehusets syn.').waitFor()
    await rich.getByRole('group', { name: t.municipal }).waitFor()
    await into(rich.getByText('Etter tabellen'))
    await tool(t.example).click()
    const card = kari.getByRole('group', { name: t.example })
    await field(card, t.title).fill('Vaktlag')
    await card.getByLabel(t.status).selectOption('running')
    await rich.locator('.good-example').getByText('Vaktlag').waitFor()
    await shot(kari, 'card')
    await sound(kari)
    await press(card.getByRole('button', { name: t.remove }))
    await rich.locator('.good-example').waitFor({ state: 'detached' })
    await press(kari.getByRole('button', { name: t.choose }).last())
    await rich.locator('.alternatives').waitFor({ state: 'detached' })
    await rich.getByText('Sykehusets syn.').waitFor()
    assert.equal(await rich.getByText('Kommunenes syn.').count(), 0)

    // An answer to an earlier round is carried over, added to what stands there.
    await press(button(kari, t.carry))
    await panel(kari).getByLabel(t.source, { exact: true }).selectOption({ label: (await panel(kari).getByLabel(t.source, { exact: true }).locator('option').allInnerTexts()).find((label) => t.earlier.test(label)) })
    const old = panel(kari).locator('.preview p').first()
    await old.waitFor()
    const carried = await old.innerText()
    await shot(kari, 'carry')
    await sound(kari)
    await press(button(panel(kari), t.end))
    await kari.getByText(t.from).first().waitFor()
    await rich.getByText(carried).first().waitFor()
    await rich.getByText('Alle: Kommunene trenger mer tid.').waitFor()

    // A template, in the text itself, where the cursor stands; it is undone alone.
    await press(button(sofie, t.carry))
    await sofie.getByRole('tab', { name: t.templates }).click()
    await panel(sofie).getByLabel(t.template, { exact: true }).selectOption({ label: t.measures })
    await shot(sofie, 'template')
    await sound(sofie)
    await press(button(panel(sofie), t.end))
    await rich.getByText(t.help).waitFor()
    await press(button(panel(sofie), t.close))
    await shot(sofie, 'carried')
    await sofie.locator('.tiptap:focus').waitFor()
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
