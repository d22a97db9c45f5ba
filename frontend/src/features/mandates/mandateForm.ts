import type { Schemas } from '@/api'

export interface MandateForm {
  /** accountId and organisationId of the one who is to act, parted by a space. */
  holder: string
  begins: string
  ends: string
  scope: 'response' | 'round' | 'all'
  reason: string
  restsOn: string
}

export interface Scope {
  responseId?: string
  roundId?: string
  /** The last day on which the mandate is needed, as a date. */
  until?: string
}

/** From today to the deadline, for the response one comes from; else for everything, a month on. */
export function blankMandate(today: string, { responseId, until }: Scope): MandateForm {
  const month = new Date(`${today}T12:00:00Z`)
  month.setUTCMonth(month.getUTCMonth() + 1)
  const ends = until && until >= today ? until : month.toISOString().slice(0, 10)
  return { holder: '', begins: today, ends, scope: responseId ? 'response' : 'all', reason: '', restsOn: '' }
}

/** Somebody of one's own needs no reason; somebody else's people do, and something that it rests on. */
export function isStandIn({ holder }: MandateForm, organisationId: string): boolean {
  return holder.split(' ')[1] === organisationId
}

export type MandateFault = 'accountId' | 'begins' | 'ends' | 'reason' | 'restsOn'

export function faultsOf(form: MandateForm, organisationId: string): MandateFault[] {
  const faults: MandateFault[] = []
  if (!form.holder) faults.push('accountId')
  if (!form.begins) faults.push('begins')
  if (!form.ends || form.ends < form.begins) faults.push('ends')
  if (form.holder && !isStandIn(form, organisationId)) {
    if (!form.reason.trim()) faults.push('reason')
    if (!form.restsOn.trim()) faults.push('restsOn')
  }
  return faults
}

export function inputFrom(form: MandateForm, { responseId, roundId }: Scope): Schemas['MandateInput'] {
  const [accountId, organisationId] = form.holder.split(' ') as [string, string]
  return {
    accountId, organisationId, begins: form.begins, ends: form.ends, reason: form.reason.trim() || undefined, restsOn: form.restsOn.trim() || undefined,
    responseId: form.scope === 'response' ? responseId : undefined, roundId: form.scope === 'round' ? roundId : undefined,
  }
}
