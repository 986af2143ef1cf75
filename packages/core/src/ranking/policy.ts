import type { Endpoint } from '../catalog/endpoint.ts'
import type { Demand } from '../demand/demand.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import type { Failure } from '../failure/failure.ts'
import type { Random } from '../runtime/random.ts'
import type { AttemptOutcome } from '../signals/outcome-counts.ts'
import type { RankingOptions } from './ranking-options.ts'
import type { ScoredEndpoint } from './scored-endpoint.ts'

/**
 * Says in which order a call tries the endpoints that can serve it now. Everything else stays with the engine, so that a
 * policy cannot break its promises: who is eligible, an explicit `order` or `sort` of the caller, breakers, gates and
 * limits, deadlines and budgets, no endpoint twice. A policy is a plain object; it may keep state of its own.
 */
export interface RoutingPolicy {
  /** Shown in benchmarks and traces. */
  readonly name: string
  /**
   * Orders candidates, which come by increasing index. Those that it leaves out are not tried; what is no candidate, or
   * comes twice, is ignored. Takes random numbers from the question only, and keeps no candidate.
   */
  order(candidates: readonly ScoredEndpoint[], question: PolicyQuestion): PolicyOrder
  /**
   * Who keeps calls away from endpoints that fail or refuse. `own`: breakers, gates and limits of the engine are ignored,
   * for policies that have their own. Default: `engine`.
   */
  readonly guards?: 'engine' | 'own'
  /** Hears of every attempt. Default: nothing. */
  observe?(event: PolicyEvent): void
}

export interface PolicyOrder {
  /** In the order in which the call tries them. */
  readonly endpoints: readonly ScoredEndpoint[]
  /**
   * Probability of each candidate to be tried first, in the order of the candidates, where it was drawn: for traces, from
   * which other policies can be judged. Default: 1 for the first endpoint.
   */
  readonly probabilities?: ArrayLike<number>
}

export interface PolicyQuestion {
  readonly demand: Demand
  readonly preferences: RoutingPreferences
  /** Attempts of the call, the first included. */
  readonly maxAttempts: number
  readonly nowMs: number
  readonly random: Random
  readonly options: RankingOptions
}

/** What happened to an attempt. Instants are on the router's clock. */
export type PolicyEvent =
  | { readonly type: 'attempt-started'; readonly endpoint: Endpoint; readonly nowMs: number }
  | {
      readonly type: 'attempt-ended'
      readonly endpoint: Endpoint
      readonly nowMs: number
      /** `neutral`: says nothing of the endpoint's health. */
      readonly outcome: AttemptOutcome | 'neutral'
      readonly failure: Failure | undefined
      readonly promptTokens: number
      readonly outputTokens: number
      /** Time to the first content token, in ms, where one came and the answer was streamed. */
      readonly ttftMs: number | undefined
      readonly durationMs: number
    }
