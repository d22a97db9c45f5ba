import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Portal, api, invitation, sleep } from './portal.mjs'

/*
 * The main job, from invitation to receipt, by nine people in nine browsers. The steps stand on each
 * other: the first that fails ends the story.
 */
let portal
const people = {}
const at = {} // where things are: round, response, answers

before(async () => {
  portal = await Portal.start()
}, { timeout: 120_000 })
after(() => portal?.stop())

let broken
function step(name, play) {
  test(name, { timeout: 120_000 }, async (t) => {
    if (broken) return t.skip(`not played: “${broken}” failed`)
    try {
      await play()
    } catch (error) {
      broken = name
      for (const [who, page] of Object.entries(people)) {
        t.diagnostic(`${who}: ${page.url()} ${JSON.stringify(page.faults)}`)
        if (process.env.E2E_SHOTS) await page.screenshot({ path: `${process.env.E2E_SHOTS}/${who}.png`, fullPage: true }).catch(() => {})
      }
      throw error
    }
  })
}

const button = (page, name) => page.getByRole('button', { name, exact: true })
const inDialog = (page, name) => page.getByRole('dialog').getByRole('button', { name, exact: true })
const text = (page) => page.locator('[contenteditable="true"]').first()
const saveState = (page) => page.locator('[data-save-state]').first().getAttribute('data-save-state')

async function until(what, holds, patience = 15_000) {
  const end = Date.now() + patience
  for (;;) {
    if (await holds()) return
    if (Date.now() > end) assert.fail(`in vain: ${what}`)
    await sleep(100)
  }
}

step('the administrator gives people their roles in Vestfold', async () => {
  const admin = await portal.as('administrator', '/administration')
  const accounts = (await api(admin, 'GET', '/accounts')).body
  const id = (persona) => accounts.find(({ account }) => account.subject === persona).account.id
  for (const [persona, organisationId, role] of [
    ['koordinator-kristiansand', 'k-3804', 'coordinator'], ['koordinator-kristiansand', 'k-3804', 'approver'],
    ['koordinator-arendal', 'k-3805', 'coordinator'], ['koordinator-arendal', 'k-3805', 'approver'],
    ['skribent-sorlandet', 'sykehuset-i-vestfold-hf', 'writer'],
  ]) {
    const given = await api(admin, 'POST', `/accounts/${id(persona)}/roles`, { organisationId, role })
    assert.equal(given.status, 200, JSON.stringify(given.body))
  }
})

step('the ministry imports the letter and opens the round', async () => {
  const ministry = (people.ministry = await portal.as('departement', '/rounds/import'))
  const { name, text } = invitation()
  await ministry.setInputFiles('#file', { name, mimeType: 'application/yaml', buffer: Buffer.from(text.replace('deadline:', 'dedline:')) })
  await button(ministry, 'Les inn').click()
  await ministry.getByText('dedline').first().waitFor()
  await ministry.setInputFiles('#file', { name, mimeType: 'application/yaml', buffer: Buffer.from(text) })
  await button(ministry, 'Les inn').click()
  await ministry.waitForURL(/\/rounds\/[0-9a-f-]{36}$/)
  at.round = ministry.url().split('/').at(-1)
  await button(ministry, 'Åpne runden').click()
  await inDialog(ministry, 'Åpne runden').click()
  await ministry.getByText('mottakerne har fått invitasjonen').first().waitFor()
  const recipients = (await api(ministry, 'GET', `/rounds/${at.round}/recipients`)).body
  const of = (kind) => recipients.filter(({ organisation }) => organisation.kind === kind).length
  assert.deepEqual([of('municipality'), of('regional_health_authority'), of('association')], [356, 4, 1])
})

step('the regional authority forwards it with one press', async () => {
  const regional = (people.regional = await portal.as('rhf-sor-ost', `/rounds/${at.round}`))
  await button(regional, 'Send videre').click()
  await regional.getByText('Invitasjonen er sendt videre').first().waitFor()
  const overview = (await api(people.ministry, 'GET', `/rounds/${at.round}/overview`)).body
  assert.ok(overview.forwarded.find(({ organisation }) => organisation.id === 'helse-sor-ost-rhf').forwardedAt)
})

