import { standardErrorBody, type ProviderError } from './provider-error.ts'

/** What a provider lets through. */
export interface RateLimits {
  /** Requests in a minute, with a burst of one minute's worth, at least one. Above 0. Default: unlimited. */
  readonly requestsPerMinute?: number
  /** Requests under way. 1 or more. Default: unlimited. */
  readonly maxConcurrent?: number
}

/**
 * Returns what decides of each request whether it is refused: a token bucket and a count of those under way.
 *
 * @throws RangeError when a limit is out of range.
 */
export function createRateLimit(
  limits: RateLimits,
  nowMs: () => number,
): (underWay: number) => ProviderError | undefined {
  const { requestsPerMinute = Infinity, maxConcurrent = Infinity } = limits
  if (!(requestsPerMinute > 0))
    throw new RangeError(`requestsPerMinute must be above 0, got ${requestsPerMinute}`)
  if (!(maxConcurrent >= 1)) throw new RangeError(`maxConcurrent must be at least 1, got ${maxConcurrent}`)
  const burst = Math.max(1, requestsPerMinute)
  let permits = burst
  let filledAtMs = nowMs()

  return (underWay) => {
    if (underWay > maxConcurrent) return tooManyRequests(1_000)
    if (requestsPerMinute === Infinity) return undefined
    permits = Math.min(burst, permits + ((nowMs() - filledAtMs) * requestsPerMinute) / 60_000)
    filledAtMs = nowMs()
    if (permits < 1) return tooManyRequests(60_000 / requestsPerMinute)
    permits--
    return undefined
  }
}

function tooManyRequests(retryAfterMs: number): ProviderError {
  const headers = {
    'retry-after': String(Math.ceil(retryAfterMs / 1_000)),
    'retry-after-ms': String(Math.ceil(retryAfterMs)),
  }
  return { status: 429, headers, body: standardErrorBody(429) }
}
