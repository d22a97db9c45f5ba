import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Portal, api, checkout, into, invitation, sleep } from './portal.mjs'

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
    await into(text(page))
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
  await into(text(page))
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
  await into(text(page))
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

step('where a proxy lets no WebSocket through, the page says so, and writes all the same', async () => {
  const page = await people.larvik.context().newPage()
  await page.addInitScript(() => {
    globalThis.WebSocket = class extends EventTarget {
      readyState = 0
      constructor() {
        super()
        setTimeout(() => this.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' })), 20)
      }
      send() {}
      close() {}
    }
  })
  await page.goto(`/responses/${at.response}/write/${at.answers[1]}`)
  await text(page).waitFor({ timeout: 30_000 })
  await page.getByText('Nettet her slipper ikke gjennom direkte forbindelse.').waitFor()
  await into(text(page))
  await page.keyboard.press('Control+End')
  await page.keyboard.type('UTENSOKKEL', { delay: 10 })
  await people.trust.keyboard.type('MEDSOKKEL', { delay: 10 })
  await until('saved', async () => (await saveState(page)) === 'saved')
  await until('both see both, once', async () => {
    const [mine, theirs] = [await letters(page), await letters(people.trust)]
    return mine === theirs && mine.includes('UTENSOKKEL') && mine.includes('MEDSOKKEL')
  })
  await page.close()
})

step('undo takes back one’s own words only', async () => {
  await people.larvik.reload()
  await text(people.larvik).waitFor()
  await into(text(people.larvik))
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

const response = async (page) => (await api(page, 'GET', `/responses/${at.response}`)).body
const number = (page, n) => page.goto(`/responses/${at.response}/write/${at.answers[n - 1]}`)

step('every answer is written and marked as ready, and the list shows it', async () => {
  const page = people.larvik
  for (const n of [1, 3, 4, 5]) {
    await number(page, n)
    await text(page).waitFor()
    await into(text(page))
    await page.keyboard.type(`Felles svar på spørsmål ${n}.`)
    await until(`answer ${n} saved`, async () => (await saveState(page)) === 'saved')
    await page.getByLabel('Hvor langt er svaret?').selectOption({ label: 'klart' })
    await until(`answer ${n} ready`, async () => (await response(page)).answers[n - 1].status === 'ready')
  }
  await number(page, 6)
  await page.getByLabel('Hvor langt er svaret?').selectOption({ label: 'besvares ikke' })
  await number(people.trust, 2)
  await people.trust.getByLabel('Hvor langt er svaret?').selectOption({ label: 'klart' })
  await until('all are finished', async () => (await response(page)).answers.every(({ status }) => ['ready', 'not_answered'].includes(status)))
})

step('the ministry sees none of it: not in a page, not in the API, not in an error', async () => {
  const ministry = people.ministry
  for (const path of [`/responses/${at.response}`, `/responses/${at.response}/text`, `/submissions/${at.response}`]) {
    const answer = await api(ministry, 'GET', path)
    assert.equal(answer.status, 404)
    assert.doesNotMatch(JSON.stringify(answer.body), /Felles svar|Vestfold/)
  }
  for (const path of [`/responses/${at.response}`, `/submissions/${at.response}`, `/rounds/${at.round}/questions`]) {
    await ministry.goto(path)
    await ministry.locator('h1').first().waitFor()
    assert.doesNotMatch(await ministry.locator('body').innerText(), /Felles svar/)
  }
  const frames = await ministry.evaluate(
    ({ name }) =>
      new Promise((done) => {
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/collab`)
        const got = []
        const bytes = (...parts) => Uint8Array.from(parts.flat())
        const word = (s) => [s.length, ...new TextEncoder().encode(s)]
        socket.binaryType = 'arraybuffer'
        socket.onopen = () => {
          socket.send(bytes(word(name), 2, 0, word('')))
          socket.send(bytes(word(name), 0, 0, 1, 0))
        }
        socket.onmessage = (event) => got.push(new TextDecoder().decode(event.data))
        socket.onclose = () => done(got)
        setTimeout(() => done(got), 2000)
      }),
    { name: (await response(people.secretariat)).answers[0].documentId },
  )
  assert.doesNotMatch(frames.join(' '), /Felles|svar/)
})

step('the secretariat freezes, and open editors are locked within two seconds', async () => {
  const { secretariat, trust } = people
  await number(trust, 2)
  await text(trust).waitFor()
  await secretariat.goto(`/responses/${at.response}`)
  await button(secretariat, 'Lås for godkjenning').click()
  await inDialog(secretariat, 'Lås for godkjenning').click()
  await secretariat.getByText('Teksten er låst, og partene er bedt').first().waitFor()
  await until('locked', async () => (await trust.locator('[data-save-state]').first().getAttribute('data-save-state')) === 'locked', 2_000)
  assert.equal(await trust.locator('[contenteditable="true"]').count(), 0)
  const { answers, freeze } = await response(secretariat)
  assert.match(freeze.hash, /^sha256:[0-9a-f]{64}$/)
  assert.ok(answers.every(({ hash }) => /^sha256:/.test(hash)))
  at.frozen = Object.fromEntries(answers.map(({ id, hash }) => [id, hash]))
})

async function position(page, label, fill = async () => {}) {
  await page.goto(`/responses/${at.response}/signoff`)
  await page.getByText(label, { exact: true }).click()
  await fill()
  await button(page, 'Registrer standpunktet').click()
  await page.getByText(/er registrert/).first().waitFor()
}

step('each party takes a position: approved, with a remark, rejected, and one stays silent', async () => {
  people.tonsberg = await portal.as('godkjenner-tonsberg')
  people.siv = await portal.as('godkjenner-siv')
  await position(people.tonsberg, 'Godkjenn')
  await position(people.siv, 'Godkjenn')
  await position(people.larvik, 'Godkjenn med særmerknad', async () => {
    await people.larvik.getByLabel('Hva gjelder den?').selectOption({ label: 'Svar 4' })
    await people.larvik.getByRole('textbox', { name: /^Særmerknad/ }).fill('Larvik vil legge vekt på beredskap.')
  })
  await position(people.sandefjord, 'Avvis', () => people.sandefjord.getByRole('textbox', { name: /Begrunnelse/ }).fill('Vi vil ha en presisering i svar 4.'))
  const { tally } = await response(people.secretariat)
  assert.equal(tally.rejected, 1)
  assert.equal(tally.met, false)
})

step('answer 4 is opened, changed and frozen again: the positions on answer 4 are stale, and no others', async () => {
  const { secretariat, trust } = people
  await secretariat.goto(`/responses/${at.response}`)
  await button(secretariat, 'Åpne teksten igjen').first().click()
  await secretariat.getByRole('dialog').getByRole('textbox').fill('Sandefjord ber om en presisering i svar 4.')
  await inDialog(secretariat, 'Åpne teksten igjen').click()
  await until('open again', async () => (await response(secretariat)).state === 'draft')
  await number(trust, 4)
  await text(trust).waitFor()
  await into(text(trust))
  await trust.keyboard.press('Control+End')
  await trust.keyboard.type(' Presisert etter ønske fra Sandefjord.')
  await until('saved', async () => (await saveState(trust)) === 'saved')
  await secretariat.goto(`/responses/${at.response}`)
  await button(secretariat, 'Lås for godkjenning').click()
  await inDialog(secretariat, 'Lås for godkjenning').click()
  await until('frozen again', async () => (await response(secretariat)).state === 'approval')
  const now = await response(secretariat)
  for (const party of now.parties.filter(({ position }) => position)) assert.deepEqual(party.staleAnswers, [at.answers[3]], party.organisation.name)
  assert.deepEqual(now.answers.filter(({ id, hash }) => at.frozen[id] !== hash).map(({ number }) => number), [4])
})

step('each approver sees the difference and upholds, with one press', async () => {
  for (const page of [people.tonsberg, people.siv, people.larvik]) {
    await page.goto(`/responses/${at.response}/signoff`)
    await page.locator('ins').filter({ hasText: 'Presisert etter ønske' }).first().waitFor()
    await button(page, 'Oppretthold').click()
    await page.getByText(/er registrert/).first().waitFor()
  }
  await people.sandefjord.goto(`/responses/${at.response}/signoff`)
  await button(people.sandefjord, 'Ta et annet standpunkt').click()
  await people.sandefjord.getByText('Godkjenn', { exact: true }).click()
  await button(people.sandefjord, 'Registrer standpunktet').click()
  await people.sandefjord.getByText(/er registrert/).first().waitFor()
  const { tally } = await response(people.secretariat)
  assert.deepEqual([tally.met, tally.rejected, tally.hospital.answered, tally.municipal.answered], [true, 0, 1, 3])
})

step('the committee’s decision is recorded', async () => {
  const { secretariat } = people
  await secretariat.goto(`/responses/${at.response}`)
  await button(secretariat, 'Registrer vedtaket').first().click()
  const dialog = secretariat.getByRole('dialog')
  await until('the community’s only strategic body is chosen', async () => (await dialog.getByLabel('Utvalg eller møte').inputValue()) !== '')
  await dialog.getByLabel('Møtedato').fill('2022-03-29')
  await dialog.getByLabel('Saksnummer').fill('12/22')
  await inDialog(secretariat, 'Registrer vedtaket').click()
  await until('ready', async () => (await response(secretariat)).state === 'ready')
})

step('two people press submit at once: one submission, one receipt', async () => {
  const second = await portal.as('sekretariat-vestfold', `/responses/${at.response}/submit`)
  await people.secretariat.goto(`/responses/${at.response}/submit`)
  const both = [people.secretariat, second]
  for (const page of both) await button(page, 'Send inn').click()
  await Promise.all(both.map((page) => inDialog(page, 'Ja, send inn').dblclick()))
  for (const page of both) await page.waitForURL(/\/receipt$/)
  const receipts = await Promise.all(both.map(async (page) => (await response(page)).receipt))
  assert.equal(receipts[0].number, receipts[1].number)
  assert.equal(receipts[0].packageHash, receipts[1].packageHash)
  await people.secretariat.getByText(receipts[0].number).first().waitFor()
  const history = (await api(people.secretariat, 'GET', `/responses/${at.response}/history`)).body
  assert.equal(history.filter(({ action }) => action === 'response.submit').length, 1)
  at.receipt = receipts[0]
})

step('who wrote what is still told of the text that was sent', async () => {
  const { larvik } = people
  await larvik.goto(`/responses/${at.response}/answers/${at.answers[3]}/versions`)
  await larvik.getByRole('tab', { name: 'Hvem skrev hva' }).click()
  const by = (words) => larvik.locator('.author', { hasText: words }).first().getAttribute('title')
  assert.match(await by('Presisert etter ønske'), /Sykehuset i Vestfold HF/)
  assert.equal((await api(people.ministry, 'GET', `/responses/${at.response}/answers/${at.answers[3]}/versions`)).status, 404)
})

step('the ministry reads it, reads across, and takes it home', async () => {
  const { ministry } = people
  await ministry.goto(`/rounds/${at.round}/overview`)
  await ministry.getByRole('list', { name: 'Kart over helsefellesskapene' }).getByRole('link', { name: /Vestfold/ }).click()
  await ministry.getByRole('heading', { name: 'Helsefellesskapet i Vestfold' }).waitFor()
  await ministry.getByText('Presisert etter ønske fra Sandefjord').waitFor()
  await ministry.getByText('Særmerknad fra Larvik').first().waitFor()
  await button(ministry, 'Bekreft mottak').click()
  await ministry.getByText('Mottaket er bekreftet').first().waitFor()
  await ministry.goto(`/rounds/${at.round}/questions`)
  await ministry.getByText('Felles svar på spørsmål 1.').waitFor()
  const seen = (await api(ministry, 'GET', `/rounds/${at.round}/overview`)).body
  assert.deepEqual([seen.submitted, seen.municipalitiesCovered, seen.municipalitiesTotal], [1, 3, 356])
  for (const [format, magic] of [['pdf', '%PDF-'], ['docx', 'PK'], ['archive', 'PK'], ['json', '{']]) {
    const file = await ministry.request.get(`/api/v1/submissions/${at.response}/file/${format}?language=nn`)
    const body = await file.body()
    assert.ok(file.ok() && body.subarray(0, magic.length).toString() === magic, format)
    if (format === 'json') at.file = body
  }
})

step('afterwards anyone can verify the package offline', async () => {
  const file = join(portal.data, 'package.json')
  writeFileSync(file, at.file)
  const verify = () => spawnSync(join(checkout, 'bin/samsvar'), ['verify', file, at.receipt.packageHash], { encoding: 'utf8' })
  const whole = verify()
  assert.equal(whole.status, 0, whole.stdout)
  assert.match(whole.stdout, new RegExp(at.receipt.number))
  writeFileSync(file, at.file.toString().replace('Presisert', 'Forandret'))
  assert.notEqual(verify().status, 0)
  for (const [who, page] of Object.entries(people)) assert.deepEqual(page.faults, [], who)
})
