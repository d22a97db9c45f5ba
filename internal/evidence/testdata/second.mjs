// A second verifier of packages and trails, written from docs/evidence.md alone: it shares no code with the first.
// Reads one case a line, { files: [base64] }, and answers each with the names of the checks that fail, as JSON.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { createInterface } from 'node:readline'

class Failed extends Error {
  constructor(check) {
    super(check)
    this.check = check
  }
}

// Canonical form

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function read(bytes) {
  let text, value
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    throw new Failed('json')
  }
  if (repeats(text) || !hasCanonicalForm(value, 0)) throw new Failed('json')
  return value
}

// A member that occurs twice is gone after JSON.parse, so the text itself is asked.
function repeats(text) {
  const open = []
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/gs)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (colon) {
      const name = JSON.parse(string)
      if (open.at(-1).has(name)) return true
      open.at(-1).add(name)
    }
  }
  return false
}

function hasCanonicalForm(value, depth) {
  if (depth > 500) return false
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value === 'boolean') return true
  return Object.entries(value).every(([name, inner]) => name.isWellFormed() && hasCanonicalForm(inner, depth + 1))
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}

const hash = (value) => `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`

function without(record, ...names) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

// Form: a type is a function that says whether a value is of it.

const text = (v) => typeof v === 'string'
const id = text
const whole = Number.isSafeInteger
const flag = (v) => typeof v === 'boolean'
const anything = (v) => v !== null && typeof v === 'object' && !Array.isArray(v)
const real = (v) => !Number.isNaN(Date.parse(v)) && new Date(v).toISOString().slice(0, 19) === v.slice(0, 19)
const instant = (v) => text(v) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(v) && real(v)
const micros = (v) => text(v) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z$/.test(v) && real(v)
const isDate = (v) => /^\d{4}-\d\d-\d\d$/.test(v) && real(`${v}T00:00:00Z`)
const base64 = (v) => text(v) && Buffer.from(v, 'base64').toString('base64') === v
const orNull = (type) => (v) => v === null || type(v)
const list = (type) => (v) => Array.isArray(v) && v.every(type)
const map = (type) => (v) => anything(v) && Object.values(v).every(type)
const optional = (type) => Object.assign((v) => type(v), { optional: true })
const record = (members) => (v) =>
  anything(v) &&
  Object.keys(v).every((name) => Object.hasOwn(members, name)) &&
  Object.entries(members).every(([name, type]) => (Object.hasOwn(v, name) ? type(v[name]) : type.optional))

const filled = (v) => text(v) && v !== ''
const languages = record({ nb: text, nn: text })
const person = record({ name: text, organisation: text })

const attachments = list(record({ id, name: text, mediaType: text, size: whole, hash: text, addedAt: instant }))
const treatments = list(
  record({
    id, freezeNumber: whole, answerHashes: map(text), level: text, body: text, caseNumber: text, date: text, outcome: text, decision: text,
    votes: optional(record({ for: whole, against: whole, abstained: whole })),
    corrects: optional(filled),
    recordedAt: instant,
    by: person,
    attachments: optional((v) => attachments(v) && v.length > 0),
  }),
)

