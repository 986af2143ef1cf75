import { rateLimitsOf } from '@nextbest/core'
import type { AttemptTokens, Demand } from '@nextbest/core'
import type { AttemptRun } from './attempt-run.ts'

/** What an attempt is taken to use of its provider's limits before anything is known. */
export function expectedTokens({ promptTokens, expectedOutputTokens }: Demand): AttemptTokens {
  return { promptTokens, outputTokens: expectedOutputTokens }
}

/** Takes the limits that the headers of an attempt's response state, if they state any. */
export function observeLimits(
  run: AttemptRun,
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): void {
  if (!statesLimits(headers)) return
  run.endpoint.signals.observeLimits(rateLimitsOf(headers), run.receipt, nowMs)
}

/** Most responses state none, and to read them all would cost more than to look. */
function statesLimits(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (name.includes('ratelimit')) return true
  return false
}
