import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { Portal, api, places } from './portal.mjs'

/*
 * Two people of different organisations write in one answer. Each sees afterwards who wrote what, gives a version a name,
 * sees what changed, and puts the old text in again: for both, and without losing what stood there.
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
    const { agder } = await places(portal)
    const secretariat = await portal.as('sekretariat-agder', '/', view)
    const coordinator = await portal.as('koordinator-kristiansand', '/', view)
    const { answers } = (await api(secretariat, 'GET', `/responses/${agder}`)).body
    const answer = answers.find(({ status }) => status === 'empty')
    const saved = (page) => page.locator('[data-save-state="saved"]').waitFor()
    const write = async (page, text) => {
      await page.locator('.tiptap').click()
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
    await secretariat.getByRole('button', { name: t.name }).click()
    await secretariat.getByLabel(t.label, { exact: true }).fill('Før møtet')
    await secretariat.getByRole('button', { name: t.save }).click()
    await secretariat.getByRole('navigation').getByText('Før møtet').waitFor()

    await secretariat.goto(`/responses/${agder}/write/${answer.id}`)
    await secretariat.getByText('Kommunene trenger tid.').waitFor()
    await write(secretariat, ' Og penger.')
    await coordinator.getByText('Kommunene trenger tid. Og penger.').waitFor()

    await coordinator.goto(`/responses/${agder}/answers/${answer.id}/versions`)
    await coordinator.getByLabel(t.since).waitFor()
    await coordinator.locator('ins', { hasText: 'Og penger.' }).waitFor()
    await coordinator.getByRole('tab', { name: t.authors }).click()
    const of = (text) => coordinator.locator('.author', { hasText: text }).getAttribute('title')
    assert.match(await of('Kommunene trenger tid.'), /Kristiansand/)
    assert.match(await of('Og penger.'), /Agder/)

    await coordinator.getByRole('link', { name: /Før møtet/ }).click()
    await coordinator.getByRole('link', { name: t.restore }).click()
    await coordinator.getByRole('button', { name: t.confirm }).click()
    await coordinator.locator('.tiptap', { hasNotText: 'Og penger.' }).waitFor()
    await saved(coordinator)
    await secretariat.locator('.tiptap', { hasNotText: 'Og penger.' }).waitFor()

    await secretariat.goto(`/responses/${agder}/answers/${answer.id}/versions`)
    await secretariat.locator('nav ol li').nth(1).waitFor()
    const versions = (await api(secretariat, 'GET', `/responses/${agder}/answers/${answer.id}/versions`)).body
    assert.deepEqual(versions.map(({ name }) => name ?? ''), ['', 'Før møtet'])
    const contents = await Promise.all(versions.map(({ place }) => api(secretariat, 'GET', `/responses/${agder}/answers/${answer.id}/versions/${place}`)))
    assert.deepEqual(contents[0].body.content, contents[1].body.content)
    for (const page of [secretariat, coordinator]) assert.deepEqual(page.faults, [])
  })
}
