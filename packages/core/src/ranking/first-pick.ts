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

/**
 * Returns the probability of each candidate to be tried first: `P_i = ε + (1 − n·ε)·I_i^−β / Σ I_j^−β`.
 *
 * Several instances that all take the best one would herd on it, so the pick is a soft minimum. It depends on ratios of
 * indices only: scaling all money changes nothing. Source: power-law sampling as in OpenRouter's 1/price², with the
 * exponent and the floor chosen by simulation.
 */
export function firstPickProbabilities(indices: readonly number[], options: FirstPickOptions): Float64Array {
  const lowest = indices.reduce((low, index) => Math.min(low, index), Infinity)
  const weights = new Float64Array(indices.length)
  let sum = 0
  for (const [i, index] of indices.entries()) {
    const weight = index === lowest ? 1 : (lowest / index) ** options.sharpness
    weights[i] = weight
    sum += weight
  }
  // With very many candidates the floor shrinks, so that exploration stays a tenth of the traffic at most.
  const floor = Math.min(options.explorationRate, 0.1 / indices.length)
  return weights.map((weight) => floor + (1 - indices.length * floor) * (weight / sum))
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
