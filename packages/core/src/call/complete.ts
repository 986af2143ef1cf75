import type { CallEffect } from './call-effect.ts'
import type { AttemptState, CallState } from './call-state.ts'
import { record, settle, unchanged, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { rivalOf } from './live-attempts.ts'
import { cancelled } from './lose.ts'
import { onDiverged } from './restart.ts'

/** The attempt's answer is whole. What of it was not delivered is now. */
export function onCompleted(state: CallState, attempt: AttemptState): CallStep {
  if (attempt.status === 'starting') return unchanged(state)
  // It ended before it had repeated what was delivered.
  if (attempt.kind === 'restart' && attempt.status !== 'committed') return onDiverged(state, attempt)
  const rival = rivalOf(state, attempt)
  const alone = rival === undefined ? unchanged(state) : cancelled(state, rival)
  const ended = withAttempt(alone.state, { ...attempt, status: 'answered' })
  return settle(ended, { type: 'answered', attempt: attempt.number }, [
    ...alone.effects,
    ...restOf(attempt),
    record(attempt, { type: 'answered' }),
  ])
}

function restOf({ status, number }: AttemptState): readonly CallEffect[] {
  if (status === 'committed') return []
  const commit = { type: 'commit', attempt: number } as const
  return status === 'held' ? [commit] : [commit, { type: 'emit', attempt: number }]
}
