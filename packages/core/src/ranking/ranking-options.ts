import { firstPickDefaults } from './first-pick.ts'
import type { FirstPickOptions } from './first-pick.ts'

/** Numbers under the presets. */
export interface RankingOptions extends FirstPickOptions {
  /** What a call without a whole answer costs, in US dollars. 0 or more. Default: 0.01. */
  readonly failureUsd: number
  /** Shortest time allowed for a first token, in ms. 1..600,000. Default: 3,000. */
  readonly minFirstTokenMs: number
  /** Longest time allowed for a first token, in ms. minFirstTokenMs..600,000. Default: 30,000. */
  readonly maxFirstTokenMs: number
  /** Shortest pause allowed between two pieces of content, in ms. 1..600,000. Default: 5,000. */
  readonly minIdleMs: number
  /** Longest pause allowed between two pieces of content, in ms. minIdleMs..600,000. Default: 20,000. */
  readonly maxIdleMs: number
}

/** Source of the values: measured by simulation over recorded arrivals. */
export const rankingDefaults: RankingOptions = Object.freeze({
  ...firstPickDefaults,
  failureUsd: 0.01,
  minFirstTokenMs: 3_000,
  maxFirstTokenMs: 30_000,
  minIdleMs: 5_000,
  maxIdleMs: 20_000,
})
