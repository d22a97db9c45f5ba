import type { Schemas } from '@/api'

type Kind = Schemas['PositionInput']['kind']

export interface PositionForm {
  kind: Kind | ''
  reason: string
  remarks: { id?: string; answerId: string; quote: string; text: string }[]
  coverage: CoverageForm
}

/** Whether a treatment of an earlier text covers this one. */
export interface CoverageForm {
  covers: 'yes' | 'no' | ''
  reason: string
}

/** A remark about the whole has no answer; one empty remark stands ready to be written. */
export const emptyRemark = () => ({ answerId: '', quote: '', text: '' })
export const blankForm = (): PositionForm => ({ kind: '', reason: '', remarks: [emptyRemark()], coverage: { covers: '', reason: '' } })

/** What the party said last, to begin from when it says something else. */
export function formFrom(party: Schemas['Party'], remarks: readonly Schemas['Remark'][]): PositionForm {
  const own = remarks.filter(({ mine }) => mine)
  return {
    kind: kindOf(party),
    reason: party.position?.reason ?? '',
    coverage: blankForm().coverage,
    remarks: own.length ? own.map(({ id, answerId, quote, text }) => ({ id, answerId: answerId ?? '', quote: quote ?? '', text })) : [emptyRemark()],
  }
}

/** What the party says now, if anything. */
export function kindOf({ position }: Schemas['Party']): Kind | '' {
  return position && position.kind !== 'withdrawn' ? position.kind : ''
}

/** Whether this position comes with a reason, and whether it must. */
export const takesReason = (kind: PositionForm['kind']) => kind === 'rejected' || kind === 'stands_outside'
export const needsReason = (kind: PositionForm['kind']) => kind === 'rejected'

/** Whether this position says yes to the text. */
export const approves = (kind: PositionForm['kind']) => kind === 'approved' || kind === 'approved_with_remark'

/** What is said of a treatment; nothing until both the word and its reason are there. */
export function coverageOf({ covers, reason }: CoverageForm): Schemas['Coverage'] | undefined {
  return covers && reason.trim() ? { covers: covers === 'yes', reason: reason.trim() } : undefined
}

/** What must be filled in before it can be sent; `treatedEarlier`: an earlier text was treated than the one on the page. */
export function faultsOf({ kind, reason, remarks, coverage }: PositionForm, treatedEarlier = false): ('kind' | 'reason' | 'remarks' | 'coverage')[] {
  if (!kind) return ['kind']
  if (needsReason(kind) && !reason.trim()) return ['reason']
  if (kind === 'approved_with_remark' && !remarks.some(({ text }) => text.trim())) return ['remarks']
  if (treatedEarlier && approves(kind) && !coverageOf(coverage)) return ['coverage']
  return []
}

/** What is sent: bound to the very text that is shown, and without what belongs to another choice. */
export function inputFrom({ kind, reason, remarks, coverage }: PositionForm, shown: Shown): Schemas['PositionInput'] {
  const written = remarks.filter(({ text }) => text.trim())
  return {
    ...shown,
    kind: kind as Kind,
    coverage: approves(kind) ? coverageOf(coverage) : undefined,
    reason: takesReason(kind) && reason.trim() ? reason.trim() : undefined,
    remarks: kind === 'approved_with_remark' ? written.map(({ id, answerId, quote, text }) => ({ id, answerId: answerId || undefined, quote: (answerId && quote.trim()) || undefined, text: text.trim() })) : undefined,
  }
}

export type Shown = Omit<Schemas['ConfirmInput'], 'coverage'>

/** The frozen text as it is shown: its id, the hash of every answer, and the remarks beside it. Nothing while it is not frozen. */
export function shownIn(text: Schemas['ResponseText']): Shown | undefined {
  if (!text.freeze) return undefined
  return {
    freezeId: text.freeze.id,
    answerHashes: Object.fromEntries(text.answers.map(({ answerId, hash }) => [answerId, hash ?? ''])),
    seenRemarks: Object.fromEntries(text.remarks.map(({ id, version }) => [id, version ?? 0])),
  }
}
