import type { Failure } from '../failure/failure.ts'
import { failurePolicies } from '../failure/policies.ts'
import type { CallEffect } from './call-effect.ts'
import type { CallEvent, CallTimer } from './call-event.ts'
import type { AttemptState, CallBudget, CallState, PlannedEndpoint, StandbyEndpoint } from './call-state.ts'
import {
  cancelAttempt,
  clearTimer,
  failedOutcome,
  record,
  setTimer,
  settle,
  unchanged,
  withAttempt,
} from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { deadlineFailure, firstTokenFailure, idleFailure, idleRemainingMs } from './call-timeouts.ts'
import { settleUnserved, startAdmitted, startNext } from './start-next.ts'

/** A call that is about to begin. */
export interface CallSetup {
  readonly budget: CallBudget
  /** Endpoints in the order in which they are to be tried. */
  readonly plan: readonly PlannedEndpoint[]
  /** Endpoints that cannot admit the call now. */
  readonly standby: readonly StandbyEndpoint[]
}

/**
 * Begins a call: sets its deadline and starts the first attempt.
 *
 * The machine is a pure function of states and events. It keeps these promises, whatever the events: at most
 * `maxAttempts` attempts; none starts at or after the deadline; no endpoint twice; output from one attempt only; one
 * record per attempt; one settlement, and nothing after it.
 */
export function beginCall(setup: CallSetup, nowMs: number): CallStep {
  const state: CallState = {
    phase: 'attempting',
    budget: setup.budget,
    queue: setup.plan,
    standby: setup.standby,
    attempts: [],
    contentAtMs: undefined,
    aboveContextTokens: 0,
    waitingFor: undefined,
    outcome: undefined,
  }
  const next = startNext(state, nowMs)
  if (next.state.phase === 'settled') return next
  return { state: next.state, effects: [setTimer('deadline', setup.budget.deadlineAtMs), ...next.effects] }
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
      return state.waitingFor === undefined
        ? unchanged(state)
        : startAdmitted(state, state.waitingFor, event.nowMs)
    case 'wait-failed':
      return state.waitingFor === undefined
        ? unchanged(state)
        : settleUnserved({ ...state, waitingFor: undefined })
    default: {
      const attempt = liveAttempt(state)
      return attempt?.number === event.attempt ? onAttempt(state, attempt, event) : unchanged(state)
    }
  }
}

/** The attempt under way, if there is one. */
export function liveAttempt(state: CallState): AttemptState | undefined {
  const last = state.attempts.at(-1)
  if (last === undefined) return undefined
  return last.status === 'starting' || last.status === 'running' || last.status === 'committed'
    ? last
    : undefined
}

type AttemptEvent = Extract<CallEvent, { readonly attempt: number }>

function onAttempt(state: CallState, attempt: AttemptState, event: AttemptEvent): CallStep {
  switch (event.type) {
    case 'attempt-started':
      return onStarted(state, attempt, event)
    case 'attempt-refused':
      return onRefused(state, attempt, event)
    case 'first-token':
    case 'progress':
      return onOutput(state, attempt, event)
    case 'attempt-completed':
      return onCompleted(state, attempt)
    case 'attempt-failed':
      return onFailed(state, attempt, { failure: event.failure, nowMs: event.nowMs, cancel: false })
  }
}

function onStarted(
  state: CallState,
  attempt: AttemptState,
  { nowMs, timeouts }: Extract<CallEvent, { readonly type: 'attempt-started' }>,
): CallStep {
  if (attempt.status !== 'starting') return unchanged(state)
  const allowanceMs = firstTokenAllowanceMs(state, timeouts.firstTokenTimeoutMs, nowMs)
  return {
    state: withAttempt(state, { ...attempt, status: 'running', startedAtMs: nowMs, timeouts }),
    effects: [setTimer('first-token', nowMs + allowanceMs)],
  }
}

/** A silent endpoint may not eat more than half of the time that is left, while another could still use the other half. */
function firstTokenAllowanceMs(state: CallState, timeoutMs: number, nowMs: number): number {
  const remainingMs = state.budget.deadlineAtMs - nowMs
  const halfMs = remainingMs / 2
  const another =
    state.attempts.length < state.budget.maxAttempts && state.queue.some((next) => next.usefulMs <= halfMs)
  return Math.min(timeoutMs, another ? halfMs : remainingMs)
}

function onRefused(
  state: CallState,
  attempt: AttemptState,
  event: Extract<CallEvent, { readonly type: 'attempt-refused' }>,
): CallStep {
  if (attempt.status !== 'starting') return unchanged(state)
  const standby: StandbyEndpoint = { ...attempt.planned, retryAtMs: event.retryAtMs }
  return startNext(
    { ...state, attempts: state.attempts.slice(0, -1), standby: [...state.standby, standby] },
    event.nowMs,
  )
}

