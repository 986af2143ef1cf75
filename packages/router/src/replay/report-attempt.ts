import { failurePolicies } from '@nextbest/core'
import type {
  BreakerPermit,
  Demand,
  FailureKind,
  KnownEndpoint,
  Random,
  Reservation,
  RoutingPolicy,
} from '@nextbest/core'
import type { AttemptFate } from './attempt-fate.ts'

/** A played attempt that is over. */
export interface EndedAttempt {
  readonly known: KnownEndpoint
  readonly fate: AttemptFate
  readonly demand: Demand
  /** Absent where breakers are ignored. */
  readonly permit: BreakerPermit | undefined
  readonly reservation: Reservation
  readonly nowMs: number
  readonly policy: RoutingPolicy | undefined
  readonly random: Random
  /** Endpoints that may be kept away from for it, itself included: those of its key. */
  readonly endpoints: readonly KnownEndpoint[]
}

/** Tells an endpoint's signals, its breaker and the policy of an attempt, as a router does. */
export function reportAttempt(ended: EndedAttempt): void {
  const { known, fate, demand, reservation, nowMs, policy } = ended
  const kind = failureOf(fate)
  const weight = kind === undefined ? 1 : failurePolicies[kind].health
  const report = {
    outcome: outcomeOf(fate, weight),
    weight,
    promptTokens: demand.promptTokens,
    outputTokens: fate.outputTokens,
    durationMs: fate.durationMs,
    ttftMs: fate.firstTokenMs,
  }
  known.signals.attemptEnded(report, nowMs)
  known.signals.permits.settle(reservation, demand.promptTokens + fate.outputTokens, nowMs)
  tellBreaker(ended, kind)
  if (kind !== undefined) applyState(ended, kind)
  const failure = kind === undefined ? undefined : { kind, message: failurePolicies[kind].summary }
  policy?.observe?.({ type: 'attempt-ended', ...report, endpoint: known.endpoint, nowMs, failure })
}

/** Returns why an attempt failed. Answers that break off do so in one way here. */
export function failureOf({ end }: AttemptFate): FailureKind | undefined {
  if (end === 'answered') return undefined
  return end === 'late' ? 'incomplete-answer' : end
}

function outcomeOf({ end }: AttemptFate, weight: number): 'success' | 'early' | 'late' | 'neutral' {
  if (end === 'answered') return 'success'
  if (weight === 0) return 'neutral'
  return end === 'late' ? 'late' : 'early'
}

/** The success of a streamed answer was told at its first token. */
function tellBreaker({ known, permit, fate }: EndedAttempt, kind: FailureKind | undefined): void {
  if (permit === undefined) return
  if (fate.end === 'late') return known.breaker.reportLateFailure(permit)
  if (kind === undefined)
    return fate.firstTokenMs === undefined ? known.breaker.report(permit, 'success') : undefined
  return known.breaker.report(permit, failurePolicies[kind].health > 0 ? 'failure' : 'neutral')
}

/** Gates close for the endpoint; a hold of the key is one of every endpoint of the provider. */
function applyState(ended: EndedAttempt, kind: FailureKind): void {
  const { known, fate, nowMs, random, endpoints } = ended
  const { state, holdScope, summary } = failurePolicies[kind]
  if (state === 'none' || !endpoints.includes(known)) return
  if (state === 'gate') {
    const refusal = { retryAfterMs: fate.retryAfterMs, sentAtMs: nowMs - fate.durationMs }
    return known.signals.refused(refusal, nowMs, random)
  }
  for (const other of holdScope === 'key' ? endpoints : [known]) {
    if (other.endpoint.provider === known.endpoint.provider) other.signals.placeHold(summary, nowMs)
  }
}
