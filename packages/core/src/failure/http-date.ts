import { unixTimeMs } from './unix-time.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const fixdate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/

/**
 * Returns the Unix time of an HTTP date, in milliseconds, or nothing where it is none. Takes the one form that
 * servers may send, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7: IMF-fixdate), and whitespace around it;
 * the weekday is not checked.
 */
export function httpDateMs(text: string): number | undefined {
  const [, day, monthName, year, hour, minute, second] = fixdate.exec(text.trim()) ?? []
  return unixTimeMs({
    year: Number(year),
    month: months.indexOf(monthName ?? '') + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  })
}
