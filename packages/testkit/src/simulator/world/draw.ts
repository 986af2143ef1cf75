import type { Random } from '@nextbest/core'
import type { QuantileTable } from './azure-2023.ts'

/** Returns the value below which the share `u` (0..1) of a table's distribution lies: linear between its points. */
export function quantileOf(table: QuantileTable, u: number): number {
  const last = table.length - 1
  const place = u * last
  const at = Math.min(last - 1, Math.floor(place))
  const low = table[at] ?? 0
  return low + ((table[at + 1] ?? low) - low) * (place - at)
}

/** Draws from the standard normal distribution. Takes two random numbers. Source: Box and Muller (1958). */
export function drawNormal(random: Random): number {
  // 1 − u is never 0, so that the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Draws from the exponential distribution of the given mean. Takes one random number. */
export function drawExponential(mean: number, random: Random): number {
  return -mean * Math.log(1 - random())
}

/**
 * Draws from the gamma distribution of mean 1 with the given shape, above 0. Source: Marsaglia and Tsang (ACM TOMS 2000), and
 * their step from shape + 1 for shapes below 1.
 */
export function drawGamma(shape: number, random: Random): number {
  const raised = shape < 1 ? shape + 1 : shape
  const boost = shape < 1 ? (1 - random()) ** (1 / shape) : 1
  const d = raised - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const normal = drawNormal(random)
    const volume = (1 + c * normal) ** 3
    if (volume <= 0) continue
    if (Math.log(1 - random()) < (normal * normal) / 2 + d - d * volume + d * Math.log(volume)) {
      return (d * volume * boost) / shape
    }
  }
}
