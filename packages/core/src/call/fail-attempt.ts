import type { Failure } from '../failure/failure.ts'
import { failurePolicies } from '../failure/policies.ts'
import type { CallEffect } from './call-effect.ts'
import type { AttemptState, CallState } from './call-state.ts'
import { after, cancelAttempt, clearTimer, record, setTimer, unchanged, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { continueBroken } from './continue-broken.ts'
import { rivalOf } from './live-attempts.ts'
import { mustStop } from './must-stop.ts'
import { retryThere } from './retry-there.ts'
import { startNext } from './start-next.ts'

export interface AttemptEnd {
  readonly failure: Failure
  readonly nowMs: number
  /** Whether the attempt still runs and has to be cancelled. */
  readonly cancel: boolean
  /** What it cost, in US dollars, where that is known. */
  readonly costUsd?: number | undefined
}

/** Ends an attempt with a failure, and does what follows from it. */
export function failAttempt(state: CallState, attempt: AttemptState, end: AttemptEnd): CallStep {
  const { failure, cancel, costUsd } = end
  const committed = attempt.status === 'committed'
  const failed = withAttempt(state, { ...attempt, status: 'failed', failure, costUsd })
  const effects: readonly CallEffect[] = [
    ...(cancel ? [cancelAttempt(attempt)] : []),
    record(attempt, { type: 'failed', failure, committed }),
    ...clearedTimers(failed, attempt),
  ]
  return after(effects, afterFailure(failed, attempt, end))
}

function afterFailure(state: CallState, attempt: AttemptState, { failure, nowMs }: AttemptEnd): CallStep {
  const broken = attempt.status === 'committed' ? { attempt: attempt.number, failure } : state.broken
  const next = narrowed(state, attempt, failure)
  if (broken !== undefined) return continueBroken(next, broken, nowMs)
  // Whatever this failure means, the other attempt may still answer.
  if (rivalOf(state, attempt) !== undefined) return unchanged(next)
  if (mustStop(next)) return startNext(next, nowMs)
  return retryThere(next, { attempt, failure, nowMs }) ?? startNext(next, nowMs)
}

/** After "too long for this window", only larger windows are of use. */
function narrowed(state: CallState, attempt: AttemptState, failure: Failure): CallState {
  if (failurePolicies[failure.kind].requires !== 'larger-context') return state
  const contextTokens = attempt.planned.endpoint.limits.contextTokens
  return { ...state, aboveContextTokens: Math.max(state.aboveContextTokens, contextTokens) }
}

/** The timers of an attempt that is over are cleared, or left to the other one. */
function clearedTimers(state: CallState, attempt: AttemptState): readonly CallEffect[] {
  const rival = rivalOf(state, attempt)
  const hedge = state.budget.maxHedges === 0 ? [] : [clearTimer('hedge')]
  if (attempt.firstTokenAtMs !== undefined) return [clearTimer('idle'), clearTimer('hold-back'), ...hedge]
  if (rival?.status === 'running') return [setTimer('first-token', rival.firstTokenByMs), ...hedge]
  return [clearTimer('first-token'), ...hedge]
}
