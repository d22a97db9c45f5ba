import type { Schemas } from '@/api'
import { calendarDate, wallTime } from '@/lib/dates'

export type RoundInput = Schemas['RoundInput']
type Round = Schemas['Round']

export interface QuestionForm {
  nb: string
  nn: string
  optional: boolean
  examples: boolean
  words: string
}

/** The form as it is typed: text everywhere, a paragraph per blank line, a group or a name per line. */
export interface RoundForm {
  titleNb: string
  titleNn: string
  slug: string
  sender: string
  signedByRole: string
  reference: string
  issued: string
  deadline: string
  deadlineTime: string
  jointAnswers: Round['jointAnswers']
  separateAnswers: Round['separateAnswers']
  acceptsLate: boolean
  logsReading: boolean
  loginMinutes: string
  loginLevel: string
  backgroundNb: string
  backgroundNn: string
  groupsNb: string
  groupsNn: string
  municipalities: boolean
  authorities: boolean
  copyTo: string
  sendTo: string
  questions: QuestionForm[]
}

export const blankQuestion = (): QuestionForm => ({ nb: '', nn: '', optional: false, examples: false, words: '' })

export const blankForm = (sender: string): RoundForm => ({
  titleNb: '', titleNn: '', slug: '', sender, signedByRole: '', reference: '', issued: '', deadline: '', deadlineTime: '',
  jointAnswers: 'encouraged', separateAnswers: 'allowed', acceptsLate: true, logsReading: false, loginMinutes: '15', loginLevel: '',
  backgroundNb: '', backgroundNn: '', groupsNb: '', groupsNn: '',
  municipalities: true, authorities: true, copyTo: '', sendTo: '', questions: [blankQuestion()],
})

export function formFrom(round: Round): RoundForm {
  return {
    titleNb: round.title.nb ?? '',
    titleNn: round.title.nn ?? '',
    slug: round.slug,
    sender: round.sender,
    signedByRole: round.signedByRole,
    reference: round.reference,
    issued: round.issued,
    deadline: calendarDate(new Date(round.deadline)),
    deadlineTime: wallTime(round.deadline),
    jointAnswers: round.jointAnswers,
    separateAnswers: round.separateAnswers,
    acceptsLate: round.acceptsLate,
    logsReading: round.logsReading,
    loginMinutes: String(round.loginMinutes),
    loginLevel: round.loginLevel,
    backgroundNb: (round.background.nb ?? []).join('\n\n'),
    backgroundNn: (round.background.nn ?? []).join('\n\n'),
    groupsNb: (round.priorityGroups.nb ?? []).join('\n'),
    groupsNn: (round.priorityGroups.nn ?? []).join('\n'),
    municipalities: round.addressees.includes('all_municipalities'),
    authorities: round.addressees.includes('all_regional_health_authorities'),
    copyTo: round.copyTo.join('\n'),
    sendTo: round.sendTo,
    questions: round.questions.map((question) => ({
      nb: question.text.nb ?? '',
      nn: question.text.nn ?? '',
      optional: question.optional,
      examples: question.collects === 'good_examples',
      words: question.guidanceWords ? String(question.guidanceWords) : '',
    })),
  }
}

/** What is sent. `version` is the one that was read, when a draft is changed. */
export function inputFrom(form: RoundForm, version?: number): RoundInput {
  return {
    slug: form.slug || slugOf(form.titleNb || form.titleNn, form.issued),
    title: written(form.titleNb.trim(), form.titleNn.trim()),
    sender: form.sender.trim(),
    signedByRole: form.signedByRole.trim(),
    reference: form.reference.trim(),
    issued: form.issued,
    deadline: deadlineInput(form.deadline, form.deadlineTime),
    kind: 'addressed',
    jointAnswers: form.jointAnswers,
    separateAnswers: form.separateAnswers,
    acceptsLate: form.acceptsLate,
    logsReading: form.logsReading,
    loginMinutes: Number(form.loginMinutes) || 15,
    loginLevel: form.loginLevel as Round['loginLevel'],
    background: written(split(form.backgroundNb, /\n\s*\n/), split(form.backgroundNn, /\n\s*\n/)),
    priorityGroups: written(split(form.groupsNb, /\n/), split(form.groupsNn, /\n/)),
    addressees: [
      ...(form.municipalities ? (['all_municipalities'] as const) : []),
      ...(form.authorities ? (['all_regional_health_authorities'] as const) : []),
    ],
    copyTo: split(form.copyTo, /\n/),
    sendTo: form.sendTo.trim(),
    questions: form.questions.map((question) => ({
      text: written(question.nb.trim(), question.nn.trim()),
      optional: question.optional,
      collects: question.examples ? 'good_examples' : '',
      guidanceWords: Number(question.words) || 0,
    })),
    version,
  }
}

/** Names of the fields that differ, for telling what somebody else has changed meanwhile. */
export function changedFields(before: RoundForm, after: RoundForm): (keyof RoundForm)[] {
  return (Object.keys(before) as (keyof RoundForm)[]).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

/** Mine where I have changed something, theirs everywhere else. */
export function merged(base: RoundForm, mine: RoundForm, theirs: RoundForm): RoundForm {
  const changedByMe = Object.fromEntries(changedFields(base, mine).map((key) => [key, mine[key]]))
  return { ...theirs, ...changedByMe }
}

/** A date, which means its last second, or a time of day in Norway. The server knows what that is elsewhere. */
export const deadlineInput = (day: string, time: string) => (time ? `${day}T${time}` : day)

function written<T extends { length: number }>(nb: T, nn: T): { nb?: T; nn?: T } {
  return { ...(nb.length ? { nb } : {}), ...(nn.length ? { nn } : {}) }
}

function split(text: string, at: RegExp): string[] {
  return text.split(at).map((part) => part.trim()).filter(Boolean)
}

/** A short name for addresses and file names: the title's letters and the year of the letter. */
export function slugOf(title: string, issued: string): string {
  const letters: Record<string, string> = { æ: 'ae', ø: 'o', å: 'a' }
  const words = title
    .toLowerCase()
    .replace(/[æøå]/g, (letter) => letters[letter]!)
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
  return `${words}-${issued.slice(0, 4)}`.replace(/-+/g, '-').replace(/^-|-$/g, '').slice(-80).replace(/^-/, '')
}
