import { describe, expect, it } from 'vitest'
import * as dates from './dates'

const now = new Date('2022-03-29T10:00:00Z')

describe('dates', () => {
  it('names weekdays in both written forms, in Norwegian time', () => {
    // Half past eleven at night in UTC is already the next day in Norway.
    expect(dates.formatDate('2022-03-28T22:30:00Z', 'nb')).toBe('tirsdag 29. mars 2022')
    expect(dates.formatDate('2022-03-28T22:30:00Z', 'nn')).toBe('tysdag 29. mars 2022')
  })

  it('takes a calendar date for what it is, wherever the machine stands', () => {
    expect(dates.formatDate('2022-04-01', 'nb')).toBe('fredag 1. april 2022')
    expect(dates.formatShortDate('2021-12-31')).toBe('31. desember 2021')
  })

  it('tells the time with a full stop, in summer and winter time', () => {
    expect(dates.formatTime('2022-03-26T13:02:00Z')).toBe('kl. 14.02')
    expect(dates.formatTime('2022-03-28T13:02:00Z')).toBe('kl. 15.02')
    expect(dates.formatDateTime('2022-01-02T23:05:00Z', 'nn')).toBe('måndag 3. januar 2022 kl. 00.05')
  })

  it.each([
    ['2022-03-29T21:59:59Z', 0, 'i dag', 'i dag'],
    ['2022-03-29T22:00:00Z', 1, 'i morgen', 'i morgon'],
    ['2022-03-28T12:00:00Z', -1, 'i går', 'i går'],
    ['2022-04-01', 3, 'om 3 dager', 'om 3 dagar'],
    ['2022-03-19', -10, 'for 10 dager siden', 'for 10 dagar sidan'],
  ])('counts calendar days to %s', (date, days, nb, nn) => {
    expect(dates.daysUntil(date, now)).toBe(days)
    expect(dates.formatRelativeDay(date, 'nb', now)).toBe(nb)
    expect(dates.formatRelativeDay(date, 'nn', now)).toBe(nn)
  })

  it('leaves the time out of a deadline at the end of a day', () => {
    expect(dates.formatDeadline('2022-04-01T23:59:59+02:00', 'nb', now)).toBe('fredag 1. april 2022 (om 3 dager)')
    expect(dates.formatDeadline('2022-04-01T15:00:00+02:00', 'nb', now)).toBe('fredag 1. april 2022 kl. 15.00 (om 3 dager)')
  })

  it.each([
    [2 * 86_400 + 3 * 3_600 + 59, '2 dager og 3 timer', '2 dagar og 3 timar'],
    [86_400, '1 dag', '1 dag'],
    [3_661, '1 time og 1 minutt', '1 time og 1 minutt'],
    [5, '5 sekunder', '5 sekund'],
    [0, '0 sekunder', '0 sekund'],
  ])('says how long %i seconds are', (seconds, nb, nn) => {
    expect(dates.formatDuration(seconds, 'nb')).toBe(nb)
    expect(dates.formatDuration(seconds, 'nn')).toBe(nn)
  })

  it('gives a form the time of day, unless the date says it all', () => {
    expect(dates.wallTime('2022-04-01T10:00:00Z')).toBe('12:00')
    expect(dates.wallTime('2022-12-01T23:05:00Z')).toBe('00:05')
    expect(dates.wallTime('2022-04-01T21:59:59Z')).toBe('')
  })

  it('knows the calendar date in Norway', () => {
    expect(dates.calendarDate(new Date('2022-03-29T22:30:00Z'))).toBe('2022-03-30')
  })
})
