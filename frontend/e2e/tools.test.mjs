import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, handsOn, places, sleep, sound } from './portal.mjs'

/*
 * Two who write and one who reads, in one answer: what is pasted from Word, from a PDF and as a picture, with what became
 * of it; words that are found and replaced while somebody else writes; and what is to be mended, mended. On the narrow
 * screen everything is done by keyboard alone.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { notice: 'Om det du limte inn', undo: 'Angre innlimingen', close: 'Lukk', leftOut: 'Dette kunne ikke tas med: ett bilde, én kommentar og én sporet strykning.', reshaped: 'Dette har fått en annen form: én fotnote.', picture: 'Dette kunne ikke tas med: ett bilde.', wrapped: /linjeskift midt i teksten/, nothing: 'Ikke limt inn.',
    find: 'Finn og erstatt', read: 'Finn i teksten', query: 'Finn', with: 'Erstatt med', of: (at, all) => `${at} av ${all}`, none: 'Ingen treff', wholeWords: 'Bare hele ord', one: 'Erstatt', all: 'Erstatt alle 4', replaced: '4 treff er erstattet.', toastUndo: 'Angre', status: 'Hvor langt er svaret?',
    check: /^Sjekk teksten/, checkTitle: 'Sjekk teksten', closeCheck: 'Lukk: Sjekk teksten', linkLabel: 'Skriv hva leseren finner der', go: 'Gå til', left: (n) => (n ? `${n} ting å rette.` : 'Ingenting å rette.'), ready: /merket som klart, men det er/, level: 'Gjør den til overskrift 1', header: 'Gjør første rad til overskrifter', bold: 'Gjør det til overskrift 1', skips: 'Overskrift 3 – sett inn overskrift 2 først' },
  nn: { notice: 'Om det du limte inn', undo: 'Angre innliminga', close: 'Lukk', leftOut: 'Dette kunne ikkje takast med: eitt bilete, éin kommentar og éi spora stryking.', reshaped: 'Dette har fått ei anna form: éin fotnote.', picture: 'Dette kunne ikkje takast med: eitt bilete.', wrapped: /linjeskift midt i teksten/, nothing: 'Ikkje limt inn.',
    find: 'Finn og byt ut', read: 'Finn i teksten', query: 'Finn', with: 'Byt ut med', of: (at, all) => `${at} av ${all}`, none: 'Ingen treff', wholeWords: 'Berre heile ord', one: 'Byt ut', all: 'Byt ut alle 4', replaced: '4 treff er bytte ut.', toastUndo: 'Angre', status: 'Kor langt er svaret?',
    check: /^Sjekk teksten/, checkTitle: 'Sjekk teksten', closeCheck: 'Lukk: Sjekk teksten', linkLabel: 'Skriv kva lesaren finn der', go: 'Gå til', left: (n) => (n ? `${n} ting å rette.` : 'Ingenting å rette.'), ready: /merkt som klart, men det er/, level: 'Gjer ho til overskrift 1', header: 'Gjer første rad til overskrifter', bold: 'Gjer det til overskrift 1', skips: 'Overskrift 3 – set inn overskrift 2 først' },
}

const cell = (text) => `<td style='border:solid windowtext 1.0pt'><p class=MsoNormal>${text}</p></td>`
const word = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w="urn:schemas-microsoft-com:office:word"><head><style>p.MsoNormal {font-family:"Calibri"; color:#333}</style></head><body lang=NO-BOK><!--StartFragment-->
<h2><b>Felles vakt</b><o:p></o:p></h2>
<p class=MsoNormal>Kommunene har <span class=msoDel><del>fem</del></span><ins>fire</ins> leger<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a> på
vakt<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1">[KN1]</a></span>. Les <a href="https://lillevik.kommune.no/plan">her</a>.</p>
<p class=MsoNormal><b>Tiltak i vakten</b></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>en plan</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>o<span>&nbsp; </span></span><![endif]>for natten</p>
<p class=MsoNormal><img width=300 height=200 src="file:///C:/kart.png"></p>
<table class=MsoTableGrid border=1><tr>${cell('Kommune')}${cell('Leger')}</tr><tr>${cell('Lillevik')}${cell('2')}</tr></table>
<div style='mso-element:footnote-list'><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1">[1]</a> Fastleger i turnus.</p></div></div>
<!--EndFragment--></body></html>`
const pdf = `Legene i området har i lengre tid arbeidet for felles legevakt, og syke-
husene har deltatt i arbeidet. Det er behov for flere leger om
natten, og for at avtalene blir fulgt.
• en felles vaktplan
• faste møter`

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`pasting, finding and checking, ${view.language} at ${view.width}`, { timeout: 240_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const press = handsOn(view)
    const { agder } = await places(portal)
    const [kari, sofie, leif] = [await portal.as('koordinator-kristiansand', '/', view), await portal.as('skribent-sorlandet', '/', view), await portal.as('leser-agder', '/', view)]
    const answer = (await api(kari, 'GET', `/responses/${agder}`)).body.answers.find(({ status }) => status === 'empty')
    const text = (page) => page.locator('.tiptap')
    const button = (of, name) => of.getByRole('button', { name, exact: typeof name === 'string' })
    const panel = (page) => page.getByRole('complementary')
    const notice = kari.getByRole('region', { name: t.notice })
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/tools-${name}-${view.language}-${view.width}.png` })

    const paste = (data) =>
      text(kari).evaluate((element, given) => {
        const clipboardData = new DataTransfer()
        for (const [type, value] of Object.entries(given)) {
          if (type === 'file') clipboardData.items.add(new File(['x'], value, { type: 'image/png' }))
          else clipboardData.setData(type, value)
        }
        element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
      }, data)

    for (const page of [kari, sofie, leif]) {
      await page.goto(`/responses/${agder}/write/${answer.id}`)
      await text(page).waitFor()
    }

    // Word comes in clean, the others see it, and what it lost is said by the text while one goes on writing.
    await text(kari).focus()
    await paste({ 'text/html': word, 'text/plain': 'Felles vakt' })
    for (const said of [t.leftOut, t.reshaped]) await notice.getByText(said, { exact: true }).waitFor()
    await text(sofie).getByText('for natten').waitFor()
    assert.equal(await text(sofie).locator('ul ul li').innerText(), 'for natten')
    assert.equal(await text(sofie).locator('p').first().innerText(), 'Kommunene har fire leger[1] på vakt. Les her.')
    assert.equal(await text(sofie).locator('ol li').innerText().then((said) => said.trim()), 'Fastleger i turnus.')
    assert.equal(await kari.evaluate(() => document.activeElement.classList.contains('tiptap')), true)
    await shot(kari, 'pasted')
    await sound(kari)

    // It is undone as one thing, and can be done again; once one has gone on writing, the button is gone.
    await press(button(notice, t.undo))
    await notice.waitFor({ state: 'detached' })
    await text(sofie).getByText('for natten').waitFor({ state: 'detached' })
    await kari.keyboard.press('Control+y')
    await text(sofie).getByText('for natten').waitFor()

    await sleep(200) // the editor puts its cursor back a moment after one comes to it: no person is faster
    await kari.keyboard.press('Control+End')
    await sleep(200)
    await kari.keyboard.press('Enter')
    await kari.keyboard.press('Enter')
    await paste({ 'text/plain': pdf })
    await notice.getByText(t.wrapped).first().waitFor()
    await text(sofie).getByText('og sykehusene har deltatt i arbeidet. Det er behov for flere leger om natten, og').waitFor()
    await text(sofie).locator('ul li', { hasText: 'faste møter' }).waitFor()
    await kari.keyboard.type(' hver uke')
    await button(notice, t.undo).waitFor({ state: 'detached' })
    await paste({ file: 'skjerm.png' })
    await notice.getByText(t.nothing).waitFor()
    await notice.getByText(t.picture, { exact: true }).waitFor()
    await press(button(notice, t.close))
    await kari.locator('[data-save-state="saved"]').waitFor()

    // Found by keys from within the text; one stays in the field while one goes from match to match and others write.
    await text(kari).focus()
    await sleep(200)
    await kari.keyboard.press('Control+Home')
    await sleep(200)
    await kari.keyboard.press('Control+Alt+f')
    await panel(kari).getByLabel(t.query, { exact: true }).waitFor()
    await kari.keyboard.type('leger')
    const found = panel(kari).locator('[data-found]')
    const foundIs = (at, all) => found.getByText(t.of(at, all), { exact: true }).waitFor()
    await foundIs(1, 4) // the doctors are also part of a word
    await panel(kari).getByLabel(t.wholeWords).press('Space')
    await foundIs(1, 3)
    await panel(kari).getByLabel(t.query, { exact: true }).focus()
    await kari.keyboard.press('Enter')
    await kari.keyboard.press('Enter')
    await foundIs(3, 3)
    await text(sofie).focus()
    await sofie.keyboard.press('Control+Home')
    await sofie.keyboard.type('Leger: ')
    await foundIs(4, 4)
    await kari.keyboard.press('Shift+Enter')
    await foundIs(3, 4)
    assert.equal(await kari.evaluate(() => document.activeElement.type), 'search')
    assert.equal(await text(kari).locator('.found[data-current]').innerText(), 'Leger')
    await shot(kari, 'find')
    await sound(kari)
    await panel(kari).getByLabel(t.with, { exact: true }).focus()
    await kari.keyboard.type('folk')
    await press(button(panel(kari), t.all))
    await kari.getByText(t.replaced, { exact: true }).first().waitFor()
    await found.getByText(t.none).waitFor()
    await text(sofie).getByText('Kommunene har fire folk').waitFor()
    await button(kari, t.toastUndo).last().click()
    await text(sofie).getByText('Kommunene har fire leger').waitFor()
    await panel(kari).getByLabel(t.query, { exact: true }).focus()
    await kari.keyboard.press('Escape')
    await panel(kari).waitFor({ state: 'detached' })
    assert.equal(await kari.evaluate(() => globalThis.getSelection().toString()), 'Leger')

    // Who reads finds as well, and replaces nothing.
    await text(leif).getByText('Kommunene har fire leger').waitFor()
    await button(leif, t.read).click()
    await leif.getByLabel(t.query, { exact: true }).fill('leger')
    await leif.locator('[data-found]').getByText(t.of(1, 5), { exact: true }).waitFor()
    assert.equal(await leif.getByLabel(t.with, { exact: true }).count(), 0)
    await sound(leif)

    // What is to be mended is counted, shown, gone to and mended; to mark the answer as ready is not forbidden.
    await kari.getByLabel(t.status).selectOption('ready')
    await kari.getByText(t.ready).waitFor()
    await press(button(kari, t.check).first())
    await panel(kari).getByText(t.left(4), { exact: true }).waitFor()
    await shot(kari, 'check')
    await sound(kari)
    await press(button(panel(kari).locator('[data-finding="linkWords"]'), t.go))
    await kari.waitForFunction(() => globalThis.getSelection().toString() === 'her')
    await panel(kari).getByLabel(t.linkLabel).focus()
    await kari.keyboard.type('planen for 2022')
    await kari.keyboard.press('Enter')
    await panel(kari).getByText(t.left(3), { exact: true }).waitFor()
    await text(sofie).locator('a', { hasText: /^planen for 2022$/ }).waitFor()
    for (const [mend, left] of [[t.level, 2], [t.bold, 1], [t.header, 0]]) {
      await press(button(panel(kari), mend))
      await panel(kari).getByText(t.left(left), { exact: true }).waitFor()
      assert.equal(await kari.evaluate(() => document.activeElement.closest('aside') !== null), true)
    }
    await text(sofie).locator('h3', { hasText: 'Tiltak i vakten' }).waitFor()
    await text(sofie).locator('th', { hasText: 'Kommune' }).waitFor()
    await kari.getByText(t.ready).waitFor({ state: 'detached' })
    await shot(kari, 'mended')
    await press(button(panel(kari), t.closeCheck))

    // A heading that would skip a level is refused with the reason.
    await text(kari).focus()
    await sleep(200)
    await kari.keyboard.press('Control+End')
    await sleep(250)
    const deep = kari.locator('[data-tool="kind"] option', { hasText: t.skips })
    assert.equal(await deep.evaluate((option) => option.disabled), true)
    for (const page of [kari, sofie]) await sound(page)
  })
}
