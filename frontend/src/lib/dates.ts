import type { Language } from './language'

/**
 * Dates as people here write them, always in Norwegian time. The names stand in tables of our own
 * because Chromium has no locale data for nynorsk and would print English.
 */
const weekdays: Record<Language, readonly string[]> = {
  nb: ['søndag', 'mandag', 'tirsdag', 'onsdag', 'torsdag', 'fredag', 'lørdag'],
  nn: ['søndag', 'måndag', 'tysdag', 'onsdag', 'torsdag', 'fredag', 'laurdag'],
}
// The two written forms share the names of the months.
const months = [
  'januar', 'februar', 'mars', 'april', 'mai', 'juni',
  'juli', 'august', 'september', 'oktober', 'november', 'desember',
] as const
const near: Record<Language, Record<number, string>> = {
  nb: { [-1]: 'i går', 0: 'i dag', 1: 'i morgen' },
  nn: { [-1]: 'i går', 0: 'i dag', 1: 'i morgon' },
}
const far: Record<Language, (days: number) => string> = {
  nb: (days) => (days > 0 ? `om ${days} dager` : `for ${-days} dager siden`),
  nn: (days) => (days > 0 ? `om ${days} dagar` : `for ${-days} dagar sidan`),
}

/** A point in time, or a calendar date (`2022-04-01`) as the API gives it. */
export type DateLike = Date | string

interface Parts {
  year: number
  month: number
  day: number
  weekday: number
  hour: number
  minute: number
  second: number
}

const oslo = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Oslo', hourCycle: 'h23',
  year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
})
const dateOnly = /^(\d{4})-(\d{2})-(\d{2})$/

function parts(value: DateLike): Parts {
  const calendar = typeof value === 'string' ? dateOnly.exec(value) : null
  if (calendar) return withWeekday(Number(calendar[1]), Number(calendar[2]), Number(calendar[3]), 23, 59, 59)
  const found = Object.fromEntries(oslo.formatToParts(new Date(value)).map((part) => [part.type, Number(part.value)]))
  return withWeekday(found.year!, found.month!, found.day!, found.hour!, found.minute!, found.second!)
}

function withWeekday(year: number, month: number, day: number, hour: number, minute: number, second: number): Parts {
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay()
  return { year, month, day, weekday, hour, minute, second }
}

/** `1. april 2022` */
export function formatShortDate(value: DateLike): string {
  const { year, month, day } = parts(value)
  return `${day}. ${months[month - 1]} ${year}`
}

/** `fredag 1. april 2022` */
export function formatDate(value: DateLike, language: Language): string {
  return `${weekdays[language][parts(value).weekday]} ${formatShortDate(value)}`
}

/** `kl. 14.02` */
export function formatTime(value: DateLike): string {
  const { hour, minute } = parts(value)
  return `kl. ${String(hour).padStart(2, '0')}.${String(minute).padStart(2, '0')}`
}

/** `fredag 1. april 2022 kl. 14.02` */
export function formatDateTime(value: DateLike, language: Language): string {
  return `${formatDate(value, language)} ${formatTime(value)}`
}

/** Calendar days in Norway from `now` to the date; negative when it has passed. */
export function daysUntil(value: DateLike, now: Date): number {
  const midnight = ({ year, month, day }: Parts) => Date.UTC(year, month - 1, day)
  return Math.round((midnight(parts(value)) - midnight(parts(now))) / 86_400_000)
}

/** `i dag`, `i morgen`, `om 3 dager`, `for 3 dager siden` */
export function formatRelativeDay(value: DateLike, language: Language, now: Date): string {
  const days = daysUntil(value, now)
  return near[language][days] ?? far[language](days)
}

/**
 * `fredag 1. april 2022 (om 3 dager)`. A deadline at the very end of a day is a date without a
 * time; any other says its time of day.
 */
export function formatDeadline(value: DateLike, language: Language, now: Date): string {
  const { hour, minute } = parts(value)
  const endOfDay = hour === 23 && minute === 59
  const date = endOfDay ? formatDate(value, language) : formatDateTime(value, language)
  return `${date} (${formatRelativeDay(value, language, now)})`
}

const units: Record<Language, readonly [seconds: number, one: string, many: string][]> = {
  nb: [[86_400, 'dag', 'dager'], [3_600, 'time', 'timer'], [60, 'minutt', 'minutter'], [1, 'sekund', 'sekunder']],
  nn: [[86_400, 'dag', 'dagar'], [3_600, 'time', 'timar'], [60, 'minutt', 'minutt'], [1, 'sekund', 'sekund']],
}

/** `2 dager og 3 timer`: the largest unit there is, and the one below it. */
export function formatDuration(seconds: number, language: Language): string {
  const sizes = units[language]
  const at = seconds < 1 ? sizes.length - 1 : sizes.findIndex(([size]) => seconds >= size)
  let rest = seconds
  const parts = sizes.slice(at, at + 2).map(([size, one, many]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return { count, words: `${count} ${count === 1 ? one : many}` }
  })
  return parts.filter(({ count }, index) => count > 0 || index === 0).map(({ words }) => words).join(' og ')
}

/** The time of day in Norway as a form writes it: `12:00`; nothing at the very end of a day, which is meant by the date alone. */
export function wallTime(value: DateLike): string {
  const { hour, minute, second } = parts(value)
  if (hour === 23 && minute === 59 && second === 59) return ''
  return [hour, minute].map((number) => String(number).padStart(2, '0')).join(':')
}

/** The calendar date in Norway, as a form and the API write it: `2022-04-01`. */
export function calendarDate(value: Date): string {
  const { year, month, day } = parts(value)
  return [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-')
}
