// The papers of one case of a meeting: what has changed since a meeting last treated the text, and then the text as it is
// frozen, with remarks, parties and positions.
import { clean } from './answer.js'
import { changedAnswers } from './changes.js'
import { heading, paragraph, report } from './report.js'
import { speaker } from './words.js'

// papers returns a report, as report.js does.
export function papers(pkg, pack, language) {
  const w = speaker(language)
  const whole = report(pkg, language, true)
  const facts = [
    { label: w.say('meeting'), value: clean(pack.body) },
    { label: w.say('meetingAt'), value: w.instant(pack.startsAt) },
    ...(pack.place ? [{ label: w.say('meetingPlace'), value: clean(pack.place) }] : []),
    { label: w.say('textLaid'), value: w.say('freeze', { number: pkg.freeze.number, date: w.instant(pkg.freeze.frozenAt) }) },
  ]
  return {
    ...whole,
    title: { ...whole.title, text: w.say('papersTitle', { number: pack.number, title: whole.title.text }) },
    cover: { ...whole.cover, notice: w.say('papersNotice'), facts: [...facts, ...whole.cover.facts] },
    footer: { ...whole.footer, left: w.say('papers') },
    draft: false,
    blocks: [...changeSection(pkg, pack.earlier, w), ...whole.blocks],
  }
}

function changeSection(pkg, earlier, w) {
  const title = heading(1, w.say('changes'))
  if (!earlier) return [title, paragraph(w.say('firstTreatment'))]
  const since = w.say('changesSince', { body: clean(earlier.body), date: w.instant(earlier.at), number: earlier.number })
  const changed = changedAnswers(pkg, earlier.contents, w)
  return [title, paragraph(since), ...(changed.length > 0 ? changed : [paragraph(w.say('unchanged'))])]
}
