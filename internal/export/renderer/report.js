// From a package to the document that both writers write: a cover and a list of blocks. Beside the blocks of
// answer.js: {kind:'remark', blocks}. A block or run may carry lang (where it differs from what is around it),
// a heading a kicker (small line above) and listed (stands in the contents), a run small and code.
import { answerBlocks, clean } from './answer.js'
import { speaker } from './words.js'

// report returns {language, draft, title, author, submittedAt, cover, footer, blocks}; without cover.contents it has no list of them.
export function report(pkg, language, draft) {
  const w = speaker(language)
  const kind = w.say(pkg.response.kind)
  const given = inLanguage(pkg.round.title, language)
  const title = given.text ? given : { text: kind, lang: language } // no document may be without one
  return {
    ...frame(pkg, language, w, draft),
    title,
    blocks: [
      ...pkg.answers.flatMap((answer) => answerSection(pkg, answer, language, w)),
      ...generalRemarks(pkg, language, w),
      ...partySection(pkg, w),
      ...decisionSection(pkg, w),
      ...(draft ? [] : evidenceSection(pkg, w)),
    ],
  }
}

// receipt returns the same, of what proves that a package was sent: everything but the text itself.
export function receipt(pkg, language) {
  const w = speaker(language)
  const whole = frame(pkg, language, w, false)
  return {
    ...whole,
    title: { text: w.say('receiptFor', { kind: w.say(pkg.response.kind).toLowerCase(), number: clean(pkg.submission.number) }), lang: language },
    cover: { ...whole.cover, contents: null, facts: [...whole.cover.facts, { label: w.say('serverTime'), value: pkg.submission.submittedAt, code: true }] },
    blocks: [...sentSection(pkg, language, w), ...partySection(pkg, w), ...decisionSection(pkg, w), ...evidenceSection(pkg, w)],
  }
}

function frame(pkg, language, w, draft) {
  return {
    language,
    draft,
    author: clean(pkg.response.owner.name),
    submittedAt: draft ? null : pkg.submission.submittedAt,
    cover: {
      kicker: w.say('kindTo', { kind: w.say(pkg.response.kind), sender: clean(pkg.round.sender) }),
      from: w.say('from', { name: clean(pkg.response.owner.name) }),
      facts: draft ? draftFacts(pkg, w) : facts(pkg, w),
      notice: draft ? w.say('draftNotice') : null,
      contents: w.say('contents'),
    },
    footer: {
      left: draft ? w.say('draft') : w.say('receiptNumber', { number: clean(pkg.submission.number) }),
      page: w.say('pageOf'),
    },
    missingGlyphs: w.say('missingGlyphs'),
  }
}

// inLanguage takes the wanted language of a text, or the other one and says so.
export function inLanguage(text, language) {
  const other = language === 'nb' ? 'nn' : 'nb'
  return text[language] ? { text: clean(text[language]), lang: language } : { text: clean(text[other]), lang: other }
}

export const heading = (level, text, more) => ({ kind: 'heading', level, runs: [{ text }], listed: true, ...more })
export const paragraph = (text, style) => ({ kind: 'paragraph', runs: [{ text, ...style }] })

function draftFacts(pkg, w) {
  return [
    { label: w.say('deadline'), value: w.instant(pkg.submission.deadline) },
    { label: w.say('reference'), value: reference(pkg, w) },
    { label: w.say('behind'), value: partyCount(pkg, w) },
  ]
}

function facts(pkg, w) {
  const { submission, decision } = pkg
  const punctual = submission.lateSeconds > 0 ? w.say('late', { duration: w.duration(submission.lateSeconds) }) : w.say('onTime')
  return [
    { label: w.say('receipt'), value: clean(submission.number) },
    { label: w.say('submitted'), value: `${w.instant(submission.submittedAt)}, ${punctual}` },
    { label: w.say('deadline'), value: w.instant(submission.deadline) },
    ...(submission.replaces ? [{ label: w.say('replaces'), value: clean(submission.replaces.number) }] : []),
    { label: w.say('submittedBy'), value: personText(submission.submittedBy) },
    { label: w.say('reference'), value: reference(pkg, w) },
    { label: w.say('behind'), value: partyCount(pkg, w) },
    { label: w.say('position'), value: tally(pkg.parties, pkg, w) },
    ...(decision ? [{ label: w.say('decision'), value: `${clean(decision.body)}, ${w.date(decision.date)}` }] : []),
    { label: w.say('checksum'), value: pkg.packageHash, code: true },
  ]
}

