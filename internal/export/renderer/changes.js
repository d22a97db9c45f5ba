// What has changed in a text since somebody treated it, paragraph by paragraph.
import { answerBlocks } from './answer.js'
import { heading, paragraph } from './report.js'

// changedAnswers are the blocks that say what is new in each answer and what has gone; earlier is its document before, by id.
// Whoever decides is told too where the words are the same and something else is not: an answer that is left out here is the same.
export function changedAnswers(pkg, earlier, w) {
  return pkg.answers.flatMap((answer) => {
    const [before, after] = [textsOf(earlier[answer.id], w), textsOf(answer.content, w)]
    const steps = difference(before.map(({ text }) => text), after.map(({ text }) => text))
    const told = steps.map(({ added, text }) => changedParagraph(added, JSON.parse(text), answer, w))
    const reshaped = JSON.stringify(shapes(before, steps, false)) !== JSON.stringify(shapes(after, steps, true))
    if (told.length > 0 && reshaped) told.push(paragraph(w.say('shapeChangedToo')))
    if (told.length === 0 && !same(earlier[answer.id], answer.content)) told.push(paragraph(w.say('shapeChanged')))
    return told.length > 0 ? [heading(2, w.say('answer', { number: answer.number })), ...told] : []
  })
}

// shapes are those of the paragraphs whose words stayed. What lists and tables they stand in has a number, by which they are
// together or not: it is given anew in the order in which they stay, since what came or went has changed no others' shape.
function shapes(texts, steps, added) {
  const gone = new Set(steps.filter((step) => step.added === added).map(({ at }) => at))
  const numbers = new Map()
  const numbered = (of) => numbers.get(of) ?? numbers.set(of, numbers.size).get(of)
  return texts.filter((_, at) => !gone.has(at)).map(({ shape, within }) => [shape, within.map(numbered)])
}

// same: both are as they were frozen, so what is the same has the same signs. A text that is not there is an empty one.
const same = (before, after) => JSON.stringify(before ?? empty) === JSON.stringify(after ?? empty)
const empty = { type: 'doc' }

function changedParagraph(added, { where, text, lang }, answer, w) {
  const told = [w.say(added ? 'caseAdded' : 'caseRemoved'), ...(where ? [`${where}:`] : []), ...(lang ? [`(${w.say(`language_${lang}`)})`] : [])]
  return { kind: 'paragraph', runs: [{ text: `${told.join(' ')} `, bold: true }, { text, lang: lang ?? answer.language }] }
}

// textsOf are the paragraphs of an answer, each with the good example or alternative it stands in and a language of its own,
// as JSON to compare; a list item and a row of a table is one each. Beside it is the shape that it has, and what it stands in.
function textsOf(document, w) {
  const paragraphs = (blocks, where, within = []) => blocks.flatMap((block) => {
    const inside = [...within, block]
    switch (block.kind) {
      case 'list': return block.items.map((item) => told(plain(item), item, where, inside, [block.ordered, block.start, item]))
      case 'table': return block.rows.map((row) => told(row.map((cell) => plain(cell.blocks)).join(' | '), row.flatMap((cell) => cell.blocks), where, inside, row))
      case 'example': return paragraphs(block.blocks.slice(1), block.name, inside)
      case 'alternatives': return block.sides.flatMap((side) => paragraphs(side.blocks, side.name, inside))
      default: return [told(plain([block]), [block], where, within, block)]
    }
  })
  return paragraphs(answerBlocks(document ?? empty, 1, w))
}

const told = (text, blocks, where, within, shape) => ({ text: JSON.stringify({ where, text, lang: languageIn(blocks) }), shape, within })

function plain(blocks) {
  return blocks.map((block) => (block.kind === 'list' ? block.items.map(plain).join(' ') : wordsOf(block.runs))).join(' ')
}

// wordsOf says after linked words where they lead, so that another address is a change like another word.
function wordsOf(runs) {
  return runs.map((run, i) => (run.text ?? ' ') + (run.href && run.href !== runs[i + 1]?.href && run.href !== run.text ? ` (${run.href})` : '')).join('')
}

const languageIn = (blocks) => blocks.map((block) => block.lang ?? (block.items && languageIn(block.items.flat()))).find(Boolean)

const largestTable = 4_000_000

// difference is what was removed and added from one list of paragraphs to the other, in order and with its place there, by the longest common sequence of
// what lies between the beginning and the end that they share. Where that is too long to compare, all of it went and came.
export function difference(before, after) {
  let [head, tail] = [0, 0]
  const shortest = Math.min(before.length, after.length)
  while (head < shortest && before[head] === after[head]) head++
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  return between(before.slice(head, before.length - tail), after.slice(head, after.length - tail)).map((step) => ({ ...step, at: step.at + head }))
}

function between(before, after) {
  if (before.length * after.length > largestTable) return [...before.map((text, at) => ({ added: false, text, at })), ...after.map((text, at) => ({ added: true, text, at }))]
  const longest = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      longest[i][j] = before[i] === after[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1])
    }
  }
  const steps = []
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (before[i] === after[j]) i++, j++
    else if (j === after.length || (i < before.length && longest[i + 1][j] >= longest[i][j + 1])) steps.push({ added: false, text: before[i], at: i++ })
    else steps.push({ added: true, text: after[j], at: j++ })
  }
  return steps
}
