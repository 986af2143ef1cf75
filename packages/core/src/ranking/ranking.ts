import type { KnownEndpoint } from './candidate.ts'
import type { Demotion, Tier } from './demotion.ts'
import type { Demotions } from './demotion-memory.ts'
import { attemptUsd, indexUsd } from './index-parts.ts'
import type { IndexParts } from './index-parts.ts'
import type { ScoredEndpoint } from './scored-endpoint.ts'
import { sortedOrder } from './sorted-order.ts'

/** What the score of one endpoint is made of; written over by the next one. */
export interface Score extends WritableParts {
  ttftMs: number
  msPerToken: number
  priceUsd: number
  cacheSavingUsd: number
  share: number
}

type WritableParts = { -readonly [Part in keyof IndexParts]: IndexParts[Part] }

export const emptyScore: Readonly<Score> = Object.freeze({
  success: 0,
  early: 0,
  late: 0,
  answerUsd: 0,
  earlyFailureUsd: 0,
  lateFailureUsd: 0,
  ttftMs: 0,
  msPerToken: 0,
  priceUsd: 0,
  cacheSavingUsd: 0,
  share: 1,
})

/** Where each number lies in an endpoint's row. */
const column = {
  success: 0,
  early: 1,
  late: 2,
  answerUsd: 3,
  earlyFailureUsd: 4,
  lateFailureUsd: 5,
  ttftMs: 6,
  msPerToken: 7,
  priceUsd: 8,
  cacheSavingUsd: 9,
  share: 10,
  attemptUsd: 11,
  indexUsd: 12,
  tier: 13,
} as const
const width = 14

/** Tiers lie further apart than any two indices. */
const tierKey = 1e9

/**
 * The candidates of one decision with their scores, best first: by tier, then by increasing index. The numbers lie in rows of
 * one array, so that a decision over hundreds of endpoints makes a handful of arrays and not an object for each; who wants
 * objects asks for them.
 */
export class Ranking {
  readonly #known: readonly KnownEndpoint[]
  readonly #demotions: Demotions
  readonly #numbers: Float64Array
  /** The row of each rank. */
  #order: Int32Array = new Int32Array(0)

  /**
   * @param known - The candidates; their rows are written by `write`, and `sort` comes last.
   * @param demotions - Who is demoted. Default: nobody.
   */
  constructor(known: readonly KnownEndpoint[], demotions?: Demotions) {
    this.#known = known
    this.#demotions = demotions
    this.#numbers = new Float64Array(known.length * width)
  }

  get length(): number {
    return this.#known.length
  }

  /** Writes the score of a candidate. */
  write(row: number, score: Score): void {
    const numbers = this.#numbers
    const at = row * width
    numbers[at + column.success] = score.success
    numbers[at + column.early] = score.early
    numbers[at + column.late] = score.late
    numbers[at + column.answerUsd] = score.answerUsd
    numbers[at + column.earlyFailureUsd] = score.earlyFailureUsd
    numbers[at + column.lateFailureUsd] = score.lateFailureUsd
    numbers[at + column.ttftMs] = score.ttftMs
    numbers[at + column.msPerToken] = score.msPerToken
    numbers[at + column.priceUsd] = score.priceUsd
    numbers[at + column.cacheSavingUsd] = score.cacheSavingUsd
    numbers[at + column.share] = score.share
    numbers[at + column.attemptUsd] = attemptUsd(score)
    numbers[at + column.indexUsd] = indexUsd(score)
    numbers[at + column.tier] = this.#demotions === undefined ? 0 : this.#tierOf(row)
  }

  /** Puts the best first. Equals stay in the order in which they came. */
  sort(): void {
    const { length } = this.#known
    const keys = new Float64Array(length)
    for (let row = 0; row < length; row += 1) {
      const at = row * width
      keys[row] =
        (this.#numbers[at + column.tier] ?? 0) * tierKey + (this.#numbers[at + column.indexUsd] ?? 0)
    }
    this.#order = sortedOrder(keys, length)
  }

  knownAt(rank: number): KnownEndpoint {
    const known = this.#known[this.#order[rank] ?? -1]
    if (known === undefined) throw new RangeError(`rank must be in 0..${this.length - 1}, got ${rank}`)
    return known
  }

  tierAt(rank: number): number {
    return this.#at(rank, column.tier)
  }

  indexUsdAt(rank: number): number {
    return this.#at(rank, column.indexUsd)
  }

  attemptUsdAt(rank: number): number {
    return this.#at(rank, column.attemptUsd)
  }

  earlyAt(rank: number): number {
    return this.#at(rank, column.early)
  }

  answerUsdAt(rank: number): number {
    return this.#at(rank, column.answerUsd)
  }

  cacheSavingUsdAt(rank: number): number {
    return this.#at(rank, column.cacheSavingUsd)
  }

  shareAt(rank: number): number {
    return this.#at(rank, column.share)
  }

  ttftMsAt(rank: number): number {
    return this.#at(rank, column.ttftMs)
  }

  /** Returns all candidates as objects, best first. */
  list(): ScoredEndpoint[] {
    return Array.from(this.#order, (_, rank) => ({
      known: this.knownAt(rank),
      parts: {
        success: this.#at(rank, column.success),
        early: this.#at(rank, column.early),
        late: this.#at(rank, column.late),
        answerUsd: this.#at(rank, column.answerUsd),
        earlyFailureUsd: this.#at(rank, column.earlyFailureUsd),
        lateFailureUsd: this.#at(rank, column.lateFailureUsd),
      },
      early: this.#at(rank, column.early),
      attemptUsd: this.#at(rank, column.attemptUsd),
      indexUsd: this.#at(rank, column.indexUsd),
      ttftMs: this.#at(rank, column.ttftMs),
      msPerToken: this.#at(rank, column.msPerToken),
      priceUsd: this.#at(rank, column.priceUsd),
      cacheSavingUsd: this.#at(rank, column.cacheSavingUsd),
      share: this.#at(rank, column.share),
      ...demotionOf(this.#demotions?.get(this.knownAt(rank))),
    }))
  }

  #tierOf(row: number): Tier {
    const known = this.#known[row]
    return (known && this.#demotions?.get(known)?.tier) ?? 0
  }

  #at(rank: number, position: number): number {
    return this.#numbers[(this.#order[rank] ?? -1) * width + position] ?? Number.NaN
  }
}

function demotionOf(demotion: Demotion | undefined): { readonly tier: Tier; readonly demotion?: string } {
  if (demotion?.reason === undefined) return { tier: demotion?.tier ?? 0 }
  return { tier: demotion.tier, demotion: demotion.reason }
}
