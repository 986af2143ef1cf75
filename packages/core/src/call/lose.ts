import type { AttemptState, CallState } from './call-state.ts'
import { after, cancelAttempt, clearTimer, record, withAttempt } from './call-step.ts'
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
  return after(effects, { state: next, effects: [clearTimer('first-token'), clearTimer('hold-back')] })
}
