import type { AttemptKind, Exclusion, Failure, IndexParts, RefusalReason, TokenUsage } from '@nextbest/core'

/** How a call was decided and what became of it. A dry run has the same shape, with no attempts. */
export interface Route {
  /** `gen-` and 26 characters; empty in a dry run. */
  readonly callId: string
  /** The model asked for, suffixes included. */
  readonly model: string
  /** Id of the endpoint that answered, if one did. */
  readonly endpoint: string | undefined
  /** Its provider. */
  readonly provider: string | undefined
  /** Endpoint ids in the order in which this call would try them. */
  readonly plan: readonly string[]
  /** Every endpoint that could serve the request now, best index first. */
  readonly ranked: readonly RankedRoute[]
  /** Endpoints that could serve the request but not now. */
  readonly unavailable: readonly UnavailableRoute[]
  /** Endpoints that cannot serve the request, each with the reason. */
  readonly exclusions: readonly Exclusion[]
  /** Every attempt, in the order of their starts. */
  readonly attempts: readonly RouteAttempt[]
  /** Time from the call's start to its end, in ms; 0 in a dry run. */
  readonly durationMs: number
  /** Time from the call's start to the first content token, in ms, where one came and the answer was streamed. */
  readonly firstTokenMs: number | undefined
  /** Usage of the answer; undefined when there was none. */
  readonly usage: TokenUsage | undefined
  /** Cost of all attempts in nano-dollars, including what failed attempts are assumed to have cost. */
  readonly costNanoUsd: number
  /** Characters of the answer after which another attempt went on with it; absent where one attempt gave all of it. */
  readonly continuedAt?: number
  /** The provider of those characters; `provider` gave what came after them. Present exactly when `continuedAt` is. */
  readonly continuedFrom?: string | undefined
}

export interface RankedRoute {
  readonly endpoint: string
  /** Expected cost in US dollars of a good answer that starts here; lower is better. */
  readonly indexUsd: number
  readonly parts: IndexParts
  /** Probability of being tried first, 0..1. */
  readonly probability: number
  /** Who is in a lower tier is tried later, however good the index: 0 (nothing known against it), 1, or 2 (demoted). */
  readonly tier: 0 | 1 | 2
  /** Why it is not in tier 0, in words. */
  readonly demotion: string | undefined
}

export interface UnavailableRoute {
  readonly endpoint: string
  readonly reason: RefusalReason
  /** Milliseconds until it may serve again, where that is known. */
  readonly retryInMs: number | undefined
}

export interface RouteAttempt {
  /** Numbered from 1. */
  readonly number: number
  /** Why it was made. Default: `plain`. */
  readonly kind?: AttemptKind
  /** The endpoint's id. */
  readonly endpoint: string
  /** Milliseconds from the call's start to the attempt's. */
  readonly startedAfterMs: number
  readonly durationMs: number
  /** Milliseconds from the attempt's start to its first content token, where one came and the answer was streamed. */
  readonly firstTokenMs: number | undefined
  readonly outcome: 'answered' | 'failed' | 'cancelled'
  /** Why it failed. */
  readonly failure: Failure | undefined
  /** The model that the provider says it has answered with, where that is not the one that was asked of it. */
  readonly servedModel?: string | undefined
  /** `billed` by reported usage, `assumed` without one, or `free`. */
  readonly billing: 'billed' | 'assumed' | 'free'
  readonly costNanoUsd: number
}
