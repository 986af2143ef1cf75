import type { Demand } from '../demand/demand.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import type { KnownEndpoint } from './candidate.ts'
import { demotionsOf } from './demotion.ts'
import type { Demotion } from './demotion.ts'
import { isChecked, trackRecordOf } from './track-record.ts'

/** How long tiers are kept, in ms: the evidence behind them changes over minutes. */
const keptMs = 1_000

export interface TierQuestion {
  readonly demand: Pick<Demand, 'promptTokens' | 'parameters'>
  readonly preferences: RoutingPreferences
  readonly nowMs: number
}

/** The endpoints of a model that are not in tier 0; undefined where all of them are. */
export type Demotions = ReadonlyMap<KnownEndpoint, Demotion> | undefined

interface Kept {
  readonly atMs: number
  readonly demotions: Demotions
}

/**
 * Works out which endpoints of a model are demoted. By quality, for all calls of a second together, and only for those that
 * ask for tool calls or JSON; calls that state preferred speeds of their own are worked out each.
 */
export class DemotionMemory {
  /** By the list of a model's endpoints. */
  readonly #kept = new WeakMap<readonly KnownEndpoint[], Kept>()

  /** Returns the demoted among the endpoints of a model, which come as the same list each time. */
  of(endpoints: readonly KnownEndpoint[], question: TierQuestion): Demotions {
    const { preferredMaxLatency, preferredMinThroughput } = question.preferences
    if (preferredMaxLatency !== undefined || preferredMinThroughput !== undefined)
      return demoted(endpoints, question)
    return isChecked(question.demand) ? this.#byQuality(endpoints, question) : undefined
  }

  #byQuality(endpoints: readonly KnownEndpoint[], question: TierQuestion): Demotions {
    const { nowMs } = question
    const kept = this.#kept.get(endpoints)
    if (kept !== undefined && nowMs >= kept.atMs && nowMs - kept.atMs < keptMs) return kept.demotions
    const demotions = demoted(endpoints, question)
    this.#kept.set(endpoints, { atMs: nowMs, demotions })
    return demotions
  }
}

function demoted(endpoints: readonly KnownEndpoint[], question: TierQuestion): Demotions {
  const records = endpoints.map((known) => trackRecordOf(known, question))
  const demotions = demotionsOf(records, question.preferences)
  const entries = endpoints.flatMap((known, i) => {
    const demotion = demotions[i]
    return demotion === undefined || demotion.tier === 0 ? [] : [[known, demotion] as const]
  })
  return entries.length === 0 ? undefined : new Map(entries)
}