const mandate = record({ kind: text, organisation: text, reason: text, restsOn: text })
const approvers = list(record({ by: person, recordedAt: instant, mandate: optional(mandate) }))
const submissionPackage = record({
  format: text,
  submission: record({
    number: text,
    submittedAt: instant,
    deadline: instant,
    lateSeconds: whole,
    submittedBy: person,
    replaces: optional(record({ number: text, packageHash: text })),
  }),
  round: record({ id, slug: text, title: languages, sender: text, reference: text, issued: text, version: whole }),
  response: record({ id, kind: text, language: text, owner: record({ id, name: text, kind: text }) }),
  freeze: record({ id, number: whole, frozenAt: instant, hash: text }),
  answers: list(
    record({
      id, number: whole, questionId: id, question: languages, status: text, language: text, content: anything, hash: text,
      relation: optional(
        record({ kind: text, community: record({ id, name: text }), responseId: text, answerId: text, freezeNumber: whole, answerHash: text }),
      ),
    }),
  ),
  parties: list(
    record({
      id,
      name: text,
      number: text,
      side: text,
      position: orNull(
        record({
          id, kind: text, reason: text, recordedAt: instant, by: person, answerHashes: map(text),
          treatmentId: optional(filled),
          coverage: optional(record({ covers: flag, reason: text })),
          mandate: optional(mandate),
          needed: optional((v) => whole(v) && v !== 0),
          approvers: optional((v) => approvers(v) && v.length > 0),
          uncounted: optional(filled),
        }),
      ),
      silence: optional(record({ warnedAt: instant, countsFrom: instant, counted: flag, deliveredAt: optional(instant) })),
      treatments: optional((v) => treatments(v) && v.length > 0),
    }),
  ),
  remarks: list(
    record({
      id,
      answerId: orNull(text),
      quote: optional(filled),
      authors: list(record({ id, name: text })),
      text,
      recordedAt: instant,
      reply: optional(record({ text, recordedAt: instant })),
    }),
  ),
  decision: orNull(record({ body: text, level: text, date: text, caseNumber: text, recordedAt: instant })),
  rule: optional(list(languages)),
  packageHash: filled,
})

// What a package is checked for

function* answerHashes(p) {
  for (const a of p.answers) {
    const { id: answerId, questionId, status, language, content, relation } = a
    yield a.hash === hash({ format: 'samsvar-answer/1', answerId, questionId, status, language, content, ...(relation && { relation }) })
  }
}

function freezeHash(p) {
  return hash({
    format: 'samsvar-freeze/1',
    responseId: p.response.id,
    number: p.freeze.number,
    answers: p.answers.map((a) => a.hash),
    parties: p.parties.map((party) => party.id).sort(),
  })
}

function* words(p) {
  yield isDate(p.round.issued)
  yield ['joint', 'separate'].includes(p.response.kind)
  yield ['nb', 'nn'].includes(p.response.language)
  for (const a of p.answers) yield ['ready', 'not_answered'].includes(a.status) && ['nb', 'nn'].includes(a.language)
  for (const { side, position, treatments = [] } of p.parties) {
    yield ['hospital', 'municipal'].includes(side)
    for (const { level, outcome, date } of treatments) {
      yield ['political', 'delegated', 'administrative'].includes(level) && isDate(date)
      yield ['endorsed', 'endorsed_with_changes', 'declined', 'noted'].includes(outcome)
    }
    if (!position) continue
    yield ['approved', 'approved_with_remark', 'rejected', 'stands_outside'].includes(position.kind)
    for (const { mandate } of [position, ...(position.approvers ?? [])]) {
      yield !mandate || ['stand_in', 'on_behalf'].includes(mandate.kind)
      yield mandate?.kind !== 'on_behalf' || (mandate.reason !== '' && mandate.restsOn !== '')
    }
    yield ['parties', 'mandate', undefined].includes(position.uncounted)
    yield position.kind !== 'rejected' || position.reason !== ''
  }
  if (p.decision) yield ['strategic', 'partnership'].includes(p.decision.level) && isDate(p.decision.date)
}

function* identities(p) {
  const distinct = (ids) => ids.every((v) => v !== '') && new Set(ids).size === ids.length
  yield distinct(p.answers.map((a) => a.id))
  yield distinct(p.answers.map((a) => a.questionId))
  yield distinct(p.parties.map((party) => party.id))
  yield distinct(p.parties.map((party) => party.number).filter((number) => number !== ''))
  yield distinct(p.parties.filter((party) => party.position).map((party) => party.position.id))
  yield distinct(p.parties.flatMap((party) => party.treatments ?? []).map((treatment) => treatment.id))
  yield distinct(p.parties.flatMap((party) => party.treatments ?? []).flatMap(({ attachments = [] }) => attachments.map((a) => a.id)))
  yield distinct(p.remarks.map((remark) => remark.id))
  yield p.answers.every((a, i) => a.number === i + 1)
}

