import type { Random } from '../runtime/random.ts'
import { cappedShares } from './capped-shares.ts'

export interface FirstPickOptions {
  /**
   * How strongly the first pick prefers a lower index: weights are `I^−sharpness`. 0..64, Infinity takes the best always,
   * which is right only where a single instance carries all traffic. Default: 20.
   */
  readonly sharpness: number
  /**
   * Least probability of a candidate that costs no more than the best, so that a recovered endpoint is noticed; others keep
   * less, a tenth of it at least. 0..0.1. Default: 0.003.
   */
  readonly explorationRate: number
}

export const firstPickDefaults: FirstPickOptions = Object.freeze({ sharpness: 20, explorationRate: 0.003 })

/** Candidates, best first, as columns. */
export interface PickColumns {
  readonly length: number
  indexUsdAt(rank: number): number
  /** Share of its usual traffic that the candidate is to get, 0..1. */
  shareAt(rank: number): number
  tierAt(rank: number): number
}

/** Least part of the exploration rate that a candidate keeps, however much it costs. Source: choice. */
const leastExploration = 0.1

/** Part of the traffic that exploration may take with very many candidates. Source: choice. */
const mostExploration = 0.1

/**
 * Returns the probability of each candidate to be tried first: `P_i = ε_i + (1 − n·ε)·q_i`. In the best tier, `q_i` goes by the
 * weight `I_i^−β`; who is to get a share of its usual traffic only is weighed by it, and gets no more than it. Exploring is
 * cut where it costs more: `ε_i = ε·max(0.1, I_best / I_i)`; what is cut goes to the best.
 *
 * Several instances that all take the best one would herd on it, so the pick is a soft minimum. It depends on ratios of
 * indices only: scaling all money changes nothing. Source: power-law sampling as in OpenRouter's 1/price², with the
 * exponent and the floor chosen by simulation.
 */
export function pickProbabilities(candidates: PickColumns, options: FirstPickOptions): Float64Array {
  const probabilities = weightsOf(candidates, options.sharpness)
  cappedShares(probabilities, candidates)
  return explored(probabilities, candidates, options.explorationRate)
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

/** `I^−β` of the best tier, in units of the best one's; 0 below that tier. */
function weightsOf(candidates: PickColumns, sharpness: number): Float64Array {
  const weights = new Float64Array(candidates.length)
  const lowestUsd = lowestIndexUsd(candidates)
  for (let rank = 0; rank < weights.length; rank += 1) {
    if (candidates.tierAt(rank) !== candidates.tierAt(0)) break
    const indexUsd = candidates.indexUsdAt(rank)
    weights[rank] = indexUsd === lowestUsd ? 1 : (lowestUsd / indexUsd) ** sharpness
  }
  return weights
}

function lowestIndexUsd(candidates: PickColumns): number {
  let lowestUsd = Infinity
  for (let rank = 0; rank < candidates.length; rank += 1) {
    if (candidates.tierAt(rank) === candidates.tierAt(0))
      lowestUsd = Math.min(lowestUsd, candidates.indexUsdAt(rank))
  }
  return lowestUsd
}

/** Gives each candidate its part of exploring, and what is cut of that to the best of all. */
function explored(
  probabilities: Float64Array,
  candidates: PickColumns,
  explorationRate: number,
): Float64Array {
  const { length } = probabilities
  const floor = Math.min(explorationRate, mostExploration / length)
  const lowestUsd = lowestIndexUsd(candidates)
  let cut = 0
  let best = 0
  for (let rank = 0; rank < length; rank += 1) {
    const own = floor * explorationAt(candidates, rank, lowestUsd)
    cut += floor - own
    if (candidates.tierAt(rank) === candidates.tierAt(0) && candidates.indexUsdAt(rank) === lowestUsd)
      best += 1
    probabilities[rank] = own + (1 - length * floor) * (probabilities[rank] ?? 0)
  }
  for (let rank = 0; rank < length; rank += 1) {
    if (candidates.tierAt(rank) === candidates.tierAt(0) && candidates.indexUsdAt(rank) === lowestUsd)
      probabilities[rank] = (probabilities[rank] ?? 0) + cut / best
  }
  return probabilities
}

function explorationAt(candidates: PickColumns, rank: number, lowestUsd: number): number {
  const indexUsd = candidates.indexUsdAt(rank)
  return indexUsd <= lowestUsd ? 1 : Math.max(leastExploration, lowestUsd / indexUsd)
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
