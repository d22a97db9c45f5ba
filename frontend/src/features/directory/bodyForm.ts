import type { Schemas } from '@/api'

export const levels = ['partnership', 'strategic', 'professional'] as const
export const parts = ['voting', 'moving', 'speaking', 'attending'] as const

/** A member as it is typed: what is not chosen is empty. */
export interface MemberForm {
  accountId: string
  name: string
  organisationId: string
  organisation: string
  part: Schemas['BodyPart']
  chairs: { from: string; to: string }[]
}

export interface BodyForm {
  id?: string
  level: Schemas['BodyLevel']
  name: string
  members: MemberForm[]
  ended: boolean
  version: number
}

export const newMember = (): MemberForm => ({ accountId: '', name: '', organisationId: '', organisation: '', part: 'voting', chairs: [] })

export function bodyFormOf(body?: Schemas['Body']): BodyForm {
  if (!body) return { level: 'strategic', name: '', members: [], ended: false, version: 0 }
  const members = body.members.map(({ accountId = '', name, organisationId = '', organisation, part, chairs = [] }) => ({
    accountId, name, organisationId, organisation, part, chairs: chairs.map(({ from, to = '' }) => ({ from, to })),
  }))
  return { id: body.id, level: body.level, name: body.name, members, ended: body.ended, version: body.version }
}

/** What must be put right before it can be sent: a field of the body, or the number of a member. */
export function bodyFaults(form: BodyForm): ('name' | number)[] {
  const faulty = ({ name, organisationId, organisation, chairs }: MemberForm) =>
    !name.trim() || !(organisationId || organisation.trim()) || chairs.some(({ from, to }) => !from || (to && to < from))
  return [...(form.name.trim() ? [] : (['name'] as const)), ...form.members.flatMap((member, at) => (faulty(member) ? [at] : []))]
}

export function bodyInput(form: BodyForm): Schemas['BodyInput'] {
  return {
    level: form.level,
    name: form.name.trim(),
    ended: form.ended,
    version: form.version,
    members: form.members.map(({ accountId, name, organisationId, organisation, part, chairs }) => ({
      ...(accountId && { accountId }),
      name: name.trim(),
      ...(organisationId && { organisationId }),
      organisation: organisation.trim(),
      part,
      chairs: chairs.map(({ from, to }) => ({ from, ...(to && { to }) })),
    })),
  }
}
