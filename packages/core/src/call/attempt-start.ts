import type { EventOf } from './call-event.ts'
import type { AttemptState, AttemptTimeouts, CallState, StandbyEndpoint } from './call-state.ts'
import { setTimer, unchanged, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { continueBroken } from './continue-broken.ts'
import { hedgeTimer } from './hedge.ts'
import { rivalOf } from './live-attempts.ts'
import { startNext } from './start-next.ts'

/** The attempt is being sent. */
export function onStarted(
  state: CallState,
  attempt: AttemptState,
  { nowMs, timeouts }: EventOf<'attempt-started'>,
): CallStep {
  if (attempt.status !== 'starting') return unchanged(state)
  const firstTokenByMs = nowMs + firstTokenAllowanceMs(state, timeouts, nowMs)
  const rivalByMs = rivalOf(state, attempt)?.firstTokenByMs ?? Infinity
  const running: AttemptState = {
    ...attempt,
    status: 'running',
    startedAtMs: nowMs,
    idleTimeoutMs: timeouts.idleTimeoutMs,
    firstTokenByMs,
  }
  const firstToken = setTimer('first-token', Math.min(firstTokenByMs, rivalByMs))
  return { state: withAttempt(state, running), effects: [firstToken, ...hedgeTimer(state, attempt, nowMs)] }
}

/** A silent endpoint may not eat more than half of the time that is left, while another could still use the other half. */
function firstTokenAllowanceMs(state: CallState, timeouts: AttemptTimeouts, nowMs: number): number {
  const { firstTokenTimeoutMs, lastFirstTokenTimeoutMs = firstTokenTimeoutMs } = timeouts
  const { attempts, budget, queue, standby } = state
  const remainingMs = budget.deadlineAtMs - nowMs
  const halfMs = remainingMs / 2
  if (attempts.length >= budget.maxAttempts || queue.length + standby.length === 0)
    return Math.min(lastFirstTokenTimeoutMs, remainingMs)
  const another = queue.some((next) => next.usefulMs <= halfMs)
  return Math.min(firstTokenTimeoutMs, another ? halfMs : remainingMs)
}

/** The attempt was not admitted, so it does not count; what it was for goes on without it. */
export function onRefused(
  state: CallState,
  attempt: AttemptState,
  event: EventOf<'attempt-refused'>,
): CallStep {
  if (attempt.status !== 'starting') return unchanged(state)
  const { nowMs } = event
  const without = withoutRefused(state, attempt, event)
  if (without.broken !== undefined) return continueBroken(without, without.broken, nowMs)
  return rivalOf(without, attempt) === undefined ? startNext(without, nowMs) : unchanged(without)
}

/** A refused attempt is the last one: while it was starting, nothing else started. */
function withoutRefused(
  state: CallState,
  { planned, kind }: AttemptState,
  { reason, retryAtMs }: EventOf<'attempt-refused'>,
): CallState {
  const without: CallState = { ...state, attempts: state.attempts.slice(0, -1) }
  // Its endpoint was attempted before, and is not to be waited for as if it had not been.
  if (kind === 'retry') return without
  if (reason === 'no-extra-attempt') return { ...without, queue: [planned, ...state.queue] }
  const standby: StandbyEndpoint = { ...planned, retryAtMs }
  return { ...without, standby: [...state.standby, standby] }
}
