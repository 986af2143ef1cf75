import type { Failure } from '../failure/failure.ts'
import type { AttemptState, CallState } from './call-state.ts'
import type { CallStep } from './call-step.ts'
import { startAttempt } from './start-attempt.ts'
import { earliestStandby, waitFor } from './wait.ts'
import { isWorthwhile } from './worthwhile.ts'

/** Longest wait that an endpoint asks for which is waited out there although others could serve, in ms. Source: choice. */
const shortWaitMs = 3_000

/** The same with the fifth that a gate may stay closed longer; one that has closed again and again stays closed for longer than that. */
const longestWaitMs = 3_600

/** How long a gate is taken to stay closed whose provider names no time, in ms. Source: first closing of `RateGate`. */
const unnamedWaitMs = 1_000

/** An attempt that has failed just now, and before any content was delivered. */
export interface EarlyFailure {
  readonly attempt: AttemptState
  readonly failure: Failure
  readonly nowMs: number
}

/**
 * Gives the endpoint that failed a second chance, or returns nothing where the call moves on, as it mostly does: another provider is
 * not the one that failed. A second chance have
 *
 * - the caller's own first choice, once, if it answered 5xx or asked for a wait of 3 s at most, and an attempt is left to move on with;
 * - the only one that can serve in time, once after a 5xx, and after a 429 as often as attempts are left.
 *
 * After a timeout, or where the request may have run, there is none.
 */
export function retryThere(
  state: CallState,
  { attempt, failure, nowMs }: EarlyFailure,
): CallStep | undefined {
  const { planned } = attempt
  const others =
    state.queue.some((next) => isWorthwhile(state, next, nowMs)) ||
    earliestStandby(state, nowMs) !== undefined
  if (!hasSecondChance(state, attempt, others)) return undefined
  const waitMs = waitBefore(failure, { again: state.attempts.length > 1, others })
  if (waitMs === undefined || (others && waitMs > shortWaitMs)) return undefined
  if (waitMs > 0) {
    const standby = { ...planned, retryAtMs: nowMs + waitMs }
    const untilMs = others ? { untilMs: nowMs + longestWaitMs } : {}
    return waitFor(state, { standby, kind: 'retry', ...untilMs }, nowMs)
  }
  if (!isWorthwhile(state, planned, nowMs)) return undefined
  return startAttempt(state, { planned, kind: 'retry', admitted: false }, nowMs)
}

/** Where others could serve, only the caller's first choice has one, and an attempt must be left to move on with. */
function hasSecondChance(
  { attempts, budget, rules }: CallState,
  { planned }: AttemptState,
  others: boolean,
): boolean {
  if (!attempts.every((one) => one.planned.endpoint === planned.endpoint)) return false
  if (!others) return attempts.length < budget.maxAttempts
  return rules.prefersFirst && attempts.length === 1 && budget.maxAttempts > 2
}

interface Chance {
  /** Whether it would not be the first second chance. */
  readonly again: boolean
  /** Whether another endpoint could serve. */
  readonly others: boolean
}

/** How long to wait before trying the same endpoint again, in ms; nothing where that is of no use. */
function waitBefore(failure: Failure, { again, others }: Chance): number | undefined {
  const { kind, status, retryAfterMs = 0 } = failure
  if (kind === 'rate-limited' || (kind === 'overloaded' && !again)) return namedWaitMs(failure, others)
  if (again) return undefined
  // Where others could serve, another one answers sooner than this one's conflict is over.
  if (kind === 'conflict' || status === 424) return others ? undefined : 0
  return kind === 'server-error' && isTransient(failure) && retryAfterMs === 0 ? 0 : undefined
}

/**
 * Whether a status says that the same request may well be answered the next moment: what was not implemented stays so (501, 505), a name
 * that does not resolve too (530), and after a time-out of a proxy (524, 598, 599) the first request may still run.
 */
function isTransient({ status = 0 }: Failure): boolean {
  if (status === 524) return false
  return status === 500 || (status >= 502 && status <= 504) || (status >= 520 && status <= 527)
}

/** A 5xx passes by itself; for a throttle without a named end there are others. */
function namedWaitMs({ status = 0, retryAfterMs = 0 }: Failure, others: boolean): number | undefined {
  if (retryAfterMs > 0) return retryAfterMs
  return others && status < 500 ? undefined : unnamedWaitMs
}
