// From a package that is not sent yet to the case paper that a party's own organisation treats it by: what it is about,
// what has changed since they treated it last, the text, what the others have said, and a decision to take or change.
import { clean } from './answer.js'
import { changedAnswers } from './changes.js'
import { answerSection, generalRemarks, heading, inLanguage, paragraph, partyCount, partySection, reference } from './report.js'
import { speaker } from './words.js'

// casePaper returns a report as report.js does. paper: {organisation, kind, frozen, at, treated: null|{version, body, date, answers: {id: document}}}
export function casePaper(pkg, paper, language) {
  const w = speaker(language)
  const round = inLanguage(pkg.round.title, language)
  const owner = clean(pkg.response.owner.name)
  const version = paper.frozen ? w.say('caseVersion', { number: pkg.freeze.number, date: w.instant(pkg.freeze.frozenAt) }) : w.say('caseDraft', { date: w.instant(paper.at) })
  const values = { organisation: clean(paper.organisation), owner, round: round.text, sender: clean(pkg.round.sender), version }
  return {
    language,
    draft: !paper.frozen,
    author: clean(paper.organisation),
    title: { text: w.say('caseTitle', values), lang: language },
    submittedAt: null,
    cover: {
      kicker: w.say('casePaper'),
      from: values.organisation,
      facts: [
        { label: w.say('caseText'), value: version },
        { label: w.say('reference'), value: reference(pkg, w) },
        { label: w.say('deadline'), value: w.instant(pkg.submission.deadline) },
        { label: w.say('behind'), value: partyCount(pkg, w) },
      ],
      notice: paper.frozen ? null : w.say('caseDraftNotice'),
    },
    footer: { left: w.say(paper.frozen ? 'casePaper' : 'draft'), page: w.say('pageOf') },
    blocks: [
      heading(1, w.say('caseBackground')),
      paragraph(w.say('caseInvited', { ...values, reference: reference(pkg, w) })),
      paragraph(w.say(pkg.response.kind === 'joint' ? 'caseJoint' : 'caseAlone', { ...values, parties: partyCount(pkg, w), deadline: w.instant(pkg.submission.deadline) })),
      ...changes(pkg, paper, w),
      heading(1, w.say('caseAnswers')),
      paragraph(w.say(paper.frozen ? 'caseFrozen' : 'caseDraftNotice', values), paper.frozen ? {} : { bold: true }),
      ...deeper([...pkg.answers.flatMap((answer) => answerSection(pkg, answer, language, w)), ...generalRemarks(pkg, language, w)]),
      ...partySection(pkg, w),
      heading(1, w.say('caseDecision')),
      { kind: 'list', ordered: true, start: 1, items: proposal(paper, values, w) },
    ],
  }
}

function proposal(paper, values, w) {
  const leader = w.say(paper.kind === 'municipality' ? 'caseDirector' : 'caseManager')
  return [w.say('caseEndorses', values), w.say('caseMandate', { leader })].map((text) => [paragraph(text)])
}

// changes says, paragraph by paragraph, what is new since this organisation treated the text last.
function changes(pkg, { treated }, w) {
  if (!treated) return []
  const said = w.say('caseTreated', { version: treated.version, body: clean(treated.body), date: w.date(treated.date) })
  const changed = changedAnswers(pkg, treated.answers, w)
  return [heading(1, w.say('caseChanges')), paragraph(said), ...(changed.length > 0 ? changed : [paragraph(w.say('caseUnchanged'))])]
}

const deeper = (blocks) => blocks.map((block) => {
  if (block.kind === 'heading') return { ...block, level: block.level + 1 }
  return block.kind === 'remark' ? { ...block, blocks: deeper(block.blocks) } : block
})
