import type { CallEffect } from './call-effect.ts'
import type { AttemptState, CallState } from './call-state.ts'
import { setTimer, unchanged } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { countOf, liveAttempts } from './live-attempts.ts'
import { startAttempt } from './start-attempt.ts'
import { isWorthwhile } from './worthwhile.ts'

/** Whether the budget allows one attempt beside another. */
function mayHedge(state: CallState): boolean {
  const { maxAttempts, maxHedges } = state.budget
  if (state.attempts.length >= maxAttempts || state.broken !== undefined) return false
  return countOf(state, ['hedge']) < maxHedges
}

/** The timer for the hedge of an attempt that is silent since an instant; nothing where it is to have none. */
export function hedgeTimer(
  state: CallState,
  { planned }: AttemptState,
  sinceMs: number,
): readonly CallEffect[] {
  const { hedge } = planned
  return hedge !== undefined && mayHedge(state) ? [setTimer('hedge', sinceMs + hedge.afterMs)] : []
}

/**
 * Starts the next endpoint of the plan beside an attempt that is still silent. Nothing has streamed then, so whichever has content
 * first can be the answer. Source: hedged requests, Dean and Barroso, "The tail at scale" (2013).
 */
export function onHedgeTimer(state: CallState, nowMs: number): CallStep {
  const [silent] = liveAttempts(state)
  const [planned] = state.queue
  if (silent?.status !== 'running' || planned === undefined || state.pausedAtMs !== undefined)
    return unchanged(state)
  const { hedge } = silent.planned
  if (hedge === undefined || !mayHedge(state) || !isWorthwhile(state, planned, nowMs)) return unchanged(state)
  const atMs = silent.startedAtMs + hedge.afterMs
  if (nowMs < atMs) return { state, effects: [setTimer('hedge', atMs)] }
  const queue = state.queue.slice(1)
  return startAttempt({ ...state, queue }, { planned, kind: 'hedge', admitted: false }, nowMs)
}
