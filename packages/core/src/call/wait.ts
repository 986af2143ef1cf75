import type { CallState, CallWait, StandbyEndpoint } from './call-state.ts'
import type { CallStep } from './call-step.ts'
import { isWorthwhile } from './worthwhile.ts'

/** Waits for an endpoint. Returns nothing where it is not free in time, or leaves no time to answer. */
export function waitFor(state: CallState, wait: CallWait, nowMs: number): CallStep | undefined {
  if (!isFreeInTime(state, wait.standby, nowMs)) return undefined
  const untilMs = Math.min(wait.untilMs ?? Infinity, latestMs(state, nowMs))
  return {
    state: { ...state, phase: 'waiting', waitingFor: wait },
    effects: [{ type: 'wait', ...wait, untilMs }],
  }
}

/** Of the endpoints on standby that are free in time, the first to be so. */
export function earliestStandby(state: CallState, nowMs: number): StandbyEndpoint | undefined {
  let best: StandbyEndpoint | undefined
  for (const standby of state.standby) {
    if (!isFreeInTime(state, standby, nowMs)) continue
    if ((standby.retryAtMs ?? Infinity) < (best?.retryAtMs ?? Infinity)) best = standby
  }
  return best
}

function isFreeInTime(state: CallState, standby: StandbyEndpoint, nowMs: number): boolean {
  const { retryAtMs } = standby
  const untilMs = latestMs(state, nowMs)
  if (untilMs <= nowMs || retryAtMs === undefined || retryAtMs >= untilMs) return false
  return isWorthwhile(state, standby, Math.max(nowMs, retryAtMs))
}

function latestMs({ budget }: CallState, nowMs: number): number {
  return Math.min(budget.deadlineAtMs, nowMs + budget.maxWaitMs)
}
