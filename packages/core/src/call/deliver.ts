import type { CallEffect } from './call-effect.ts'
import type { EventOf } from './call-event.ts'
import type { AttemptState, CallState } from './call-state.ts'
import { after, clearTimer, setTimer, unchanged, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { hold, holdForInstant, holdsBack, keepHolding, release } from './hold-back.ts'
import { rivalOf } from './live-attempts.ts'
import { lose } from './lose.ts'
import { repeats } from './restart.ts'

/** Something came. Before the first content token there is only liveness, and liveness commits nothing. */
export function onOutput(
  state: CallState,
  attempt: AttemptState,
  event: EventOf<'first-token' | 'progress'>,
): CallStep {
  const content = event.type === 'first-token' || event.content
  switch (attempt.status) {
    case 'committed':
      return {
        state: content ? { ...state, contentAtMs: event.nowMs } : state,
        effects: [{ type: 'emit', attempt: attempt.number }],
      }
    case 'held':
      return keepHolding(state, attempt, { content, nowMs: event.nowMs })
    case 'repeating':
      return unchanged(content ? { ...state, contentAtMs: event.nowMs } : state)
    case 'running':
      return event.type === 'first-token' ? onFirstToken(state, attempt, event.nowMs) : unchanged(state)
    default:
      return unchanged(state)
  }
}

/** Of two attempts the first with content wins; of two with content at one instant, the one that started first. */
function onFirstToken(state: CallState, attempt: AttemptState, nowMs: number): CallStep {
  if (attempt.kind === 'restart') return repeats(state, attempt, nowMs)
  const rival = rivalOf(state, attempt)
  if (rival === undefined) return deliver(state, attempt, nowMs)
  if ((rival.firstTokenAtMs ?? Infinity) < nowMs) {
    const { state: lost, effects } = lose(state, attempt)
    return after(effects, release(lost, rival, nowMs))
  }
  // Only the later of the two is ever held beside the other, so this one is still silent.
  if (rival.number < attempt.number) return holdForInstant(state, attempt, nowMs)
  const { state: won, effects } = lose(state, rival)
  return after(effects, deliver(won, attempt, nowMs))
}

/** The attempt's first content becomes the call's: it is delivered, or held back where the caller wants that. */
function deliver(state: CallState, attempt: AttemptState, nowMs: number): CallStep {
  if (holdsBack(state.rules) && attempt.kind !== 'continuation') return hold(state, attempt, nowMs)
  const effects: CallEffect[] = [
    clearTimer('first-token'),
    setTimer('idle', nowMs + attempt.idleTimeoutMs),
    { type: 'commit', attempt: attempt.number },
    { type: 'emit', attempt: attempt.number },
  ]
  if (state.budget.maxHedges > 0) effects.push(clearTimer('hedge'))
  const committed: AttemptState = { ...attempt, status: 'committed', firstTokenAtMs: nowMs }
  return { state: { ...withAttempt(state, committed), contentAtMs: nowMs }, effects }
}
