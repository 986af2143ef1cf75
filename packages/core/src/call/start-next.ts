import type { CallState, PlannedEndpoint, StandbyEndpoint } from './call-state.ts'
import { failedOutcome, settle } from './call-step.ts'
import type { CallStep } from './call-step.ts'

/**
 * Starts the next attempt of the plan, or waits for an endpoint on standby, or ends the call. Endpoints that are passed
 * over here stay passed over: the time left and the window asked for only ever get tighter.
 */
export function startNext(state: CallState, nowMs: number): CallStep {
  if (nowMs >= state.budget.deadlineAtMs) return settle(state, failedOutcome(state, 'deadline'))
  if (state.attempts.length >= state.budget.maxAttempts)
    return settle(state, failedOutcome(state, 'all-failed'))
  const index = state.queue.findIndex((planned) => isUseful(state, planned, nowMs))
  const planned = state.queue[index]
  if (planned === undefined) return waitOrSettle({ ...state, queue: [] }, nowMs)
  return start({ ...state, queue: state.queue.slice(index + 1) }, { planned, admitted: false, nowMs })
}

/** Starts the attempt that the call has waited for. */
export function startAdmitted(state: CallState, standby: StandbyEndpoint, nowMs: number): CallStep {
  const admitted: CallState = {
    ...state,
    waitingFor: undefined,
    standby: state.standby.filter((one) => one !== standby),
  }
  return start(admitted, { planned: standby, admitted: true, nowMs })
}

/** The wait came to nothing: the call ends. */
export function settleUnserved(state: CallState): CallStep {
  if (state.attempts.length > 0) return settle(state, failedOutcome(state, 'all-failed'))
  return settle(state, failedOutcome(state, state.standby.length > 0 ? 'busy' : 'no-endpoint'))
}

interface Start {
  readonly planned: PlannedEndpoint
  readonly admitted: boolean
  readonly nowMs: number
}

function start(state: CallState, { planned, admitted, nowMs }: Start): CallStep {
  const number = state.attempts.length + 1
  const attempt = {
    number,
    planned,
    status: 'starting',
    startedAtMs: nowMs,
    timeouts: undefined,
    failure: undefined,
  } as const
  return {
    state: { ...state, phase: 'attempting', attempts: [...state.attempts, attempt] },
    effects: [{ type: 'start-attempt', attempt: number, planned, admitted }],
  }
}

/** The first attempt is always worth its while; a failover needs time in which the endpoint may answer. */
function isUseful(state: CallState, planned: PlannedEndpoint, nowMs: number): boolean {
  if (planned.endpoint.limits.contextTokens <= state.aboveContextTokens) return false
  return state.attempts.length === 0 || state.budget.deadlineAtMs - nowMs >= planned.usefulMs
}

function waitOrSettle(state: CallState, nowMs: number): CallStep {
  const untilMs = Math.min(state.budget.deadlineAtMs, nowMs + state.budget.maxWaitMs)
  const standby = earliest(state)
  if (standby?.retryAtMs === undefined || standby.retryAtMs >= untilMs) return settleUnserved(state)
  return {
    state: { ...state, phase: 'waiting', waitingFor: standby },
    effects: [{ type: 'wait', standby, untilMs }],
  }
}

function earliest(state: CallState): StandbyEndpoint | undefined {
  let best: StandbyEndpoint | undefined
  for (const standby of state.standby) {
    if (standby.endpoint.limits.contextTokens <= state.aboveContextTokens) continue
    if ((standby.retryAtMs ?? Infinity) < (best?.retryAtMs ?? Infinity)) best = standby
  }
  return best
}
