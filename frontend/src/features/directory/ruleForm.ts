import type { Schemas } from '@/api'

export const kinds = ['consensus', 'named_voters', 'recommendation'] as const

/** A rule as it is typed: numbers are still text. */
export interface RuleForm {
  kind: (typeof kinds)[number]
  hospitalPercent: string
  municipalPercent: string
  voters: string[]
  partnershipDecision: boolean
  silence: boolean
  silenceDays: string
  reason: string
  version: number
}

/** The rule that holds, to begin from. What its kind does not use stands as a community begins. */
export function formOf({ rule, version }: Schemas['RuleVersion']): RuleForm {
  const named = rule.kind === 'named_voters'
  return {
    kind: kinds.find((kind) => kind === rule.kind) ?? 'consensus',
    hospitalPercent: String(named ? 100 : rule.hospitalPercent),
    municipalPercent: String(named ? 50 : rule.municipalPercent),
    voters: rule.voters.map(({ id }) => id),
    partnershipDecision: rule.partnershipDecision,
    silence: rule.silenceDays > 0,
    silenceDays: String(rule.silenceDays || 14),
    reason: '',
    version,
  }
}

type Fault = 'hospitalPercent' | 'municipalPercent' | 'voters' | 'silenceDays' | 'reason'

/** What must be put right before it can be sent. */
export function faultsOf(form: RuleForm): Fault[] {
  const named = form.kind === 'named_voters'
  return [
    ...(named || whole(form.hospitalPercent, 0, 100) ? [] : (['hospitalPercent'] as const)),
    ...(named || whole(form.municipalPercent, 0, 100) ? [] : (['municipalPercent'] as const)),
    ...(named && form.voters.length === 0 ? (['voters'] as const) : []),
    ...(!form.silence || whole(form.silenceDays, 1, 90) ? [] : (['silenceDays'] as const)),
    ...(form.reason.trim() ? [] : (['reason'] as const)),
  ]
}

export function inputOf(form: RuleForm): Schemas['RuleInput'] {
  const named = form.kind === 'named_voters'
  return {
    kind: form.kind,
    hospitalPercent: named ? 0 : Number(form.hospitalPercent),
    municipalPercent: named ? 0 : Number(form.municipalPercent),
    voters: named ? form.voters : [],
    partnershipDecision: form.partnershipDecision,
    silenceDays: form.silence ? Number(form.silenceDays) : 0,
    reason: form.reason.trim(),
    version: form.version,
  }
}

// A number field may hand over a number, whatever its model is declared as.
function whole(text: string | number, from: number, to: number): boolean {
  const typed = String(text).trim()
  return /^\d+$/.test(typed) && Number(typed) >= from && Number(typed) <= to
}
