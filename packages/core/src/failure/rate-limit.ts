import { durationMs, plainNumber } from './duration.ts'
import { httpDateMs } from './http-date.ts'
import { rfc3339Ms } from './rfc3339.ts'

/** What a provider says of one of its limits. What it does not say, or not readably, is absent. */
export interface RateLimit {
  /** What a window admits. 1..1e12. */
  readonly limit?: number
  /** What is left of it. 0..`limit`, or 0..1e12 without a limit. */
  readonly remaining?: number
  /** When all of it is there again, in ms from the answer. 0..86,400,000. */
  readonly resetInMs?: number
  /** Length of the window, in ms, where the header says it; a minute is meant otherwise. 1,000..2,678,400,000. */
  readonly windowMs?: number
}

/** A limit in the provider's words. */
export interface RateLimitWords {
  readonly limit: string | undefined
  readonly remaining: string | undefined
  readonly reset: string | undefined
  readonly windowMs?: number | undefined
}

const maxAmount = 1e12
const maxResetMs = 86_400_000
const minWindowMs = 1_000
const maxWindowMs = 2_678_400_000

/** From here a number of seconds is an instant: as a duration it would be 31 years. */
const firstEpochSeconds = 1e9
/** From here an instant is in milliseconds: in seconds it would be the year 5138. */
const firstEpochMs = 1e11
const lastEpochMs = 1e14

/**
 * Reads a limit; `date` is the answer's own. Nothing when no word is readable, or when the limit is not above
 * 0: some providers say `-1` or `0` where they mean that they do not know.
 */
export function rateLimitFrom(words: RateLimitWords, date: string | undefined): RateLimit | undefined {
  const limit = plainNumber(words.limit)
  if (words.limit !== undefined && (limit ?? 0) < 1) return undefined
  const remaining = plainNumber(words.remaining)
  const resetInMs = resetInMsOf(words.reset, date)
  if ((limit ?? remaining) === undefined && (resetInMs ?? 0) <= 0) return undefined
  return {
    ...bounded('limit', limit, [1, maxAmount]),
    ...bounded('remaining', remaining, [0, Math.min(limit ?? maxAmount, maxAmount)]),
    ...bounded('resetInMs', resetInMs, [0, maxResetMs]),
    ...bounded('windowMs', words.windowMs, [minWindowMs, maxWindowMs]),
  }
}

/** Returns the one of two limits that would be used up first; the first one when that cannot be told. */
export function tighter(one: RateLimit | undefined, other: RateLimit | undefined): RateLimit | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return (other.remaining ?? Infinity) < (one.remaining ?? Infinity) ? other : one
}

/** Seconds, a duration, or an instant: Unix time in seconds or milliseconds, RFC 3339, an HTTP date. */
function resetInMsOf(reset: string | undefined, date: string | undefined): number | undefined {
  const text = reset?.trim() ?? ''
  const number = plainNumber(text)
  if (number !== undefined && number < firstEpochSeconds) return number * 1_000
  const atMs = number === undefined ? (rfc3339Ms(text) ?? httpDateMs(text)) : unixMsOf(number)
  if (atMs === undefined) return durationMs(text)
  const nowMs = httpDateMs(date ?? '')
  return nowMs === undefined ? undefined : atMs - nowMs
}

function unixMsOf(number: number): number | undefined {
  if (number < firstEpochMs) return number * 1_000
  return number < lastEpochMs ? number : undefined
}

function bounded(
  field: keyof RateLimit,
  value: number | undefined,
  [minimum, maximum]: readonly [number, number],
): Partial<RateLimit> {
  return value === undefined ? {} : { [field]: Math.min(Math.max(minimum, value), maximum) }
}
