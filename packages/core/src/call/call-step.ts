import type { AttemptResult, CallEffect } from './call-effect.ts'
import type { CallTimer } from './call-event.ts'
import type { AttemptState, CallFailureReason, CallOutcome, CallState } from './call-state.ts'

/** A state and what is to be done to reach it. */
export interface CallStep {
  readonly state: CallState
  readonly effects: readonly CallEffect[]
}

const nothing: readonly CallEffect[] = Object.freeze([])

export function unchanged(state: CallState): CallStep {
  return { state, effects: nothing }
}

/** The step with other effects before its own. */
export function after(effects: readonly CallEffect[], step: CallStep): CallStep {
  return { state: step.state, effects: [...effects, ...step.effects] }
}

/** Ends the call: the effects so far, then the timers are cleared and the outcome told. */
export function settle(
  state: CallState,
  outcome: CallOutcome,
  effects: readonly CallEffect[] = nothing,
): CallStep {
  const settled: CallState = { ...state, phase: 'settled', waitingFor: undefined, outcome }
  const cancelWait: readonly CallEffect[] =
    state.waitingFor === undefined ? nothing : [{ type: 'cancel-wait' }]
  return {
    state: settled,
    effects: [...effects, ...cancelWait, ...Object.values(clearing), { type: 'settle', outcome }],
  }
}

/** The outcome of a call that delivered nothing, with the earliest instant at which a standby may serve. */
export function failedOutcome(state: CallState, reason: CallFailureReason): CallOutcome {
  const instants = state.standby.flatMap((standby) => standby.retryAtMs ?? [])
  return { type: 'failed', reason, retryAtMs: instants.length === 0 ? undefined : Math.min(...instants) }
}

/** The state with an attempt replaced. */
export function withAttempt(state: CallState, attempt: AttemptState): CallState {
  return { ...state, attempts: state.attempts.with(attempt.number - 1, attempt) }
}

export function record(attempt: AttemptState, result: AttemptResult): CallEffect {
  return { type: 'record-attempt', attempt: attempt.number, result }
}

export function cancelAttempt(attempt: AttemptState): CallEffect {
  return { type: 'cancel-attempt', attempt: attempt.number }
}

export function setTimer(timer: CallTimer, atMs: number): CallEffect {
  return { type: 'set-timer', timer, atMs }
}

export function clearTimer(timer: CallTimer): CallEffect {
  return clearing[timer]
}

/** Every call clears its timers, so these are made once. */
const clearing: Readonly<Record<CallTimer, CallEffect>> = Object.freeze({
  deadline: { type: 'clear-timer', timer: 'deadline' },
  'first-token': { type: 'clear-timer', timer: 'first-token' },
  idle: { type: 'clear-timer', timer: 'idle' },
  hedge: { type: 'clear-timer', timer: 'hedge' },
  'hold-back': { type: 'clear-timer', timer: 'hold-back' },
})
