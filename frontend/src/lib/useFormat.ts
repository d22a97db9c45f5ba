import { useI18n } from 'vue-i18n'
import { now } from './clock'
import * as dates from './dates'
import type { DateLike } from './dates'
import { textIn, type Language, type LocalText } from './language'

/** Dates and texts in the language of the page; they follow when the language is switched. */
export function useFormat() {
  const { locale } = useI18n()
  const language = () => locale.value as Language
  return {
    date: (value: DateLike) => dates.formatDate(value, language()),
    shortDate: dates.formatShortDate,
    time: dates.formatTime,
    dateTime: (value: DateLike) => dates.formatDateTime(value, language()),
    deadline: (value: DateLike) => dates.formatDeadline(value, language(), now()),
    relativeDay: (value: DateLike) => dates.formatRelativeDay(value, language(), now()),
    duration: (seconds: number) => dates.formatDuration(seconds, language()),
    text: (text: LocalText) => textIn(text, language()).text,
    localText: (text: LocalText) => textIn(text, language()),
  }
}
