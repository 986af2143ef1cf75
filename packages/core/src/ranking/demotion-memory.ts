import type { Demand } from '../demand/demand.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import { sizeClassOf } from '../signals/size-class.ts'
import type { KnownEndpoint } from './candidate.ts'
import { demotionsOf } from './demotion.ts'
import type { Demotion } from './demotion.ts'
import { usdPerSecondOf } from './objective.ts'
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
 * Works out which endpoints of a model are demoted, for all calls of a second together: comparing peers costs more than the
 * rest of a decision. Calls that state preferred speeds of their own are worked out each.
 */
export class DemotionMemory {
  /** By the list of a model's endpoints, then by the kind of demand: at most sixteen. */
  readonly #kept = new WeakMap<readonly KnownEndpoint[], Map<number, Kept>>()

  /** Returns the demoted among the endpoints of a model, which come as the same list each time. */
  of(endpoints: readonly KnownEndpoint[], question: TierQuestion): Demotions {
    const { preferredMaxLatency, preferredMinThroughput } = question.preferences
    if (preferredMaxLatency !== undefined || preferredMinThroughput !== undefined)
      return demoted(endpoints, question)
    const kinds = this.#kindsOf(endpoints)
    const kind = kindOf(question)
    const kept = kinds.get(kind)
    if (kept !== undefined && question.nowMs - kept.atMs < keptMs && question.nowMs >= kept.atMs)
      return kept.demotions
    const demotions = demoted(endpoints, question)
    kinds.set(kind, { atMs: question.nowMs, demotions })
    return demotions
  }

  #kindsOf(endpoints: readonly KnownEndpoint[]): Map<number, Kept> {
    const kinds = this.#kept.get(endpoints) ?? new Map<number, Kept>()
    this.#kept.set(endpoints, kinds)
    return kinds
  }
}

function kindOf({ demand, preferences }: TierQuestion): number {
  const wantsSpeed = usdPerSecondOf(preferences.objective ?? 'balanced') > 0
  return sizeClassOf(demand.promptTokens) * 4 + (wantsSpeed ? 2 : 0) + (isChecked(demand) ? 1 : 0)
}

function demoted(endpoints: readonly KnownEndpoint[], question: TierQuestion): Demotions {
  const { preferences } = question
  const demotions = demotionsOf(
    endpoints.map((known) => trackRecordOf(known, question)),
    { ...preferences, usdPerSecond: usdPerSecondOf(preferences.objective ?? 'balanced') },
  )
  const entries = endpoints.flatMap((known, i) => {
    const demotion = demotions[i]
    return demotion === undefined || demotion.tier === 0 ? [] : [[known, demotion] as const]
  })
  return entries.length === 0 ? undefined : new Map(entries)
}
