import type { CallState, CallWait, StandbyEndpoint } from './call-state.ts'
import type { CallStep } from './call-step.ts'
import { isWorthwhile } from './worthwhile.ts'

/** Waits for an endpoint. Returns nothing where it is not free in time, or leaves no time to answer. */
export function waitFor(state: CallState, wait: CallWait, nowMs: number): CallStep | undefined {
  const untilMs = Math.min(wait.untilMs ?? Infinity, latestMs(state, nowMs))
  if (!isFreeBy(state, wait.standby, { nowMs, untilMs })) return undefined
  const waitingFor = { ...wait, untilMs }
  return {
    state: { ...state, phase: 'waiting', waitingFor },
    effects: [{ type: 'wait', ...waitingFor }],
  }
}

/** Of the endpoints on standby that are free in time, the first to be so. */
export function earliestStandby(state: CallState, nowMs: number): StandbyEndpoint | undefined {
  const untilMs = latestMs(state, nowMs)
  let best: StandbyEndpoint | undefined
  for (const standby of state.standby) {
    if (standby.waitedInVain === true || !isFreeBy(state, standby, { nowMs, untilMs })) continue
    if ((standby.retryAtMs ?? Infinity) < (best?.retryAtMs ?? Infinity)) best = standby
  }
  return best
}

interface Window {
  readonly nowMs: number
  readonly untilMs: number
}

function isFreeBy(state: CallState, standby: StandbyEndpoint, { nowMs, untilMs }: Window): boolean {
  const { retryAtMs = Infinity } = standby
  if (untilMs <= nowMs || retryAtMs >= untilMs) return false
  return isWorthwhile(state, standby, Math.max(nowMs, retryAtMs))
}

function latestMs({ budget }: CallState, nowMs: number): number {
  return Math.min(budget.deadlineAtMs, nowMs + budget.maxWaitMs)
}