function* times(p) {
  const seconds = (v) => Date.parse(v) / 1000
  const sent = seconds(p.submission.submittedAt)
  yield p.submission.lateSeconds === Math.max(0, sent - seconds(p.submission.deadline))
  const before = (v) => seconds(v) <= sent
  yield before(p.freeze.frozenAt)
  for (const { position, silence, treatments = [] } of p.parties) {
    for (const { recordedAt, attachments = [] } of treatments) yield before(recordedAt) && attachments.every(({ addedAt }) => before(addedAt))
    if (position) yield [position, ...(position.approvers ?? [])].every(({ recordedAt }) => before(recordedAt))
    if (silence) yield before(silence.warnedAt) && (!silence.counted || before(silence.countsFrom)) && (!silence.deliveredAt || before(silence.deliveredAt))
    const { warnedAt, deliveredAt = warnedAt, countsFrom } = silence ?? {}
    if (silence) yield seconds(warnedAt) <= seconds(deliveredAt) && seconds(deliveredAt) <= seconds(countsFrom)
  }
  for (const remark of p.remarks) yield before(remark.recordedAt) && (!remark.reply || before(remark.reply.recordedAt))
  if (p.decision) yield before(p.decision.recordedAt)
}

function* positions(p) {
  const known = p.answers.map((a) => a.id)
  for (const { position, silence } of p.parties) {
    yield !silence?.counted || silence.deliveredAt !== undefined
    if (!position) continue
    yield !silence
    const { needed = 1, approvers = [], by, recordedAt } = position
    yield needed > 1 === approvers.length > 0
    const last = approvers.at(-1) ?? position
    yield last.by.name === by.name && last.by.organisation === by.organisation && last.recordedAt === recordedAt
    yield Object.keys(position.answerHashes).every((answer) => known.includes(answer))
  }
}

function* grounds(p) {
  const known = p.answers.map((a) => a.id)
  const same = (a, b) => canonical(a) === canonical(b)
  for (const { position, treatments = [] } of p.parties) {
    for (const [i, { corrects, votes, answerHashes, attachments = [] }] of treatments.entries()) {
      yield attachments.every(({ size, hash }) => size >= 0 && /^sha256:[0-9a-f]{64}$/.test(hash))
      yield !corrects || treatments.slice(0, i).some((earlier) => earlier.id === corrects)
      yield !votes || Math.min(votes.for, votes.against, votes.abstained) >= 0
      yield Object.keys(answerHashes).every((answer) => known.includes(answer))
    }
    if (!position?.treatmentId) continue
    const ground = treatments.findLast((treatment) => treatment.id === position.treatmentId)
    yield ground !== undefined
    const approves = ['approved', 'approved_with_remark'].includes(position.kind)
    yield !ground || !approves || position.coverage !== undefined || same(ground.answerHashes, position.answerHashes)
  }
}

function* remarks(p) {
  for (const { answerId, authors } of p.remarks) {
    yield answerId === null || p.answers.some((a) => a.id === answerId)
    yield authors.length > 0
    for (const author of authors) yield p.parties.some((party) => party.id === author.id && party.name === author.name)
  }
}

function* relations(p) {
  for (const { relation, content } of p.answers) {
    if (!relation) continue
    const { kind, community, responseId, answerId, freezeNumber, answerHash } = relation
    yield p.response.kind === 'separate'
    yield ['joins', 'elaborates', 'deviates'].includes(kind)
    yield [community.id, responseId, answerId, answerHash].every((v) => v !== '') && freezeNumber >= 1
    yield kind !== 'joins' || !canonical(content).includes('"text"')
  }
}

function* persons(p) {
  yield p.submission.submittedBy
  for (const { position, treatments = [] } of p.parties) {
    for (const { by } of [...treatments, ...(position ? [position, ...(position.approvers ?? [])] : [])]) yield by
  }
}

function verifyPackage(bytes) {
  const p = read(bytes)
  if (!anything(p) || !['samsvar-submission/1', 'samsvar-publication/1'].includes(p.format)) throw new Failed('format')
  if (!submissionPackage(p)) throw new Failed('form')
  const all = (checks) => [...checks].every(Boolean)
  const published = p.format === 'samsvar-publication/1'
  const checks = {
    'answer hash': all(answerHashes(p)),
    'freeze hash': p.freeze.hash === freezeHash(p),
    'package hash': published || p.packageHash === hash(without(p, 'packageHash')),
    persons: !published || [...persons(p)].every(({ name }) => name === ''),
    words: all(words(p)),
    relations: all(relations(p)),
    identities: all(identities(p)),
    times: all(times(p)),
    positions: all(positions(p)),
    treatments: all(grounds(p)),
    remarks: all(remarks(p)),
  }
  return Object.keys(checks).filter((name) => !checks[name])
}

