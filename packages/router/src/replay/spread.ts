/** Ratio of a bucket's upper to its lower bound. Within a bucket values are taken to be spread evenly by their logarithm. */
const gamma = 1.08
const logGamma = Math.log(gamma)

/** Smallest and largest value that are told from others. */
const smallest = 0.05
const largest = 86_400_000
const logSmallest = Math.log(smallest)
const buckets = Math.ceil((Math.log(largest) - logSmallest) / logGamma)

/** How values above 0 are spread, each with a weight, in 2 KB: times in ms, or numbers of tokens. A quantile is off by 4 % at most. */
export class Spread {
  readonly #weights = new Float64Array(buckets)
  #total = 0

  /** Sum of the weights. */
  get total(): number {
    return this.#total
  }

  add(value: number, weight = 1): void {
    const bucket = bucketOf(value)
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + weight
    this.#total += weight
  }

  addAll(other: Spread): void {
    for (const [bucket, weight] of other.#weights.entries()) {
      this.#weights[bucket] = (this.#weights[bucket] ?? 0) + weight
    }
    this.#total += other.#total
  }

  /** Returns the value below which a share `q` (0..1) of the weight lies, or nothing where there is none. */
  quantile(q: number): number | undefined {
    if (this.#total <= 0) return undefined
    let rest = Math.min(1, Math.max(0, q)) * this.#total
    let last = -1
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      const weight = this.#weights[bucket] ?? 0
      if (weight === 0) continue
      if (rest <= weight) return valueAt(bucket + rest / weight)
      rest -= weight
      last = bucket
    }
    return valueAt(last + 1)
  }
}

function bucketOf(value: number): number {
  const clamped = Math.min(largest, Math.max(smallest, value))
  return Math.min(buckets - 1, Math.max(0, Math.floor((Math.log(clamped) - logSmallest) / logGamma)))
}

function valueAt(place: number): number {
  return Math.exp(logSmallest + logGamma * place)
}