step('the secretariat starts the joint response', async () => {
  const secretariat = (people.secretariat = await portal.as('sekretariat-vestfold', `/rounds/${at.round}`))
  await button(secretariat, 'Start felles innspill').click()
  await inDialog(secretariat, 'Start felles innspill').click()
  await secretariat.waitForURL(/\/responses\/[0-9a-f-]{36}$/)
  at.response = secretariat.url().split('/').at(-1)
  const response = (await api(secretariat, 'GET', `/responses/${at.response}`)).body
  at.answers = response.answers.map(({ id }) => id)
  assert.equal(at.answers.length, 6)
  assert.equal(response.parties.length, 7)
})

step('two coordinators and a writer of the trust write in the same answer at once', async () => {
  for (const [who, persona, organisation] of [
    ['sandefjord', 'koordinator-kristiansand', 'k-3804'], ['larvik', 'koordinator-arendal', 'k-3805'], ['trust', 'skribent-sorlandet', 'sykehuset-i-vestfold-hf'],
  ]) {
    const page = (people[who] = await portal.as(persona, '/'))
    assert.equal((await api(page, 'PUT', '/me/acting', { organisationId: organisation })).status, 200)
    await page.goto(`/responses/${at.response}/write/${at.answers[1]}`)
    await text(page).waitFor()
  }
  const writers = [people.sandefjord, people.larvik, people.trust]
  const sentences = ['Sandefjord skriver om personell. ', 'Larvik skriver om avstand. ', 'Sykehuset skriver om utskriving. ']
  await Promise.all(writers.map(async (page, i) => {
    await text(page).click()
    await page.keyboard.type(sentences[i], { delay: 25 })
  }))
  for (const page of writers) await until('everything saved', async () => (await saveState(page)) === 'saved')
  await until('all three see the same', async () => {
    const seen = await Promise.all(writers.map((page) => letters(page)))
    return seen.every((s) => s === seen[0]) && [...seen[0]].length === sentences.join('').replaceAll(' ', '').length
  })
  await people.larvik.getByText('Sykehuset i Vestfold HF').first().waitFor()
})

/** What stands in the text, without spaces and carets' labels. */
async function letters(page) {
  return text(page).evaluate((element) => {
    const copy = element.cloneNode(true)
    copy.querySelectorAll('.collaboration-carets__caret, .collaboration-carets__label, .caret, [class*="caret"]').forEach((caret) => caret.remove())
    return copy.textContent.replace(/[\s\u2060\ufeff\u00a0]/g, '')
  })
}

step('cut off from the net, the page says so, and nothing is lost or doubled on return', async () => {
  const page = people.sandefjord
  const before = await letters(page)
  await page.context().setOffline(true)
  await until('the page tells', async () => ['offline', 'unsaved'].includes(await saveState(page)), 40_000)
  await text(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('FRAKOBLET')
  assert.notEqual(await saveState(page), 'saved')
  await people.larvik.keyboard.press('Control+Home')
  await people.larvik.keyboard.type('IMENS')
  await page.context().setOffline(false)
  await until('saved again', async () => (await saveState(page)) === 'saved', 40_000)
  await until('both are there, once', async () => {
    const [mine, theirs] = [await letters(page), await letters(people.larvik)]
    return mine === theirs && mine.split('FRAKOBLET').length === 2 && mine.split('IMENS').length === 2 && mine.length === before.length + 14
  })
})

step('the program is killed while they write, and every saved letter is there', async () => {
  const page = people.trust
  await text(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('FØRKRASJ')
  await until('saved', async () => (await saveState(page)) === 'saved')
  await portal.end('SIGKILL')
  await page.keyboard.type('UNDER')
  assert.notEqual(await saveState(page), 'saved')
  await portal.run()
  await until('saved again', async () => (await saveState(page)) === 'saved', 60_000)
  await until('once each, for all', async () => {
    const all = await Promise.all([people.sandefjord, people.larvik, people.trust].map(letters))
    return all.every((s) => s === all[0] && s.split('FØRKRASJ').length === 2 && s.split('UNDER').length === 2 && s.split('FRAKOBLET').length === 2)
  }, 60_000)
})

step('undo takes back one’s own words only', async () => {
  await people.larvik.reload()
  await text(people.larvik).waitFor()
  await text(people.larvik).click()
  await people.larvik.keyboard.press('Control+End')
  await people.larvik.keyboard.type('ANGRE')
  await people.trust.keyboard.type('BLIR')
  await until('both there', async () => (await letters(people.larvik)).includes('ANGRE') && (await letters(people.larvik)).includes('BLIR'))
  await people.larvik.keyboard.press('Control+z')
  await until('only one’s own is gone', async () => {
    const seen = await letters(people.larvik)
    return !seen.includes('ANGRE') && seen.includes('BLIR')
  })
})