// What a trail is checked for

const forms = {
  'samsvar-audit/1': record({
    format: text, sequence: whole, previous: text, at: micros, account: text, accountName: text, organisation: text,
    action: text, round: text, response: text, object: text, detail: anything, hash: text,
  }),
  'samsvar-audit-head/1': record({
    format: text, number: whole, previous: text, sequence: whole, hash: text, signedAt: instant, key: text, signature: base64,
  }),
  'samsvar-audit-key/1': record({ format: text, id: text, public: base64, since: instant, endorsedBy: text, signature: base64 }),
}

// records gives those of a file in order, and fails at the first that is not in its exact form.
function* records(file, format, check) {
  if (file.length === 0) return
  const body = file.at(-1) === 10 ? file.subarray(0, -1) : file
  let from = 0
  while (from <= body.length) {
    const end = body.indexOf(10, from)
    const line = body.subarray(from, end < 0 ? body.length : end)
    yield exact(line, format, check)
    if (end < 0) return
    from = end + 1
  }
}

function exact(line, format, check) {
  try {
    const r = read(line)
    if (r.format === format && forms[format](r) && Buffer.from(canonical(r)).equals(line)) return r
  } catch {}
  throw new Failed(check)
}

function signed(r, by) {
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(by, 'base64').toString('base64url') } })
  return verify(null, Buffer.from(canonical(without(r, 'signature'))), key, Buffer.from(r.signature, 'base64'))
}

function keysOf(file) {
  const keys = []
  for (const k of records(file, 'samsvar-audit-key/1', 'keys')) {
    const raw = Buffer.from(k.public, 'base64')
    const named = `ed25519:${createHash('sha256').update(raw).digest('hex').slice(0, 32)}`
    const before = keys.at(-1) ?? k
    const endorsed = k.endorsedBy === before.id && k.since >= before.since && !keys.some(({ id }) => id === k.id)
    if (raw.length !== 32 || k.id !== named || !endorsed || !signed(k, before.public)) throw new Failed('keys')
    keys.push(k)
  }
  if (keys.length === 0) throw new Failed('keys')
  return keys
}

function headsOf(file, keys) {
  const heads = []
  const place = ({ key }) => keys.findIndex(({ id }) => id === key)
  for (const h of records(file, 'samsvar-audit-head/1', 'heads')) {
    const before = heads.at(-1)
    const follows = h.number === heads.length + 1 && h.previous === (before ? hash(before) : '') && (!before || h.sequence >= before.sequence)
    const at = place(h)
    const inTime = at >= 0 && h.signedAt >= keys[at].since && (at + 1 === keys.length || h.signedAt <= keys[at + 1].since)
    if (!follows || !inTime || (before && at < place(before)) || !signed(h, keys[at].public)) throw new Failed('heads')
    heads.push(h)
  }
  if (heads.length === 0) throw new Failed('heads')
  return heads
}

function eventsOf(file) {
  const events = []
  for (const e of records(file, 'samsvar-audit/1', 'chain')) {
    const follows = e.sequence === events.length + 1 && e.previous === (events.at(-1)?.hash ?? '')
    if (!follows || e.hash !== hash(without(e, 'hash'))) throw new Failed('chain')
    events.push(e)
  }
  return events
}

function verifyTrail([events, heads, keys]) {
  const there = eventsOf(events)
  const unsigned = headsOf(heads, keysOf(keys)).some((h) => there[h.sequence - 1]?.hash !== h.hash)
  return unsigned ? ['signed'] : []
}

for await (const line of createInterface({ input: process.stdin })) {
  const files = JSON.parse(line).files.map((file) => Buffer.from(file, 'base64'))
  let failures
  try {
    failures = files.length === 1 ? verifyPackage(files[0]) : verifyTrail(files)
  } catch (error) {
    if (!(error instanceof Failed)) throw error
    failures = [error.check]
  }
  console.log(JSON.stringify(failures))
}
