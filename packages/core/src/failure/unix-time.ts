/** A time of the Gregorian calendar in UTC; each is a whole number, months and days count from 1. */
export interface CalendarTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  /** 60 is a leap second. */
  readonly second: number
}

/** Returns a calendar time as Unix time, in milliseconds, or nothing where a part is out of its range. */
export function unixTimeMs({ year, month, day, hour, minute, second }: CalendarTime): number | undefined {
  const inRange =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 60
  const seconds = hour * 3_600 + minute * 60 + second
  return inRange ? (daysBeforeDate(year, month, day) * 86_400 + seconds) * 1_000 : undefined
}

/**
 * Days from 1970-01-01 to a date of the Gregorian calendar. Source: H. Hinnant, "chrono-compatible low-level
 * date algorithms", `days_from_civil`: years begin in March, so that the leap day is the last one, and repeat
 * every 400 years (146,097 days).
 */
function daysBeforeDate(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
