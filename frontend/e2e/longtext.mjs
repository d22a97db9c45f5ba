// How an answer of 60,000 characters with tables feels, with another person typing in it and the comments open: from a key
// that is pressed to the letter that is painted, opening it, and seeing what has changed in it.
import { api, sleep } from './portal.mjs'

const size = 60_000
const presses = 30
// No two paragraphs are the same, as nobody writes like that: an editor takes one for the other.
const paragraph = (n) => `<p>${n}. ${'Helsefellesskapet vil at kommuner og sykehus planlegger sammen, og at hver innbygger møter én tjeneste. '.repeat(4)}</p>`
const section = (n) => `<h2>Del ${n}</h2>${[1, 2, 3, 4, 5, 6].map((m) => paragraph(`${n}.${m}`)).join('')}
<ul><li><p>rekruttere og beholde</p></li><li><p>dele bilder og prøvesvar</p></li></ul>
<table><tr><th><p>Tiltak</p></th><th><p>Hvem</p></th><th><p>Når</p></th></tr>${'<tr><td><p>Felles vaktordning</p></td><td><p>Kommunene og sykehuset</p></td><td><p>2023</p></td></tr>'.repeat(5)}</table>`

/** Gives rows of name, median and 95th percentile, in milliseconds. */
export async function measureLongText(portal, responseId) {
  const writer = await portal.as('koordinator-kristiansand')
  const answer = (await api(writer, 'GET', `/responses/${responseId}`)).body.answers.find(({ status }) => status === 'empty').id
  const path = `/responses/${responseId}/write/${answer}`
  const other = await portal.as('sekretariat-agder', path)
  await open(writer, path)
  await fill(writer)
  await comment(writer)
  const versions = `/responses/${responseId}/answers/${answer}`
  const [{ place }] = (await api(writer, 'GET', `${versions}/versions`)).body
  await api(writer, 'PUT', `${versions}/versions/${place}`, { name: 'Før' })

  const stop = keepTyping(other)
  const rows = []
  for (const [name, at] of [['start', 'start'], ['in the middle', 'middle'], ['in a table', 'table'], ['at the end', 'end']]) {
    rows.push([`a key pressed, ${name}`, await type(writer, at)])
  }
  await stop()
  rows.push(['opening it', await times(5, async () => {
    await writer.goto('about:blank')
    const began = performance.now()
    await open(writer, path)
    return performance.now() - began
  })])
  rows.push(['seeing what has changed', await times(5, async () => {
    await writer.goto('about:blank')
    const began = performance.now()
    await writer.goto(`${versions}/versions`, { waitUntil: 'commit' })
    await writer.locator('ins').first().waitFor({ timeout: 60_000 })
    return performance.now() - began
  })])
  rows.push(['the difference to another version, chosen there', await times(6, () => compareAnew(writer))])
  for (const page of [writer, other]) await page.context().close()
  return rows
}

/** To the other one of the version before and the beginning; the text that is compared with is fetched once. */
async function compareAnew(page) {
  const since = page.getByLabel('Endringer siden')
  const summary = page.locator('.diff > .subtle')
  const [said, chosen] = [await summary.innerText(), await since.inputValue()]
  const values = await since.locator('option').evaluateAll((options) => options.map(({ value }) => value))
  const began = performance.now()
  await since.selectOption(chosen === '0' ? values[0] : '0')
  await page.waitForFunction((before) => ![undefined, before].includes(document.querySelector('.diff > .subtle')?.innerText), said, { polling: 20 })
  return performance.now() - began
}

async function open(page, path) {
  await page.goto(path, { waitUntil: 'commit' })
  await page.locator('[data-save-state="saved"] [contenteditable="true"]').waitFor({ timeout: 60_000 })
}

async function fill(page) {
  for (let n = 1; ; n++) {
    const length = await page.evaluate((html) => {
      const { editor } = document.querySelector('.tiptap')
      editor.commands.insertContentAt(editor.state.doc.content.size, html)
      return editor.state.doc.textContent.length
    }, section(n))
    if (length >= size) break
  }
  await page.evaluate(() => document.querySelector('.tiptap').editor.commands.insertContentAt(document.querySelector('.tiptap').editor.state.doc.content.size, '<p>Slutt.</p>'))
  await page.locator('[data-save-state="saved"]').waitFor({ timeout: 60_000 })
}

/** Five comments here and there, and the panel that shows them open. */
async function comment(page) {
  for (let n = 1; n <= 5; n++) {
    await page.evaluate((part) => {
      const { editor } = document.querySelector('.tiptap')
      const texts = []
      editor.state.doc.descendants((node, position) => void (node.isText && node.text.length > 100 && texts.push(position)))
      const from = texts[Math.floor((texts.length * part) / 6)]
      editor.chain().setTextSelection({ from: from + 10, to: from + 40 }).focus().run()
    }, n)
    await page.locator('.tiptap:focus').waitFor()
    await page.keyboard.press('Control+Alt+k')
    const panel = page.getByRole('complementary')
    await panel.getByLabel('Kommentar', { exact: true }).fill(`Kommentar ${n}`)
    await panel.getByRole('button', { name: /^Kommenter, synlig for/ }).click()
    await panel.getByText(`Kommentar ${n}`, { exact: true }).first().waitFor()
  }
}

/** Somebody else writes on, a few letters a second, at the end. */
function keepTyping(page) {
  let going = true
  const typing = (async () => {
    await page.locator('[contenteditable="true"]').waitFor({ timeout: 60_000 })
    await page.locator('.tiptap').focus()
    await page.keyboard.press('Control+End')
    while (going) {
      await page.keyboard.type('b')
      await sleep(250)
    }
  })()
  return () => ((going = false), typing)
}

/** Presses letters there, and gives how long each took until it was painted. */
async function type(page, at) {
  await page.evaluate((at) => {
    const { editor } = document.querySelector('.tiptap')
    const { doc } = editor.state
    const places = { start: [], middle: [], table: [], end: [] }
    doc.descendants((node, position, parent) => {
      if (node.type.name !== 'paragraph') return
      if (parent.type.name === 'tableCell') places.table.push(position + 2)
      else if (parent.type.name === 'doc') places.middle.push(position + 5)
    })
    places.start.push(2)
    places.end.push(doc.content.size - 2)
    const found = places[at]
    editor.chain().setTextSelection(found[Math.floor(found.length / 2)]).focus().scrollIntoView().run()
    globalThis.strokes = []
    globalThis.watching ??= document.addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => globalThis.strokes.push(performance.now() - timeStamp)
      port2.postMessage(0)
    }), { capture: true }) ?? true
  }, at)
  await sleep(500)
  for (let n = 1; n <= presses; n++) {
    await page.keyboard.press('a')
    await page.waitForFunction((n) => globalThis.strokes.length >= n, n, { polling: 20 }) // to look at each frame would make frames
    await sleep(80)
  }
  return page.evaluate(() => globalThis.strokes)
}

async function times(count, measure) {
  const all = []
  while (all.length < count) all.push(await measure())
  return all
}