export function reference({ round }, w) {
  const date = w.date(round.issued)
  return round.reference ? w.say('invitation', { reference: clean(round.reference), date }) : w.say('invitationUndated', { date })
}

export function partyCount(pkg, w) {
  const on = (side) => pkg.parties.filter((party) => party.side === side).length
  const sides = []
  if (on('hospital')) sides.push(w.count('hospitals', on('hospital')))
  if (on('municipal')) sides.push(w.count('municipalities', on('municipal')))
  return w.join(sides) || w.say('noParties')
}

export function answerSection(pkg, answer, language, w) {
  const question = inLanguage(answer.question, language)
  const blocks = answerBlocks(answer.content, 2, w)
  const empty = answer.status === 'not_answered' ? 'notAnswered' : 'emptyAnswer'
  return [
    { kind: 'heading', level: 1, listed: true, kicker: w.say('question', { number: answer.number }), runs: [question] },
    ...relationBlocks(answer, w),
    ...(answer.relation?.kind === 'joins' ? [] : blocks.length > 0 ? inLang(blocks, answer.language) : [paragraph(w.say(empty), { italic: true })]),
    ...pkg.remarks.filter((remark) => remark.answerId === answer.id).map((remark) => remarkBlock(remark, pkg, w)),
  ]
}

function relationBlocks({ relation }, w) {
  if (!relation) return []
  return [
    paragraph(w.say(`relation_${relation.kind}`, { community: clean(relation.community.name) }), { bold: true }),
    paragraph(w.say('relationVersion', { number: relation.freezeNumber }), { small: true }),
    paragraph(relation.answerHash, { code: true }),
  ]
}

function sentSection(pkg, language, w) {
  const cell = (runs, header = false) => ({ header, colspan: 1, rowspan: 1, blocks: [{ kind: 'paragraph', runs }] })
  return [
    heading(1, w.say('sent')),
    {
      kind: 'table',
      columns: 2,
      widths: [10, 4],
      headerRows: 1,
      rows: [
        [cell([{ text: w.say('what') }], true), cell([{ text: w.say('state') }], true)],
        ...pkg.answers.map((answer) => [
          cell([{ text: `${answer.number}. ` }, inLanguage(answer.question, language)]),
          cell([{ text: answer.relation ? w.say(`relation_${answer.relation.kind}`, { community: clean(answer.relation.community.name) }) : w.say(answer.status) }]),
        ]),
      ],
    },
  ]
}

// What has a language of its own keeps it.
export const inLang = (blocks, lang) => blocks.map((block) => ({ lang, ...block }))

export function generalRemarks(pkg, language, w) {
  const known = new Set(pkg.answers.map((answer) => answer.id))
  const remarks = pkg.remarks.filter((remark) => !known.has(remark.answerId))
  if (remarks.length === 0) return []
  return [heading(1, w.say('generalRemarks')), ...remarks.map((remark) => remarkBlock(remark, pkg, w))]
}

function remarkBlock(remark, pkg, w) {
  const names = remark.authors.map((author) => clean(author.name)).sort(norwegian.compare)
  return {
    kind: 'remark',
    blocks: [
      heading(2, w.say('remarkFrom', { names: w.join(names) })),
      ...(remark.quote ? [{ ...paragraph(w.say('remarkQuote', { quote: clean(remark.quote) }), { italic: true }), lang: pkg.response.language }] : []),
      ...inLang(plainText(remark.text), pkg.response.language),
      paragraph(w.say('recorded', { date: w.instant(remark.recordedAt) }), { small: true }),
      ...replyBlocks(remark, pkg, w),
    ],
  }
}

function replyBlocks({ reply }, pkg, w) {
  if (!reply) return []
  return [
    paragraph(w.say('remarkReply'), { bold: true }),
    ...inLang(plainText(reply.text), pkg.response.language),
    paragraph(w.say('recorded', { date: w.instant(reply.recordedAt) }), { small: true }),
  ]
}

function plainText(text) {
  return String(text ?? '')
    .split(/\r?\n[ \t]*\r?\n/)
    .map((part) => part.split(/\r?\n/).map(clean).flatMap((line, i) => (i ? [{ break: true }, { text: line }] : [{ text: line }])))
    .filter((runs) => runs.some((run) => run.text?.trim()))
    .map((runs) => ({ kind: 'paragraph', runs }))
}

const norwegian = new Intl.Collator('nb', { numeric: true })

