const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const fixdate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/

/**
 * Returns the Unix time of an HTTP date, in milliseconds, or nothing where it is none. Takes the one form that servers may send,
 * `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7: IMF-fixdate); the weekday is not checked.
 */
export function httpDateMs(text: string): number | undefined {
  const [, day, monthName, year, hour, minute, second] = fixdate.exec(text) ?? []
  const month = months.indexOf(monthName ?? '') + 1
  if (month === 0) return undefined
  const days = daysBeforeDate(Number(year), month, Number(day))
  const seconds = Number(hour) * 3_600 + Number(minute) * 60 + Number(second)
  const outOfRange =
    Number(day) < 1 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60
  return outOfRange ? undefined : (days * 86_400 + seconds) * 1_000
}

/**
 * Days from 1970-01-01 to a date of the Gregorian calendar. Source: H. Hinnant, "chrono-compatible low-level date algorithms",
 * `days_from_civil`: years begin in March, so that the leap day is the last one, and repeat every 400 years (146,097 days).
 */
function daysBeforeDate(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
