import type { CallEffect } from './call-effect.ts'
import type { AttemptState, CallState } from './call-state.ts'
import { cancelAttempt, clearTimer, record, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'

/** Ends an attempt through no fault of its endpoint. */
export function cancelled(state: CallState, attempt: AttemptState): CallStep {
  return {
    state: withAttempt(state, { ...attempt, status: 'cancelled' }),
    effects: [cancelAttempt(attempt), record(attempt, { type: 'cancelled' })],
  }
}

/** The other attempt had content first: this one ends at once, and nothing of it is delivered. */
export function lose(state: CallState, loser: AttemptState): CallStep {
  const { state: next, effects } = cancelled(state, loser)
  const timers: readonly CallEffect[] =
    loser.status === 'held' ? [clearTimer('hold-back')] : [clearTimer('first-token')]
  return { state: next, effects: [...effects, ...timers] }
}
