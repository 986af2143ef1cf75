import type { Failure } from '../failure/failure.ts'
import type { CallEffect } from './call-effect.ts'
import type { AttemptState, CallState } from './call-state.ts'
import { after, setTimer, unchanged } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { failAttempt } from './fail-attempt.ts'
import { hedgeTimer } from './hedge.ts'

/** Ends every attempt whose first token is overdue; the timer is set for the earliest of them. */
export function onFirstTokenTimer(state: CallState, nowMs: number): CallStep {
  if (state.pausedAtMs !== undefined) return unchanged(state)
  let step = unchanged(state)
  let earliestMs = Infinity
  for (const { number } of state.attempts) {
    const attempt = step.state.attempts[number - 1]
    if (attempt?.status !== 'running') continue
    if (attempt.firstTokenByMs > nowMs) earliestMs = Math.min(earliestMs, attempt.firstTokenByMs)
    else step = after(step.effects, failAttempt(step.state, attempt, overdue(attempt, nowMs)))
  }
  if (step.effects.length > 0 || earliestMs === Infinity) return step
  return { state, effects: [setTimer('first-token', earliestMs)] }
}

/** Setting a timer for every token would cost more than the token: the timer looks when content last came. */
export function onIdleTimer(state: CallState, nowMs: number): CallStep {
  const attempt = state.attempts.find(isStreaming)
  if (attempt === undefined || state.pausedAtMs !== undefined) return unchanged(state)
  const sinceMs = state.contentAtMs ?? attempt.startedAtMs
  // An instant, not a rest of time: added to the present, a rest may be lost in rounding, and the timer would fire for ever.
  const dueAtMs = sinceMs + attempt.idleTimeoutMs
  if (nowMs < dueAtMs) return { state, effects: [setTimer('idle', dueAtMs)] }
  const failure: Failure = { kind: 'stalled', message: `no content for ${Math.round(nowMs - sinceMs)} ms` }
  return failAttempt(state, attempt, { failure, nowMs, cancel: true })
}

/** While the caller reads nothing, no content can come: every silence is counted from when it reads again. */
export function onCallerResumed(state: CallState, nowMs: number): CallStep {
  const { pausedAtMs } = state
  if (pausedAtMs === undefined) return unchanged(state)
  const pausedMs = (attempt: AttemptState): number => nowMs - Math.max(pausedAtMs, attempt.startedAtMs)
  const attempts = state.attempts.map((attempt) => withoutPause(attempt, pausedMs(attempt)))
  const resumed: CallState = { ...state, attempts, pausedAtMs: undefined }
  const streaming = attempts.find(isStreaming)
  const silent = attempts.filter(({ status }) => status === 'running')
  const effects: CallEffect[] = []
  if (streaming !== undefined) effects.push(setTimer('idle', nowMs + streaming.idleTimeoutMs))
  if (silent.length > 0)
    effects.push(setTimer('first-token', Math.min(...silent.map(({ firstTokenByMs }) => firstTokenByMs))))
  const [alone] = streaming === undefined ? silent : []
  if (alone !== undefined) effects.push(...hedgeTimer(resumed, alone, alone.startedAtMs + pausedMs(alone)))
  return { state: streaming === undefined ? resumed : { ...resumed, contentAtMs: nowMs }, effects }
}

/** An attempt has as much time for its first token when the caller reads again as it had when the caller stopped. */
function withoutPause(attempt: AttemptState, pausedMs: number): AttemptState {
  if (attempt.status !== 'running') return attempt
  return { ...attempt, firstTokenByMs: attempt.firstTokenByMs + pausedMs }
}

function isStreaming({ status }: AttemptState): boolean {
  return status === 'committed' || status === 'held' || status === 'repeating'
}

function overdue(attempt: AttemptState, nowMs: number): Parameters<typeof failAttempt>[2] {
  const message = `no first token after ${Math.round(nowMs - attempt.startedAtMs)} ms`
  return { failure: { kind: 'first-token-timeout', message }, nowMs, cancel: true }
}