function onOutput(
  state: CallState,
  attempt: AttemptState,
  event: Extract<CallEvent, { readonly type: 'first-token' | 'progress' }>,
): CallStep {
  if (attempt.status === 'starting') return unchanged(state)
  if (attempt.status === 'committed') {
    const content = event.type === 'first-token' || event.content
    const next = content ? { ...state, contentAtMs: event.nowMs } : state
    return { state: next, effects: [{ type: 'emit', attempt: attempt.number }] }
  }
  // Before the first content token there is only liveness, and liveness commits nothing.
  if (event.type === 'progress') return unchanged(state)
  return {
    state: { ...withAttempt(state, { ...attempt, status: 'committed' }), contentAtMs: event.nowMs },
    effects: [
      clearTimer('first-token'),
      setTimer('idle', event.nowMs + (attempt.timeouts?.idleTimeoutMs ?? 0)),
      { type: 'commit', attempt: attempt.number },
      { type: 'emit', attempt: attempt.number },
    ],
  }
}

function onCompleted(state: CallState, attempt: AttemptState): CallStep {
  if (attempt.status === 'starting') return unchanged(state)
  const wholeAtOnce: readonly CallEffect[] =
    attempt.status === 'committed'
      ? []
      : [
          { type: 'commit', attempt: attempt.number },
          { type: 'emit', attempt: attempt.number },
        ]
  const ended = withAttempt(state, { ...attempt, status: 'answered' })
  return settle(ended, { type: 'answered', attempt: attempt.number }, [
    record(attempt, { type: 'answered' }),
    ...wholeAtOnce,
  ])
}

interface AttemptEnd {
  readonly failure: Failure
  readonly nowMs: number
  /** Whether the attempt still runs and has to be cancelled. */
  readonly cancel: boolean
}

function onFailed(state: CallState, attempt: AttemptState, end: AttemptEnd): CallStep {
  const { failure } = end
  const committed = attempt.status === 'committed'
  const failed = withAttempt(state, { ...attempt, status: 'failed', failure })
  const effects: readonly CallEffect[] = [
    ...(end.cancel ? [cancelAttempt(attempt)] : []),
    record(attempt, { type: 'failed', failure, committed }),
    clearTimer('first-token'),
  ]
  if (committed) return settle(failed, { type: 'broken', attempt: attempt.number, failure }, effects)
  if (mustStop(failed, failure)) return settle(failed, failedOutcome(failed, 'refused'), effects)
  const next = startNext(narrowed(failed, attempt, failure), end.nowMs)
  return { state: next.state, effects: [...effects, ...next.effects] }
}

/** An unknown failure fails over once: a second one is taken as the request's own. */
function mustStop(state: CallState, failure: Failure): boolean {
  if (failurePolicies[failure.kind].next === 'stop') return true
  return (
    failure.kind === 'unknown' && state.attempts.filter((one) => one.failure?.kind === 'unknown').length > 1
  )
}

/** After "too long for this window", only larger windows are of use. */
function narrowed(state: CallState, attempt: AttemptState, failure: Failure): CallState {
  if (failurePolicies[failure.kind].requires !== 'larger-context') return state
  const contextTokens = attempt.planned.endpoint.limits.contextTokens
  return { ...state, aboveContextTokens: Math.max(state.aboveContextTokens, contextTokens) }
}

function onTimer(state: CallState, timer: CallTimer, nowMs: number): CallStep {
  if (timer === 'deadline') return onDeadline(state, nowMs)
  const attempt = liveAttempt(state)
  if (attempt === undefined) return unchanged(state)
  if (timer === 'first-token') {
    if (attempt.status !== 'running') return unchanged(state)
    return onFailed(state, attempt, { failure: firstTokenFailure(attempt, nowMs), nowMs, cancel: true })
  }
  if (attempt.status !== 'committed') return unchanged(state)
  // Setting a timer for every token would cost more than the token: the timer looks when content last came.
  const remainingMs = idleRemainingMs(state, attempt, nowMs)
  if (remainingMs > 0) return { state, effects: [setTimer('idle', nowMs + remainingMs)] }
  return onFailed(state, attempt, { failure: idleFailure(state, attempt, nowMs), nowMs, cancel: true })
}

function onDeadline(state: CallState, nowMs: number): CallStep {
  const attempt = liveAttempt(state)
  if (attempt === undefined) return settle(state, failedOutcome(state, 'deadline'))
  const failure = deadlineFailure(attempt, nowMs)
  const committed = attempt.status === 'committed'
  const failed = withAttempt(state, { ...attempt, status: 'failed', failure })
  const outcome = committed
    ? ({ type: 'broken', attempt: attempt.number, failure } as const)
    : failedOutcome(failed, 'deadline')
  return settle(failed, outcome, [
    cancelAttempt(attempt),
    record(attempt, { type: 'failed', failure, committed }),
  ])
}

function onAbort(state: CallState): CallStep {
  const attempt = liveAttempt(state)
  if (attempt === undefined) return settle(state, { type: 'aborted' })
  const cancelled = withAttempt(state, { ...attempt, status: 'cancelled' })
  return settle(cancelled, { type: 'aborted' }, [
    cancelAttempt(attempt),
    record(attempt, { type: 'cancelled' }),
  ])
}
