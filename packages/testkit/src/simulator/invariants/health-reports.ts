import type { BreakerPermit } from '@nextbest/core'
import type { RouterEvent } from 'nextbest'
import type { Rule, RuleFamily } from '../invariant.ts'
import type { SeenAttempt } from '../seen-call.ts'
import { meaningOf } from './evidence.ts'

const healthIsTheEndpoints: Rule = {
  number: 26,
  sentence:
    'A breaker hears each attempt once: 429s, faults of the caller and aborts say nothing, all other failures do',
}

type AttemptEnd = Extract<RouterEvent, { readonly type: 'attempt-end' }>

/** What breakers are told. */
export const healthReports: RuleFamily = {
  rules: [healthIsTheEndpoints],
  watch: (scene) => {
    const told = new WeakMap<BreakerPermit, string>()
    return {
      healthTold(_endpoint, permit, outcome) {
        const before = told.get(permit)
        told.set(permit, before === undefined ? outcome : `${before}, ${outcome}`)
      },
      event(event, call) {
        if (event.type !== 'attempt-end') return
        const attempt = call?.attempts[event.attempt - 1]
        if (attempt?.permit === undefined) return
        const heard = told.get(attempt.permit) ?? 'nothing'
        const expected = expectedReports(attempt, event)
        if (heard === expected) return
        scene.violated(
          healthIsTheEndpoints,
          `${event.endpoint} ended ${event.outcome} ${event.failure?.kind ?? ''}: heard ${heard} instead of ${expected}`,
          call,
        )
      },
    }
  },
}

/** A stream is a success once content of it was delivered; what was held back or repeated in vain is none. */
function expectedReports(attempt: SeenAttempt, event: AttemptEnd): string {
  const { ledger, call } = attempt
  const unhealthy = event.outcome === 'failed' && isUnhealthy(ledger.evidence, event.failure?.kind)
  if (call.sources.includes(attempt)) return unhealthy ? 'success, late-failure' : 'success'
  if (unhealthy) return 'failure'
  return event.outcome === 'answered' ? 'success' : 'neutral'
}

/** A silence shows only in the router's own timers; what comes at the deadline itself comes too late to be looked at. */
function isUnhealthy(evidence: SeenAttempt['ledger']['evidence'], kind: string | undefined): boolean {
  if (kind === 'deadline-exceeded') return false
  if (evidence !== undefined) return meaningOf(evidence).unhealthy
  return kind === 'first-token-timeout' || kind === 'stalled'
}