export function partySection(pkg, w) {
  const sides = ['hospital', 'municipal'].map((side) => ({
    side,
    parties: pkg.parties.filter((party) => party.side === side).sort((a, b) => norwegian.compare(a.name, b.name)),
  }))
  return [
    heading(1, w.say('parties'), { newPage: true }),
    ...(pkg.rule ?? []).map((sentence) => paragraph(clean(sentence[w.language]), { small: true })),
    ...(pkg.parties.length === 0 ? [paragraph(w.say('noParties'))] : []),
    ...sides
      .filter(({ parties }) => parties.length > 0)
      .flatMap(({ side, parties }) => [
        heading(2, w.say(side), { listed: false }),
        paragraph(tally(parties, pkg, w), { small: true }),
        partyTable(parties, pkg, w),
      ]),
    ...treatmentSection(pkg, w),
  ]
}

// treatmentSection says what the parties' own organisations decided, about which version; without those that were corrected.
function treatmentSection(pkg, w) {
  const standing = ({ treatments = [] }) => treatments.filter(({ id }) => !treatments.some(({ corrects }) => corrects === id))
  const parties = pkg.parties.filter((party) => standing(party).length > 0).sort((a, b) => norwegian.compare(a.name, b.name))
  if (parties.length === 0) return []
  return [
    heading(2, w.say('treatments'), { listed: false }),
    ...parties.flatMap((party) => standing(party).flatMap((treatment) => treatmentBlocks(party, treatment, pkg, w))),
  ]
}

function treatmentBlocks(party, treatment, pkg, w) {
  const { body, date, caseNumber, outcome, level, freezeNumber, votes, decision, attachments = [] } = treatment
  const facts = [
    w.say(caseNumber ? 'treatedCase' : 'treated', { body: clean(body), level: w.say(level), date: w.date(date), number: clean(caseNumber) }),
    w.say('treatedVersion', { version: freezeNumber }),
    w.say(outcome),
    ...(votes ? [w.say('votes', votes)] : []),
  ]
  return [
    { kind: 'paragraph', runs: [{ text: `${clean(party.name)}: `, bold: true }, { text: facts.join(' ') }] },
    ...inLang(plainText(decision), pkg.response.language),
    ...attachments.map(({ name, hash }) => attachmentLine(clean(name), pkg.packageHash ? hash : '', w)),
  ]
}

// A draft carries no checksums.
function attachmentLine(name, hash, w) {
  const what = w.say(hash ? 'attachmentHash' : 'attachment', { name })
  return { kind: 'paragraph', runs: [{ text: `${what} `, small: true }, { text: hash, code: true, small: true }] }
}

function tally(parties, pkg, w) {
  const kinds = ['approved', 'approved_with_remark', 'rejected', 'stands_outside', 'pending', 'uncounted', 'no_response']
  return kinds
    .map((kind) => [w.say(kind), parties.filter((party) => kindOf(party, pkg) === kind).length])
    .filter(([, n]) => n > 0)
    .map(([word, n]) => `${word}: ${n}`)
    .join('. ') + '.'
}

// What the party says; nothing yet, as long as too few of its approvers have said it, and nothing that counts when the portal
// did not count it.
function kindOf({ position }, pkg) {
  if (!position) return 'no_response'
  if (position.kind === 'rejected') return position.kind
  if ((position.needed ?? 1) > (position.approvers?.length ?? 1)) return 'pending'
  const stale = agrees(position) && changedSince(position, pkg).length > 0
  return stale || position.uncounted || position.coverage?.covers === false ? 'uncounted' : position.kind
}

const agrees = ({ kind }) => ['approved', 'approved_with_remark'].includes(kind)
const changedSince = ({ answerHashes }, pkg) => pkg.answers.filter(({ id, hash }) => hash && answerHashes[id] !== hash)

function partyTable(parties, pkg, w) {
  const cell = (blocks, header = false) => ({ header, colspan: 1, rowspan: 1, blocks })
  return {
    kind: 'table',
    columns: 3,
    widths: [5, 6, 6],
    headerRows: 1,
    rows: [
      ['party', 'position', 'recordedBy'].map((key) => cell([paragraph(w.say(key))], true)),
      ...parties.map((party) => [
        cell([{ kind: 'paragraph', runs: partyName(party) }]),
        cell(positionBlocks(party, pkg, w)),
        cell(recordedBlocks(party, w)),
      ]),
    ],
  }
}

function partyName(party) {
  const name = { text: clean(party.name) }
  return party.number ? [name, { text: ` ${clean(party.number)}`, small: true }] : [name]
}

