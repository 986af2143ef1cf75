import type { AttemptState, CallState } from './call-state.ts'

/** Whether an attempt is under way. */
export function isLive({ status }: AttemptState): boolean {
  return status !== 'answered' && status !== 'failed' && status !== 'cancelled'
}

/** The attempts under way, two at most. */
export function liveAttempts(state: CallState): readonly AttemptState[] {
  return state.attempts.filter(isLive)
}

/** The attempt of that number, while it is under way. */
export function liveAttempt(state: CallState, number: number): AttemptState | undefined {
  const attempt = state.attempts[number - 1]
  return attempt !== undefined && isLive(attempt) ? attempt : undefined
}

/** The other attempt under way, if there is one. */
export function rivalOf(state: CallState, attempt: AttemptState): AttemptState | undefined {
  for (const other of state.attempts) {
    if (other.number !== attempt.number && isLive(other)) return other
  }
  return undefined
}

/** How many attempts were made for one of these kinds. */
export function countOf(state: CallState, kinds: readonly AttemptState['kind'][]): number {
  return state.attempts.filter((attempt) => kinds.includes(attempt.kind)).length
}
