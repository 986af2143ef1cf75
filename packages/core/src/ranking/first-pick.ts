import type { Random } from '../runtime/random.ts'

export interface FirstPickOptions {
  /**
   * How strongly the first pick prefers a lower index: weights are `I^−sharpness`. 0..64, Infinity takes the best always,
   * which is right only where a single instance carries all traffic. Default: 12.
   */
  readonly sharpness: number
  /** Least probability of every candidate, so that a recovered endpoint is noticed. 0..0.1. Default: 0.003. */
  readonly explorationRate: number
}

export const firstPickDefaults: FirstPickOptions = Object.freeze({ sharpness: 12, explorationRate: 0.003 })

/** Candidates, best first, as columns. */
export interface PickColumns {
  readonly length: number
  indexUsdAt(rank: number): number
  /** Share of its usual traffic that the candidate is to get, 0..1. */
  shareAt(rank: number): number
  tierAt(rank: number): number
}

/**
 * Returns the probability of each candidate to be tried first: `P_i = ε + (1 − n·ε)·w_i / Σ w_j` with
 * `w_i = share_i·I_i^−β` in the best tier, and 0 below it.
 *
 * Several instances that all take the best one would herd on it, so the pick is a soft minimum. It depends on ratios of
 * indices only: scaling all money changes nothing. Source: power-law sampling as in OpenRouter's 1/price², with the
 * exponent and the floor chosen by simulation.
 */
export function pickProbabilities(candidates: PickColumns, options: FirstPickOptions): Float64Array {
  const weights = new Float64Array(candidates.length)
  const count = bestTierCount(candidates)
  const lowestUsd = lowestIndexUsd(candidates, count)
  let sum = 0
  for (let rank = 0; rank < count; rank += 1) {
    const indexUsd = candidates.indexUsdAt(rank)
    const preference = indexUsd === lowestUsd ? 1 : (lowestUsd / indexUsd) ** options.sharpness
    const weight = preference * candidates.shareAt(rank)
    weights[rank] = weight
    sum += weight
  }
  return withFloor(weights, sum, options.explorationRate)
}

/** The same over plain indices, all of one tier and with their whole share. */
export function firstPickProbabilities(indices: readonly number[], options: FirstPickOptions): Float64Array {
  const columns: PickColumns = {
    length: indices.length,
    indexUsdAt: (rank) => indices[rank] ?? Infinity,
    shareAt: () => 1,
    tierAt: () => 0,
  }
  return pickProbabilities(columns, options)
}

function lowestIndexUsd(candidates: PickColumns, count: number): number {
  let lowestUsd = Infinity
  for (let rank = 0; rank < count; rank += 1) lowestUsd = Math.min(lowestUsd, candidates.indexUsdAt(rank))
  return lowestUsd
}

function bestTierCount(candidates: PickColumns): number {
  let count = 0
  while (count < candidates.length && candidates.tierAt(count) === candidates.tierAt(0)) count += 1
  return count
}

/** With very many candidates the floor shrinks, so that exploration stays a tenth of the traffic at most. */
function withFloor(weights: Float64Array, sum: number, explorationRate: number): Float64Array {
  const { length } = weights
  const floor = Math.min(explorationRate, 0.1 / length)
  for (let rank = 0; rank < length; rank += 1) {
    // Nobody is to get its share: then all are alike.
    const probability = sum > 0 ? (weights[rank] ?? 0) / sum : 1 / length
    weights[rank] = floor + (1 - length * floor) * probability
  }
  return weights
}

/** Draws a position by its probability. Takes one random number. */
export function drawPosition(probabilities: ArrayLike<number>, random: Random): number {
  let rest = random()
  for (let i = 0; i < probabilities.length - 1; i += 1) {
    rest -= probabilities[i] ?? 0
    if (rest < 0) return i
  }
  return probabilities.length - 1
}
