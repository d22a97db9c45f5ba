import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, freeze, into, places, sleep, sound } from './portal.mjs'

/*
 * A municipality's and the trust's writer fill in the same card at once, one by keyboard alone, set their texts against each
 * other and write a paragraph in Northern Sami. What the service stores has exactly the shape that is read elsewhere, and is held when
 * the text is frozen.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { add: 'Legg til et godt eksempel', card: 'Godt eksempel', title: 'Hva heter eksempelet?', status: /^Hvor langt er det kommet\?/, group: /^Hvem gjelder det\?/, noLink: 'Dette er verken en nettadresse eller en e-postadresse.', noTitle: 'Skriv hva eksempelet heter.',
    remove: 'Fjern eksempelet', undo: 'Angre', list: 'Gode eksempler i svaret', against: 'Alternativ tekst', whose: (n) => new RegExp(`^Alternativ ${n}: hvem sin tekst\\?`), municipal: 'Kommunenes tekst', hospital: 'Sykehusets tekst', other: 'En annens tekst',
    more: 'Legg til alternativ', choose: 'Bruk denne teksten', drop: 'Fjern dette alternativet', language: 'Språk i avsnittet', frozen: /^Teksten er låst/ },
  nn: { add: 'Legg til eit godt døme', card: 'Godt døme', title: 'Kva heiter dømet?', status: /^Kor langt er det kome\?/, group: /^Kven gjeld det\?/, noLink: 'Dette er verken ei nettadresse eller ei e-postadresse.', noTitle: 'Skriv kva dømet heiter.',
    remove: 'Fjern dømet', undo: 'Angre', list: 'Gode døme i svaret', against: 'Alternativ tekst', whose: (n) => new RegExp(`^Alternativ ${n}: kven sin tekst\\?`), municipal: 'Teksten til kommunane', hospital: 'Teksten til sjukehuset', other: 'Teksten til nokon annan',
    more: 'Legg til alternativ', choose: 'Bruk denne teksten', drop: 'Fjern dette alternativet', language: 'Språk i avsnittet', frozen: /^Teksten er låst/ },
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`cards, alternatives and languages, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const { agder } = await places(portal)
    const [kari, sofie] = [await portal.as('koordinator-kristiansand', '/', view), await portal.as('skribent-sorlandet', '/', view)]
    const secretariat = await portal.as('sekretariat-agder')
    const response = async () => (await api(secretariat, 'GET', `/responses/${agder}`)).body
    const { id } = (await response()).answers.find(({ question }) => question.collects === 'good_examples')
    const stored = async () => (await api(secretariat, 'GET', `/responses/${agder}/text`)).body.answers.find((answer) => (answer.answerId ?? answer.id) === id).content.content
    const saved = (page) => page.locator('[data-save-state="saved"]').waitFor()
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/cards-${name}-${view.language}-${view.width}.png` })
    const field = (page, name) => page.locator(`.good-example`).last().locator(`.example-field[data-name="${name}"] > .words`)
    const keys = async (page, ...pressed) => {
      for (const key of pressed) {
        await page.keyboard.press(key)
        await sleep(40)
      }
    }

    for (const page of [kari, sofie]) {
      await page.goto(`/responses/${agder}/write/${id}`)
      await page.locator('[contenteditable="true"]').waitFor()
      await saved(page)
    }
    const before = await stored()

    // Kari makes the card by keyboard alone, and is in its title at once; Sofie sets how far it has come, by mouse.
    await kari.getByRole('button', { name: t.add }).focus()
    await keys(kari, 'Enter')
    await kari.keyboard.type('Felles vakt')
    const card = (page) => page.getByRole('group', { name: t.card }).last()
    await card(sofie).getByLabel(t.status).selectOption('running')
    await kari.keyboard.type('lag')
    await sofie.getByText('Felles vaktlag').first().waitFor()
    await sofie.locator('.caret').waitFor()
    await card(sofie).scrollIntoViewIfNeeded()
    await shot(sofie, 'together')
    await into(field(sofie, 'parties'))
    await sofie.keyboard.type('Sørlandet sykehus og kommunene')

    // On by Enter and Tab: through the lines, to the choices, and out below.
    await keys(kari, 'Enter', 'Tab')
    await kari.keyboard.type('Avtalen og vaktplanen')
    await keys(kari, 'ArrowDown')
    await kari.keyboard.type('Kari Eksempel')
    await keys(kari, 'Enter')
    await kari.keyboard.type('ingen adresse')
    await keys(kari, 'Tab')
    assert.equal(await kari.evaluate(() => document.activeElement.tagName), 'SELECT')
    await kari.locator('.fault', { hasText: t.noLink }).waitFor()
    await shot(kari, 'fault')
    await sound(kari)
    await kari.keyboard.type('skr')
    await keys(kari, 'Shift+Tab', 'ControlOrMeta+a')
    await kari.keyboard.type('www.lillevik.kommune.no')
    await keys(kari, 'Backspace', 'o', 'Enter')
    await kari.keyboard.type('Under dømet.')
    await kari.locator('.fault').waitFor({ state: 'detached' })
    await saved(kari)
    await saved(sofie)
    await shot(kari, 'card')
    const text = (value) => [{ text: value, type: 'text' }]
    const line = (name, value) => ({ attrs: { name }, content: text(value), type: 'exampleField' })
    const paragraph = (value, attrs) => ({ ...(attrs && { attrs }), content: text(value), type: 'paragraph' })
    const example = {
      attrs: { group: 'frail_elderly', status: 'running' },
      content: [line('title', 'Felles vaktlag'), line('parties', 'Sørlandet sykehus og kommunene'), line('transferable', 'Avtalen og vaktplanen'), line('contact', 'Kari Eksempel'), line('link', 'www.lillevik.kommune.no')],
      type: 'goodExample',
    }
    const bare = (blocks) => blocks.filter(({ content }) => content?.length)
    assert.deepEqual(bare(await stored()), [...bare(before), example, paragraph('Under dømet.')])

    // Taken away and back again; the list leads to it.
    await card(sofie).getByRole('button', { name: t.remove }).click()
    await field(kari, 'contact').getByText('Kari Eksempel').waitFor({ state: 'detached' })
    await sofie.getByRole('button', { name: t.undo, exact: true }).click()
    await field(kari, 'contact').getByText('Kari Eksempel').waitFor()
    await sofie.getByRole('navigation', { name: t.list }).getByRole('button').last().click()
    await sofie.keyboard.type('et')
    await field(kari, 'title').getByText('Felles vaktlaget').waitFor()
    await keys(sofie, 'Backspace', 'Backspace')

    // By arrow keys through the card and out, and back into it.
    await into(field(kari, 'title'))
    await keys(kari, 'End', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown')
    const here = () => kari.evaluate(() => document.getSelection().anchorNode.parentElement.closest('.example-field')?.dataset.name ?? 'text')
    assert.equal(await here(), 'text')
    await keys(kari, 'ArrowUp')
    assert.equal(await here(), 'link')
    await keys(kari, 'ArrowDown', 'End')

    // The paragraph becomes one of two texts; each writes in its own.
    const tool = (page, name) => page.getByRole('toolbar').first().getByRole('button', { name, exact: true })
    await tool(kari, t.against).focus()
    await keys(kari, 'Enter')
    await into(sofie.locator('.alternative').nth(1).locator('.words'))
    await sofie.keyboard.type('Sykehuset ser det slik.')
    await sofie.getByLabel(t.whose(2)).selectOption('hospital')
    await kari.getByLabel(t.whose(1)).focus()
    await kari.keyboard.type(t.municipal.slice(0, 14))
    await keys(kari, 'Escape')
    await sofie.locator('.alternative[data-side="municipal"]').waitFor()
    await kari.getByText('Sykehuset ser det slik.').waitFor()
    await into(kari.getByText('Under dømet.'))
    await keys(kari, 'Home', 'Backspace', 'Backspace', 'End', 'Delete')
    await sofie.getByRole('group', { name: t.hospital }).waitFor()
    await kari.getByRole('button', { name: t.more }).click()
    await kari.keyboard.type('Oslo mener noe annet.')
    await kari.getByLabel(t.whose(3)).selectOption('other')
    await kari.locator('.alternative').nth(2).getByRole('textbox').fill('Oslo kommune')
    await sofie.getByRole('group', { name: 'Oslo kommune' }).waitFor()
    await saved(kari)
    await shot(kari, 'alternatives')
    await sound(kari)
    const side = (attrs, value) => ({ attrs, content: [paragraph(value)], type: 'alternative' })
    const all = [side({ side: 'municipal' }, 'Under dømet.'), side({ side: 'hospital' }, 'Sykehuset ser det slik.'), side({ label: 'Oslo kommune', side: 'other' }, 'Oslo mener noe annet.')]
    assert.deepEqual(bare(await stored()), [...bare(before), example, { content: all, type: 'alternatives' }])
    await kari.locator('.alternative').nth(2).getByRole('button', { name: t.drop }).click()
    await sofie.getByText('Oslo mener noe annet.').waitFor({ state: 'detached' })
    await kari.locator('.alternative').nth(1).getByRole('button', { name: t.choose }).click()
    await sofie.locator('.alternatives').waitFor({ state: 'detached' })
    await kari.getByRole('button', { name: t.undo, exact: true }).last().click()
    await sofie.locator('.alternatives').waitFor()

    // A paragraph of its own language, chosen by keyboard.
    await into(sofie.locator('.tiptap > p').last())
    await sofie.keyboard.type('Mii ovttasbargat.')
    await sofie.getByLabel(t.language).focus()
    await sofie.keyboard.type('nord')
    await keys(sofie, 'Escape')
    await sofie.keyboard.type(' Bures!')
    await sofie.locator('.tiptap > p[lang="se"]').waitFor()
    assert.equal(await sofie.getByLabel(t.language).inputValue(), 'se')
    await saved(sofie)
    await shot(sofie, 'language')
    await sound(sofie)
    const end = [...bare(before), example, { content: all.slice(0, 2), type: 'alternatives' }, paragraph('Mii ovttasbargat. Bures!', { lang: 'se' })]
    assert.deepEqual(bare(await stored()), end)

    // Frozen: the same, without controls, and in what is held.
    assert.equal((await freeze(secretariat, agder)).status, 200)
    await kari.getByText(t.frozen).first().waitFor()
    await kari.locator('.good-example select, .alternatives button').waitFor({ state: 'detached' })
    await shot(kari, 'frozen')
    await sound(kari)
    assert.deepEqual(bare(await stored()), end)
    assert.match((await response()).answers.find((answer) => answer.id === id).hash, /^sha256:/)
  })
}
