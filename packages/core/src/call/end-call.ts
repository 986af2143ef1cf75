import type { CallEffect } from './call-effect.ts'
import type { CallOutcome, CallState } from './call-state.ts'
import { cancelAttempt, failedOutcome, record, settle, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { liveAttempts } from './live-attempts.ts'
import { cancelled } from './lose.ts'

/** The deadline passed: whatever runs is cancelled. The deadline was the caller's choice, so nobody is blamed. */
export function onDeadline(state: CallState, nowMs: number): CallStep {
  const effects: CallEffect[] = []
  let over = state
  let broken = state.broken
  for (const attempt of liveAttempts(state)) {
    const failure = {
      kind: 'deadline-exceeded',
      message: `the call's deadline passed ${Math.round(nowMs - attempt.startedAtMs)} ms into the attempt`,
    } as const
    const committed = attempt.status === 'committed'
    over = withAttempt(over, { ...attempt, status: 'failed', failure })
    effects.push(cancelAttempt(attempt), record(attempt, { type: 'failed', failure, committed }))
    if (committed) broken = { attempt: attempt.number, failure }
  }
  const outcome: CallOutcome =
    broken === undefined ? failedOutcome(over, 'deadline') : { type: 'broken', ...broken }
  return settle(over, outcome, effects)
}

/** The caller went away: whatever runs is cancelled, and says nothing of its endpoint. */
export function onAbort(state: CallState): CallStep {
  const effects: CallEffect[] = []
  let over = state
  for (const attempt of liveAttempts(state)) {
    const step = cancelled(over, attempt)
    over = step.state
    effects.push(...step.effects)
  }
  return settle(over, { type: 'aborted' }, effects)
}
