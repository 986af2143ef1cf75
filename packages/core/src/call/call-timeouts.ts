import type { Failure } from '../failure/failure.ts'
import type { AttemptState, CallState } from './call-state.ts'

/** Milliseconds until content is overdue; 0 or less when it is. */
export function idleRemainingMs({ contentAtMs }: CallState, attempt: AttemptState, nowMs: number): number {
  return (contentAtMs ?? attempt.startedAtMs) + (attempt.timeouts?.idleTimeoutMs ?? Infinity) - nowMs
}

export function firstTokenFailure(attempt: AttemptState, nowMs: number): Failure {
  return {
    kind: 'first-token-timeout',
    message: `no first token after ${Math.round(nowMs - attempt.startedAtMs)} ms`,
  }
}

export function idleFailure({ contentAtMs }: CallState, attempt: AttemptState, nowMs: number): Failure {
  const silentMs = Math.round(nowMs - (contentAtMs ?? attempt.startedAtMs))
  return { kind: 'stalled', message: `no content for ${silentMs} ms` }
}

export function deadlineFailure(attempt: AttemptState, nowMs: number): Failure {
  return {
    kind: 'deadline-exceeded',
    message: `the call's deadline passed ${Math.round(nowMs - attempt.startedAtMs)} ms into the attempt`,
  }
}
