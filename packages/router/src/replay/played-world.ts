import type { Decision, Endpoint, KnownEndpoint, RankingOptions, RoutingPolicy } from '@nextbest/core'
import type { OutcomePrior } from './draw-outcome.ts'
import type { OutcomeModels } from './outcome-models.ts'
import type { ReplayCall } from './replay-call.ts'
import type { Tally } from './tally.ts'

/** What a played call needs of the world that it is in. */
export interface PlayedWorld {
  readonly models: OutcomeModels
  readonly ranking: RankingOptions
  readonly seed: number
  readonly policy: RoutingPolicy | undefined
  readonly tally: Tally
  readonly nowMs: number
  /** Of all models. */
  readonly endpoints: readonly KnownEndpoint[]
  priorOf(endpoint: Endpoint): OutcomePrior
  at(atMs: number, happen: () => void): void
}

export interface CallBounds {
  readonly maxAttempts: number
  readonly timeoutMs: number
  /** What waiting is worth to the caller, in US dollars per second. */
  readonly usdPerSecond: number
}

export interface PlayedCallOptions {
  readonly call: ReplayCall
  /** What its luck goes by. */
  readonly number: number
  readonly bounds: CallBounds
  readonly decision: Decision
  /** Whether gates, limits and breakers are ignored. */
  readonly unguarded: boolean
  /** Whether its endpoints are prescribed: then what they do keeps nobody away from them. */
  readonly prescribed: boolean
}
