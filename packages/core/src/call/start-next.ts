import type { CallState } from './call-state.ts'
import { after, failedOutcome, settle, unchanged } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { mustStop } from './must-stop.ts'
import { startAttempt } from './start-attempt.ts'
import { earliestStandby, waitFor } from './wait.ts'
import { isAffordable, isWorthwhile } from './worthwhile.ts'

/**
 * Starts the next attempt of the plan, or waits for an endpoint on standby, or ends the call. Endpoints that are passed
 * over here stay passed over: the time left and the window asked for only ever get tighter.
 */
export function startNext(state: CallState, nowMs: number): CallStep {
  if (mustStop(state)) return settle(state, failedOutcome(state, 'refused'))
  if (nowMs >= state.budget.deadlineAtMs) return settle(state, failedOutcome(state, 'deadline'))
  if (state.attempts.length >= state.budget.maxAttempts) return settleFailed(state)
  const index = state.queue.findIndex((planned) => isWorthwhile(state, planned, nowMs))
  const planned = state.queue[index]
  if (planned === undefined) return waitOrSettle(state, nowMs)
  const rest = { ...state, queue: state.queue.slice(index + 1) }
  return startAttempt(rest, { planned, kind: 'plain', admitted: false }, nowMs)
}

/** @param untilMs - When all waiting is over, where the call has begun to wait before. */
function waitOrSettle(state: CallState, nowMs: number, untilMs = Infinity): CallStep {
  const standby = earliestStandby(state, nowMs)
  const waiting =
    standby === undefined ? undefined : waitFor(state, { standby, kind: 'plain', untilMs }, nowMs)
  return waiting ?? settleUnserved(state)
}

/** The endpoint that the call waits for admits it. */
export function onAdmitted(state: CallState, nowMs: number): CallStep {
  const { waitingFor } = state
  if (waitingFor === undefined) return unchanged(state)
  const { standby, kind } = waitingFor
  if (!isWorthwhile(state, standby, nowMs))
    return after([{ type: 'cancel-wait' }], onWaitFailed(state, nowMs))
  const admitted: CallState = {
    ...state,
    waitingFor: undefined,
    standby: state.standby.filter((one) => one !== standby),
  }
  return startAttempt(admitted, { planned: standby, kind, admitted: true }, nowMs)
}

/** The wait came to nothing: a retry moves on to what is left of the plan, of which else nothing is, so another is waited for. */
export function onWaitFailed(state: CallState, nowMs: number): CallStep {
  const { waitingFor } = state
  if (waitingFor === undefined) return unchanged(state)
  const standby = state.standby.map((one) =>
    one === waitingFor.standby ? { ...one, waitedInVain: true } : one,
  )
  const over: CallState = { ...state, waitingFor: undefined, standby }
  return waitingFor.kind === 'retry' ? startNext(over, nowMs) : waitOrSettle(over, nowMs, waitingFor.untilMs)
}

/** Before the first attempt only money passes an endpoint of the plan over. */
function settleUnserved(state: CallState): CallStep {
  if (state.attempts.length > 0) return settleFailed(state)
  if (state.standby.some((standby) => isAffordable(state, standby)))
    return settle(state, failedOutcome(state, 'busy'))
  const known = state.queue.length + state.standby.length
  return settle(state, failedOutcome(state, known > 0 ? 'over-budget' : 'no-endpoint'))
}

/** Some prompts do ask for nothing: when nobody has more to say, an answer without content is the answer, the last one if there are several. */
function settleFailed(state: CallState): CallStep {
  const blank = state.attempts.findLast(({ failure }) => failure?.kind === 'empty-response')
  if (blank === undefined) return settle(state, failedOutcome(state, 'all-failed'))
  return settle(state, { type: 'answered', attempt: blank.number })
}
