import type { Schemas } from '@/api'

export interface TreatmentForm {
  freezeId: string
  level: Schemas['TreatmentLevel'] | ''
  body: string
  caseNumber: string
  metOn: string
  outcome: Schemas['TreatmentOutcome'] | ''
  decision: string
  for: string
  against: string
  abstained: string
}

export const levels = ['political', 'delegated', 'administrative'] as const
export const outcomes = ['endorsed', 'endorsed_with_changes', 'declined', 'noted'] as const

/** Nothing but the newest version, which most have treated; or the record that is to be corrected. */
export function formOf({ versions }: Schemas['Response'], wrong?: Schemas['Treatment']): TreatmentForm {
  const version = versions.find(({ number }) => number === wrong?.freezeNumber) ?? versions.at(-1)
  const votes = (count?: number) => (count === undefined ? '' : String(count))
  return {
    freezeId: version?.id ?? '', level: wrong?.level ?? '', body: wrong?.body ?? '', caseNumber: wrong?.caseNumber ?? '', metOn: wrong?.metOn ?? '',
    outcome: wrong?.outcome ?? '', decision: wrong?.decision ?? '', for: votes(wrong?.votes?.for), against: votes(wrong?.votes?.against), abstained: votes(wrong?.votes?.abstained),
  }
}

type Required = 'level' | 'body' | 'metOn' | 'outcome' | 'votes'

/** What must be filled in, or is filled in wrongly. Votes are whole numbers, and counted on both sides or not at all. */
export function faultsOf(form: TreatmentForm): Required[] {
  const missing = (['level', 'body', 'metOn', 'outcome'] as const).filter((field) => !form[field].trim())
  const votes = [form.for, form.against, form.abstained].map((count) => String(count).trim())
  const counted = votes.some(Boolean)
  const wrong = counted && (!votes[0] || !votes[1] || votes.some((count) => !/^\d{0,3}$/.test(count)))
  return wrong ? [...missing, 'votes'] : missing
}

/** What is sent of a form without faults. */
export function inputFrom(form: TreatmentForm, corrects?: string): Schemas['TreatmentInput'] {
  const counted = String(form.for).trim() !== ''
  return {
    freezeId: form.freezeId, level: form.level as Schemas['TreatmentLevel'], body: form.body.trim(), caseNumber: form.caseNumber.trim(), metOn: form.metOn,
    outcome: form.outcome as Schemas['TreatmentOutcome'], decision: form.decision.trim(), corrects,
    votes: counted ? { for: Number(form.for), against: Number(form.against), abstained: Number(form.abstained) } : undefined,
  }
}
