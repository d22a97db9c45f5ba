// What has changed in a text since somebody treated it, paragraph by paragraph.
import { answerBlocks } from './answer.js'
import { heading } from './report.js'

// changedAnswers are the blocks that say what is new in each answer and what has gone; earlier is its document before, by id.
export function changedAnswers(pkg, earlier, w) {
  return pkg.answers.flatMap((answer) => {
    const steps = difference(textsOf(earlier[answer.id]), textsOf(answer.content))
    if (steps.length === 0) return []
    return [
      heading(2, w.say('answer', { number: answer.number })),
      ...steps.map(({ added, text }) => ({
        kind: 'paragraph',
        runs: [{ text: `${w.say(added ? 'caseAdded' : 'caseRemoved')} `, bold: true }, { text, lang: answer.language }],
      })),
    ]
  })
}

// textsOf are the paragraphs of an answer; a list item and a row of a table is one each.
function textsOf(document) {
  const text = (block) => {
    switch (block.kind) {
      case 'list': return block.items.map((item) => item.flatMap(text).join(' '))
      case 'table': return block.rows.map((row) => row.map((cell) => cell.blocks.flatMap(text).join(' ')).join(' | '))
      default: return [block.runs.map((run) => run.text ?? ' ').join('')]
    }
  }
  return answerBlocks(document ?? { type: 'doc' }, 1).flatMap(text)
}

// difference is what was removed and added from one list of paragraphs to the other, in order, by the longest common sequence.
export function difference(before, after) {
  const longest = Array.from({ length: before.length + 1 }, () => Array(after.length + 1).fill(0))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      longest[i][j] = before[i] === after[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1])
    }
  }
  const steps = []
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (before[i] === after[j]) i++, j++
    else if (j === after.length || (i < before.length && longest[i + 1][j] >= longest[i][j + 1])) steps.push({ added: false, text: before[i++] })
    else steps.push({ added: true, text: after[j++] })
  }
  return steps
}
