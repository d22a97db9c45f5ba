import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, freeze, handsOn, into, places, sound, tabTo } from './portal.mjs'

/*
 * Two people of different organisations write in one answer. Each sees afterwards who wrote what, gives a version a name,
 * sees what changed, and puts the old text in again: for both, and without losing what stood there. Who wrote what is still
 * told when the text is frozen.
 */
let portal
afterEach(() => portal?.stop())

const words = {
  nb: { authors: 'Hvem skrev hva', name: 'Gi versjonen et navn', label: 'Navn', save: 'Lagre navnet', restore: 'Sett denne teksten inn igjen', confirm: 'Sett inn teksten', since: 'Endringer siden' },
  nn: { authors: 'Kven skreiv kva', name: 'Gi versjonen eit namn', label: 'Namn', save: 'Lagre namnet', restore: 'Set denne teksten inn att', confirm: 'Set inn teksten', since: 'Endringar sidan' },
}

for (const view of [{ width: 1280, language: 'nb' }, { width: 390, language: 'nn' }]) {
  test(`versions of an answer, ${view.language} at ${view.width}`, { timeout: 120_000 }, async () => {
    portal = await Portal.start()
    const t = words[view.language]
    const press = handsOn(view)
    const { agder } = await places(portal)
    const secretariat = await portal.as('sekretariat-agder', '/', view)
    const coordinator = await portal.as('koordinator-kristiansand', '/', view)
    const { answers } = (await api(secretariat, 'GET', `/responses/${agder}`)).body
    const answer = answers.find(({ status }) => status === 'empty')
    const saved = (page) => page.locator('[data-save-state="saved"]').waitFor()
    const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/versions-${name}-${view.language}-${view.width}.png`, fullPage: true })
    const show = (page, tab) => (view.width > 1000 ? page.getByRole('tab', { name: tab }).click() : tabTo(page.getByRole('tab', { selected: true })).then(() => page.keyboard.press('End')))
    const write = async (page, text) => {
      await into(page.locator('.tiptap'))
      await page.keyboard.press('Control+End')
      await page.keyboard.type(text)
      await saved(page)
    }

    for (const page of [secretariat, coordinator]) {
      await page.goto(`/responses/${agder}/write/${answer.id}`)
      await page.locator('.tiptap').waitFor()
      await saved(page)
    }
    await write(coordinator, 'Kommunene trenger tid.')
    await secretariat.getByText('Kommunene trenger tid.').waitFor()

    await secretariat.goto(`/responses/${agder}/answers/${answer.id}/versions`)
    await press(secretariat.getByRole('button', { name: t.name }))
    await secretariat.getByLabel(t.label, { exact: true }).fill('Før møtet')
    await press(secretariat.getByRole('button', { name: t.save }))
    await secretariat.getByRole('navigation').getByText('Før møtet').waitFor()

    await secretariat.goto(`/responses/${agder}/write/${answer.id}`)
    await secretariat.getByText('Kommunene trenger tid.').waitFor()
    await write(secretariat, ' Og penger.')
    await coordinator.getByText('Kommunene trenger tid. Og penger.').waitFor()

    await coordinator.goto(`/responses/${agder}/answers/${answer.id}/versions`)
    await coordinator.getByLabel(t.since).waitFor()
    await coordinator.locator('ins', { hasText: 'Og penger.' }).waitFor()
    await show(coordinator, t.authors)
    const of = (text) => coordinator.locator('.author', { hasText: text }).getAttribute('title')
    assert.match(await of('Kommunene trenger tid.'), /Kristiansand/)
    assert.match(await of('Og penger.'), /Agder/)

    await press(coordinator.getByRole('link', { name: /Før møtet/ }))
    await press(coordinator.getByRole('link', { name: t.restore }))
    await press(coordinator.getByRole('button', { name: t.confirm }))
    await coordinator.locator('.tiptap', { hasNotText: 'Og penger.' }).waitFor()
    await saved(coordinator)
    await secretariat.locator('.tiptap', { hasNotText: 'Og penger.' }).waitFor()

    await secretariat.goto(`/responses/${agder}/answers/${answer.id}/versions`)
    await secretariat.locator('nav ol li').nth(1).waitFor()
    const versions = (await api(secretariat, 'GET', `/responses/${agder}/answers/${answer.id}/versions`)).body
    assert.deepEqual(versions.map(({ name }) => name ?? ''), ['', 'Før møtet'])
    const contents = await Promise.all(versions.map(({ place }) => api(secretariat, 'GET', `/responses/${agder}/answers/${answer.id}/versions/${place}`)))
    assert.deepEqual(contents[0].body.content, contents[1].body.content)
    for (const page of [secretariat, coordinator]) await sound(page)

    // Frozen: it still says who wrote it.
    assert.equal((await freeze(secretariat, agder, answer.id)).status, 200)
    await coordinator.goto(`/responses/${agder}/answers/${answer.id}/versions`)
    await show(coordinator, t.authors)
    assert.match(await of('Kommunene trenger tid.'), /Kristiansand/)
    await sound(coordinator)
    await shot(coordinator, 'frozen')
    for (const page of [secretariat, coordinator]) assert.deepEqual(page.faults, [])
  })
}
