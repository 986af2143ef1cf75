import { unixTimeMs } from './unix-time.ts'

const timestamp =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/**
 * Returns the Unix time of a timestamp such as `2026-11-23T21:00:12.5Z` or `…+02:00` (RFC 3339), in
 * milliseconds, or nothing where it is none. One without an offset is none: nobody knows which clock it means.
 */
export function rfc3339Ms(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = '0', sign, ...offset] =
    timestamp.exec(text) ?? []
  const atMs = unixTimeMs({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  })
  if (atMs === undefined) return undefined
  const offsetMs = sign === undefined ? 0 : Number(offset[0]) * 3_600_000 + Number(offset[1]) * 60_000
  return atMs + Number(fraction) * 1_000 - (sign === '-' ? -offsetMs : offsetMs)
}
