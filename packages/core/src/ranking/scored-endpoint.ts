import type { KnownEndpoint } from './candidate.ts'
import type { Tier } from './demotion.ts'
import type { IndexParts } from './index-parts.ts'

/** A candidate with its index for one demand. */
export interface ScoredEndpoint {
  readonly known: KnownEndpoint
  readonly parts: IndexParts
  /** `a`, as the plan wants it. */
  readonly early: number
  /** `e`, as the plan wants it. */
  readonly attemptUsd: number
  readonly indexUsd: number
  /** Expected time to the first token, load included, in ms. */
  readonly ttftMs: number
  /** Expected time per output token, in ms. */
  readonly msPerToken: number
  /** Expected price of the answer, in US dollars. */
  readonly priceUsd: number
  /** What the provider's cache is expected to save of it, in US dollars. */
  readonly cacheSavingUsd: number
  /** Share of its usual traffic that it is to get, 0..1: below 1 just after an outage, or near its provider's limits. */
  readonly share: number
  /** Who is in a lower tier is tried later, however good the index. */
  readonly tier: Tier
  /** Why it is not in tier 0, in words. */
  readonly demotion?: string
}
