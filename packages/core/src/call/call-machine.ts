import { onRefused, onStarted } from './attempt-start.ts'
import type { CallBudget } from './call-budget.ts'
import type { AttemptEvent, CallEvent, CallTimer } from './call-event.ts'
import { callRulesDefaults } from './call-rules.ts'
import type { CallRules } from './call-rules.ts'
import type { AttemptState, CallState, PlannedEndpoint, StandbyEndpoint } from './call-state.ts'
import { after, setTimer, unchanged } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { onCallerResumed, onFirstTokenTimer, onIdleTimer } from './call-timeouts.ts'
import { onCompleted } from './complete.ts'
import { onOutput } from './deliver.ts'
import { onAbort, onDeadline } from './end-call.ts'
import { failAttempt } from './fail-attempt.ts'
import { onHedgeTimer } from './hedge.ts'
import { onHoldBackTimer } from './hold-back.ts'
import { liveAttempt } from './live-attempts.ts'
import { onCaughtUp, onDiverged } from './restart.ts'
import { onAdmitted, onWaitFailed, startNext } from './start-next.ts'

/** A call that is about to begin. */
export interface CallSetup {
  readonly budget: CallBudget
  /** Default: `callRulesDefaults`. */
  readonly rules?: CallRules
  /** Endpoints in the order in which they are to be tried. */
  readonly plan: readonly PlannedEndpoint[]
  /** Endpoints that cannot admit the call now. */
  readonly standby: readonly StandbyEndpoint[]
}

/**
 * Begins a call: sets its deadline and starts the first attempt.
 *
 * The machine is a pure function of states and events. It keeps these promises, whatever the events: at most
 * `maxAttempts` attempts; none starts at or after the deadline; no endpoint twice, but for the one that `retryThere` gives a second
 * chance; output from one attempt, or from a second one that goes on exactly where the first broke off; one record per attempt; one
 * settlement, and nothing after it.
 */
export function beginCall(setup: CallSetup, nowMs: number): CallStep {
  const state: CallState = {
    phase: 'attempting',
    budget: setup.budget,
    rules: setup.rules ?? callRulesDefaults,
    queue: setup.plan,
    standby: setup.standby,
    attempts: [],
    contentAtMs: undefined,
    aboveContextTokens: 0,
    waitingFor: undefined,
    broken: undefined,
    continuable: true,
    pausedAtMs: undefined,
    outcome: undefined,
  }
  const next = startNext(state, nowMs)
  if (next.state.phase === 'settled') return next
  return after([setTimer('deadline', setup.budget.deadlineAtMs)], next)
}

/** Takes an event. Events that come too late (of an attempt that is over, after the settlement) change nothing. */
export function advanceCall(state: CallState, event: CallEvent): CallStep {
  if (state.phase === 'settled') return unchanged(state)
  // A late event loop can bring other events before the deadline's own timer: nothing is delivered after it.
  if (event.nowMs >= state.budget.deadlineAtMs && event.type !== 'abort')
    return onDeadline(state, event.nowMs)
  switch (event.type) {
    case 'timer':
      return onTimer(state, event.timer, event.nowMs)
    case 'abort':
      return onAbort(state)
    case 'admitted':
      return onAdmitted(state, event.nowMs)
    case 'wait-failed':
      return onWaitFailed(state, event.nowMs)
    case 'not-continuable':
      return unchanged({ ...state, continuable: false })
    case 'caller-paused':
      return unchanged({ ...state, pausedAtMs: state.pausedAtMs ?? event.nowMs })
    case 'caller-resumed':
      return onCallerResumed(state, event.nowMs)
    default: {
      const attempt = liveAttempt(state, event.attempt)
      return attempt === undefined ? unchanged(state) : onAttempt(state, attempt, event)
    }
  }
}

function onAttempt(state: CallState, attempt: AttemptState, event: AttemptEvent): CallStep {
  switch (event.type) {
    case 'attempt-started':
      return onStarted(state, attempt, event)
    case 'attempt-refused':
      return onRefused(state, attempt, event)
    case 'first-token':
    case 'progress':
      return onOutput(state, attempt, event)
    case 'caught-up':
      return onCaughtUp(state, attempt, event.nowMs)
    case 'diverged':
      return onDiverged(state, attempt)
    case 'attempt-completed':
      return onCompleted(state, attempt)
    case 'attempt-failed':
      return failAttempt(state, attempt, { ...event, cancel: false })
  }
}

function onTimer(state: CallState, timer: CallTimer, nowMs: number): CallStep {
  switch (timer) {
    case 'deadline':
      return onDeadline(state, nowMs)
    case 'first-token':
      return onFirstTokenTimer(state, nowMs)
    case 'idle':
      return onIdleTimer(state, nowMs)
    case 'hedge':
      return onHedgeTimer(state, nowMs)
    case 'hold-back':
      return onHoldBackTimer(state, nowMs)
  }
}
