import type { Schemas } from '@/api'
import { calendarDate, wallTime } from '@/lib/dates'

/** A case as it is typed: an answer that was chosen, or a title. */
export interface CaseForm {
  id?: string
  responseId: string
  title: string
}

export interface MeetingForm {
  bodyId: string
  day: string
  time: string
  papersDue: string
  place: string
  cases: CaseForm[]
  version: number
}

export function meetingFormOf(meeting?: Schemas['Meeting']): MeetingForm {
  if (!meeting) return { bodyId: '', day: '', time: '', papersDue: '', place: '', cases: [], version: 0 }
  return {
    bodyId: meeting.body.id,
    day: calendarDate(new Date(meeting.startsAt)),
    time: wallTime(meeting.startsAt),
    papersDue: calendarDate(new Date(meeting.papersDue)),
    place: meeting.place,
    cases: meeting.cases.map(({ id, response, title }) => ({ id, responseId: response?.id ?? '', title })),
    version: meeting.version,
  }
}

export type Fault = 'bodyId' | 'day' | 'time' | 'papersDue' | number

/** What must be put right before it can be sent: a field, or the place of a case. */
export function meetingFaults(form: MeetingForm): Fault[] {
  return [
    ...(['bodyId', 'day', 'time', 'papersDue'] as const).filter((field) => !form[field]),
    ...form.cases.flatMap(({ responseId, title }, at) => (responseId || title.trim() ? [] : [at])),
  ]
}

/** Times are meant in Norway, wherever the browser stands. */
export function meetingInput(form: MeetingForm): Schemas['MeetingInput'] {
  return {
    bodyId: form.bodyId,
    startsAt: `${form.day}T${form.time}`,
    papersDue: form.papersDue,
    place: form.place.trim(),
    cases: form.cases.map(({ id, responseId, title }) => ({ ...(id && { id }), ...(responseId && { responseId }), title: title.trim() })),
    version: form.version,
  }
}