function positionBlocks(party, pkg, w) {
  const says = kindOf(party, pkg)
  const blocks = [paragraph(w.say(says), { bold: !['pending', 'uncounted', 'no_response'].includes(says) })]
  if (party.silence) {
    const key = party.silence.counted ? 'silenceCounted' : 'silenceWarned'
    blocks.push(paragraph(w.say(key, { warned: w.instant(party.silence.warnedAt), from: w.instant(party.silence.countsFrom) }), { italic: true }))
  }
  if (!party.position) return blocks
  const { kind, needed, approvers, uncounted } = party.position
  if (says === 'uncounted') blocks.push(paragraph(w.say('said', { kind: w.say(kind) }), { italic: true }))
  if (uncounted) blocks.push(paragraph(w.say(`uncounted_${uncounted}`), { italic: true }))
  if (needed) blocks.push(paragraph(w.say('approvers', { said: approvers.length, needed, kind: w.say(kind) }), { italic: true }))
  if (party.position.reason) {
    const reason = w.say('reason', { reason: clean(party.position.reason) })
    blocks.push({ ...paragraph(reason), lang: pkg.response.language })
  }
  const stale = changedSince(party.position, pkg)
  if (stale.length > 0 && agrees(party.position)) {
    blocks.push(paragraph(w.say('staleAnswers', { answers: w.join(stale.map((answer) => String(answer.number))) }), { italic: true }))
  }
  return [...blocks, ...coverageBlocks(party, pkg, w)]
}

// What the approver said where another text was treated than the one approved.
function coverageBlocks({ position, treatments = [] }, pkg, w) {
  if (!position.coverage) return []
  const treated = treatments.find((treatment) => treatment.id === position.treatmentId)
  const said = w.say(position.coverage.covers ? 'covered' : 'uncovered', { version: treated?.freezeNumber, reason: clean(position.coverage.reason) })
  return [{ ...paragraph(said), lang: pkg.response.language }]
}

function recordedBlocks(party, w) {
  if (!party.position) return []
  return (party.position.approvers ?? [party.position]).flatMap((one) => [
    paragraph(personText(one.by, party.name)),
    ...mandateBlocks(party, one, w),
    paragraph(w.instant(one.recordedAt), { small: true }),
  ])
}

function mandateBlocks({ name }, { mandate }, w) {
  if (!mandate) return []
  const values = { organisation: clean(mandate.organisation), party: clean(name), restsOn: clean(mandate.restsOn) }
  return [paragraph(w.say(mandate.kind === 'on_behalf' ? 'onBehalf' : 'standIn', values), { small: true })]
}

// personText names the organisation too, unless the reader has just read it.
function personText({ name, organisation }, known) {
  return [name, organisation === known ? '' : organisation].filter(Boolean).map(clean).join(', ')
}

function decisionSection({ decision }, w) {
  if (!decision) return []
  const values = { body: clean(decision.body), date: w.date(decision.date), number: clean(decision.caseNumber) }
  return [
    heading(1, w.say('decision')),
    paragraph(w.say(decision.caseNumber ? 'decisionCase' : 'decisionText', values)),
    paragraph(`${w.say(decision.level)}. ${w.say('recorded', { date: w.instant(decision.recordedAt) })}.`, { small: true }),
  ]
}

function evidenceSection(pkg, w) {
  const row = (label, hash) => [
    { header: false, colspan: 1, rowspan: 1, blocks: [paragraph(label)] },
    { header: false, colspan: 1, rowspan: 1, blocks: [paragraph(hash, { code: true })] },
  ]
  const header = [w.say('what'), w.say('checksum')].map((text) => ({ header: true, colspan: 1, rowspan: 1, blocks: [paragraph(text)] }))
  const freeze = w.say('freeze', { number: pkg.freeze.number, date: w.instant(pkg.freeze.frozenAt) })
  return [
    heading(1, w.say('evidence'), { newPage: true }),
    paragraph(w.say('evidenceIntro')),
    paragraph(w.say('evidenceHow')),
    paragraph(w.say('evidencePositions')),
    {
      kind: 'table',
      columns: 2,
      widths: [2.4, 10],
      headerRows: 1,
      rows: [
        header,
        ...pkg.answers.map((answer) => row(w.say('answer', { number: answer.number }), answer.hash)),
        row(freeze, pkg.freeze.hash),
        row(w.say('package'), pkg.packageHash),
      ],
    },
  ]
}
