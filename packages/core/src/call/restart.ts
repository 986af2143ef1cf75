import type { AttemptState, CallState } from './call-state.ts'
import { clearTimer, setTimer, settle, unchanged, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { cancelled } from './lose.ts'

/** A restart has its first content: it repeats what was delivered, so nothing of it is delivered yet. */
export function repeats(state: CallState, attempt: AttemptState, nowMs: number): CallStep {
  const repeating: AttemptState = { ...attempt, status: 'repeating', firstTokenAtMs: nowMs }
  return {
    state: { ...withAttempt(state, repeating), contentAtMs: nowMs },
    effects: [clearTimer('first-token'), setTimer('idle', nowMs + attempt.idleTimeoutMs)],
  }
}

/** All that was delivered has been repeated: from here on the output is the call's. */
export function onCaughtUp(state: CallState, attempt: AttemptState, nowMs: number): CallStep {
  if (attempt.status !== 'repeating') return unchanged(state)
  return {
    state: { ...withAttempt(state, { ...attempt, status: 'committed' }), contentAtMs: nowMs },
    effects: [
      { type: 'commit', attempt: attempt.number },
      { type: 'emit', attempt: attempt.number },
    ],
  }
}

/** The restart says something else than what was delivered: the answer stays broken. */
export function onDiverged(state: CallState, attempt: AttemptState): CallStep {
  if (attempt.kind !== 'restart' || attempt.status === 'committed' || state.broken === undefined)
    return unchanged(state)
  const { state: over, effects } = cancelled(state, attempt)
  return settle(over, { type: 'broken', ...state.broken }, effects)
}
