import { leadingDurationMs, plainNumber } from './duration.ts'
import { httpDateMs } from './http-date.ts'

/** Longest time that a provider is believed, in ms: an hour. */
const longestMs = 3_600_000

/** What a body says of the time to wait, for providers that say it there. */
export interface RetryAdvice {
  /** The provider's message, e.g. `… try again in 4.77s`. */
  readonly message?: string
  /** A delay as the body states it: a duration (`34s`), or a number of seconds. */
  readonly retryDelay?: string | number
}

/**
 * Returns how long a provider asks us to stay away, in whole milliseconds, 0..3,600,000, or nothing where it says nothing that can be
 * read. Milliseconds (`retry-after-ms`, `x-ms-retry-after-ms`) win over `retry-after`, headers over the body. A date is measured
 * against the response's own `date`, so that neither clock need be right. Header names are in lower case.
 */
export function retryAfterMsOf(
  headers: Readonly<Record<string, string>>,
  body: RetryAdvice = {},
): number | undefined {
  const delayMs =
    plainNumber(headers['retry-after-ms']) ??
    plainNumber(headers['x-ms-retry-after-ms']) ??
    secondsOrDateMs(headers['retry-after'], headers['date']) ??
    statedDelayMs(body.retryDelay) ??
    adviceMs(body.message)
  return delayMs === undefined ? undefined : Math.ceil(Math.min(longestMs, Math.max(0, delayMs)))
}

function secondsOrDateMs(value: string | undefined, date: string | undefined): number | undefined {
  const seconds = plainNumber(value)
  if (seconds !== undefined) return seconds * 1_000
  const untilMs = httpDateMs(value ?? '')
  const nowMs = httpDateMs(date ?? '')
  return untilMs === undefined || nowMs === undefined ? undefined : untilMs - nowMs
}

function statedDelayMs(delay: string | number | undefined): number | undefined {
  if (typeof delay === 'string') return leadingDurationMs(delay) ?? statedDelayMs(plainNumber(delay))
  return delay === undefined || !Number.isFinite(delay) || delay < 0 ? undefined : delay * 1_000
}

/** What providers write before a duration. */
const adviceOpenings = ['try again in ', 'retry in ', 'retry after ', 'try again after '] as const

function adviceMs(message = ''): number | undefined {
  const text = message.toLowerCase()
  for (const opening of adviceOpenings) {
    const at = text.indexOf(opening)
    if (at === -1) continue
    const delayMs = leadingDurationMs(text.slice(at + opening.length, at + opening.length + 64))
    if (delayMs !== undefined) return delayMs
  }
  return undefined
}
