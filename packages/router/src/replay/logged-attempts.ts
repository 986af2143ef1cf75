import { failurePolicies } from '@nextbest/core'
import type { Endpoint, PolicyEvent, RoutingPolicy } from '@nextbest/core'
import type { TraceAttempt } from '../trace/trace-record.ts'
import { EventHeap } from './event-heap.ts'
import type { ReplayCall } from './replay-call.ts'

/** Lets a policy hear of the attempts of a trace when they happened, as it would have heard of them in a router. */
export class LoggedAttempts {
  readonly #endpoints: ReadonlyMap<string, Endpoint>
  readonly #events = new EventHeap<PolicyEvent>()
  readonly #policy: RoutingPolicy

  constructor(policy: RoutingPolicy, endpoints: ReadonlyMap<string, Endpoint>) {
    this.#policy = policy
    this.#endpoints = endpoints
  }

  /** Tells all that happened up to an instant. */
  tellUntil(atMs: number): void {
    for (let next = this.#events.first; next !== undefined && next.atMs <= atMs; next = this.#events.first) {
      this.#events.take()
      this.#policy.observe?.(next.item)
    }
  }

  /** Takes the attempts of a call, to tell of them later. */
  add(call: ReplayCall): void {
    if (this.#policy.observe === undefined) return
    for (const attempt of call.logged?.attempts ?? []) {
      const endpoint = this.#endpoints.get(attempt.endpoint)
      if (endpoint !== undefined) this.#addAttempt(call, attempt, endpoint)
    }
  }

  #addAttempt(call: ReplayCall, attempt: TraceAttempt, endpoint: Endpoint): void {
    const startedAtMs = call.atMs + attempt.startedAfterMs
    const endedAtMs = startedAtMs + attempt.durationMs
    this.#events.add(startedAtMs, { type: 'attempt-started', endpoint, nowMs: startedAtMs })
    this.#events.add(endedAtMs, {
      type: 'attempt-ended',
      endpoint,
      nowMs: endedAtMs,
      outcome: outcomeOf(attempt),
      failure: attempt.failure && {
        kind: attempt.failure,
        message: failurePolicies[attempt.failure].summary,
      },
      promptTokens: call.demand.promptTokens,
      outputTokens: attempt.usage?.completionTokens ?? 0,
      ttftMs: attempt.firstTokenMs,
      durationMs: attempt.durationMs,
    })
  }
}

function outcomeOf({
  outcome,
  failure,
  firstTokenMs,
}: TraceAttempt): 'success' | 'early' | 'late' | 'neutral' {
  if (outcome === 'answered') return 'success'
  if (failure === undefined || failurePolicies[failure].health === 0) return 'neutral'
  return firstTokenMs === undefined ? 'early' : 'late'
}
