/** How much each of a list may get. */
export interface ShareColumns {
  /** 0..1. */
  shareAt(position: number): number
}

/**
 * Turns weights into probabilities, in place: each is weighed by its share, and none gets more than its share, so that a
 * large weight cannot outdo a small share. What is beyond goes to the others by their weights: `q_i = min(s_i, λ·w_i·s_i)` with
 * the `λ` that makes them sum to 1. Where all shares together are less than the whole, only the weighing is left.
 *
 * Raising one weight never lowers its own probability and never raises another's. Source: water-filling.
 */
export function cappedShares(weights: Float64Array, shares: ShareColumns): void {
  let sum = 0
  let shareSum = 0
  let least = 1
  for (let i = 0; i < weights.length; i += 1) {
    const weight = weights[i] ?? 0
    if (weight === 0) continue
    const share = shares.shareAt(i)
    least = Math.min(least, share)
    shareSum += share
    weights[i] = weight * share
    sum += weight * share
  }
  if (least < 1 && shareSum > 1) return fill(weights, shares)
  const total = sum > 0 ? sum : weights.length
  for (let i = 0; i < weights.length; i += 1) weights[i] = (sum > 0 ? (weights[i] ?? 0) : 1) / total
  return undefined
}

/** Each round caps those that would get more than their share, and gives the rest of the whole to the others. */
function fill(weights: Float64Array, shares: ShareColumns): void {
  const capped = new Uint8Array(weights.length)
  for (let round = 0; round <= weights.length; round += 1) {
    const rest = restOf(weights, shares, capped)
    let more = false
    for (let i = 0; i < weights.length; i += 1) {
      const share = shares.shareAt(i)
      // A whole share is no bound, which rounding might make it.
      if (capped[i] === 1 || share >= 1 || partOf(weights[i] ?? 0, rest) <= share) continue
      capped[i] = 1
      more = true
    }
    if (more) continue
    for (let i = 0; i < weights.length; i += 1) {
      weights[i] = capped[i] === 1 ? shares.shareAt(i) : partOf(weights[i] ?? 0, rest)
    }
    return
  }
}

/** What the capped ones leave. */
interface Rest {
  readonly left: number
  /** The others' weights together, and how many they are. */
  readonly sum: number
  readonly count: number
}

function restOf(weights: Float64Array, shares: ShareColumns, capped: Uint8Array): Rest {
  let left = 1
  let sum = 0
  let count = 0
  for (let i = 0; i < weights.length; i += 1) {
    if (capped[i] === 1) left -= shares.shareAt(i)
    else {
      sum += weights[i] ?? 0
      count += 1
    }
  }
  return { left, sum, count }
}

/** Weights may be too small for a number; then all are alike. */
function partOf(weight: number, { left, sum, count }: Rest): number {
  return sum > 0 ? (weight / sum) * left : left / count
}
