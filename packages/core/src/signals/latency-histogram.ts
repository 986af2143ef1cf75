import { remainingWeight } from './decay.ts'
import { clamp, requireRange, snapshotBounds } from './range.ts'
import { type LatencyRange, ttftRange } from './latency-range.ts'

/** Options of a latency histogram. Two histograms merge when range and gamma are the same. */
export interface LatencyHistogramOptions extends LatencyRange {
  /**
   * Ratio of a bucket's upper to its lower bound. A quantile is off by at most half of `gamma - 1`. 1.001..2.
   */
  readonly gamma: number
  /** Time in which a value loses half its weight, in ms. 1,000..86,400,000. */
  readonly halfLifeMs: number
}

/**
 * 1 ms to 10 min at 2.5 % error in 2.2 KB. Size and error: measured. Half-life: choice.
 */
export const latencyHistogramDefaults: LatencyHistogramOptions = Object.freeze({
  ...ttftRange,
  gamma: 1.05,
  halfLifeMs: 300_000,
})

/** A histogram as of the instant of the snapshot. Only buckets that hold something are in it. */
export interface LatencyHistogramSnapshot {
  readonly minMs: number
  readonly maxMs: number
  readonly gamma: number
  /** Index of the bucket and its decayed weight. */
  readonly buckets: readonly (readonly [index: number, weight: number])[]
}

/** A weight that a snapshot leaves out: a billionth of one value. */
const negligibleWeight = 1e-9

/** Two weights of which one is half of both must not change places by rounding, for example after a merge. */
const tieTolerance = 1e-12

/** Half-lives after which weights are scaled back to 1. Doubles would overflow after 1,023. */
const landmarkHalfLives = 64

/**
 * Distribution of a latency, newer values counting more, by buckets that grow geometrically.
 *
 * Relative error instead of rank error, because it is the tail that matters: Masson, Rim, Lee, "DDSketch"
 * (VLDB 2019). Decay without timers or passes over the buckets: a value recorded at `t` weighs `2^((t -
 * landmark) / halfLife)`, and only ratios are read; Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay"
 * (ICDE 2009). It merges by addition.
 */
export class LatencyHistogram {
  readonly #options: LatencyHistogramOptions
  readonly #weights: Float64Array
  readonly #logMin: number
  readonly #logGamma: number
  #total = 0
  #landmarkMs = 0
  #lastMs = -Infinity

  constructor(options: Partial<LatencyHistogramOptions> = {}) {
    const merged = { ...latencyHistogramDefaults, ...options }
    requireRange('minMs', merged.minMs, [1e-6, 1e9])
    requireRange('maxMs', merged.maxMs, [merged.minMs * 2, 1e12])
    requireRange('gamma', merged.gamma, [1.001, 2])
    requireRange('halfLifeMs', merged.halfLifeMs, [1_000, 86_400_000])
    this.#options = merged
    this.#logMin = Math.log(merged.minMs)
    this.#logGamma = Math.log(merged.gamma)
    this.#weights = new Float64Array(Math.floor((Math.log(merged.maxMs) - this.#logMin) / this.#logGamma) + 1)
  }

  /** Counts a value; one outside the range counts as the nearest end of it. */
  record(valueMs: number, nowMs: number): void {
    this.#add(this.#indexOf(valueMs), this.#advance(nowMs))
  }

  /**
   * Returns the smallest value at or below which a share `q` (0..1) of the weight lies, or nothing without
   * values.
   */
  quantileMs(q: number): number | undefined {
    if (this.#total === 0) return undefined
    const rank = clamp(q, 0, 1) * this.#total * (1 - tieTolerance)
    const weights = this.#weights
    let sum = 0
    let last = 0
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index] ?? 0
      if (weight === 0) continue
      last = index
      sum += weight
      if (sum >= rank) break
    }
    return this.#valueOf(last)
  }

  /** Returns the decayed number of values, at least 0. */
  count(nowMs: number): number {
    return this.#total === 0 ? 0 : this.#total * this.#perWeight(nowMs)
  }

  /** Returns the distribution as of `nowMs`. */
  snapshot(nowMs: number): LatencyHistogramSnapshot {
    const { minMs, maxMs, gamma } = this.#options
    const perWeight = this.#perWeight(nowMs)
    const buckets: [number, number][] = []
    for (const [index, weight] of this.#weights.entries()) {
      if (weight * perWeight > negligibleWeight) buckets.push([index, weight * perWeight])
    }
    return { minMs, maxMs, gamma, buckets }
  }

  /**
   * Replaces the distribution by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when the range or gamma differ, or a number is out of bounds.
   */
  restore(snapshot: LatencyHistogramSnapshot, nowMs: number): void {
    this.#requireMergeable(snapshot)
    this.#weights.fill(0)
    this.#total = 0
    this.#lastMs = nowMs
    this.merge(snapshot, nowMs)
  }

  /**
   * Adds a distribution whose snapshot was taken at `nowMs`: afterwards it is that of both streams in one.
   *
   * @throws RangeError when the range or gamma differ, or a number is out of bounds.
   */
  merge(snapshot: LatencyHistogramSnapshot, nowMs: number): void {
    this.#requireMergeable(snapshot)
    const unit = this.#advance(nowMs)
    for (const [index, weight] of snapshot.buckets) this.#add(index, weight * unit)
  }

  #add(index: number, weight: number): void {
    this.#weights[index] = (this.#weights[index] ?? 0) + weight
    this.#total += weight
  }

  /** Moves to `nowMs` and returns what a value weighs there. */
  #advance(nowMs: number): number {
    if (nowMs > this.#lastMs) this.#lastMs = nowMs
    if (this.#total === 0) this.#landmarkMs = this.#lastMs
    const elapsedMs = this.#lastMs - this.#landmarkMs
    if (elapsedMs <= landmarkHalfLives * this.#options.halfLifeMs) {
      return Math.exp((Math.LN2 * elapsedMs) / this.#options.halfLifeMs)
    }
    this.#moveLandmark()
    return 1
  }

  #moveLandmark(): void {
    const perWeight = this.#perWeight(this.#lastMs)
    this.#total = 0
    for (const [index, weight] of this.#weights.entries()) {
      this.#weights[index] = weight * perWeight
      this.#total += weight * perWeight
    }
    this.#landmarkMs = this.#lastMs
  }

  /** Decayed values that a stored weight of 1 stands for at `nowMs`. */
  #perWeight(nowMs: number): number {
    return remainingWeight(Math.max(nowMs, this.#lastMs) - this.#landmarkMs, this.#options.halfLifeMs)
  }

  #indexOf(valueMs: number): number {
    const { minMs, maxMs } = this.#options
    return Math.floor((Math.log(clamp(valueMs, minMs, maxMs)) - this.#logMin) / this.#logGamma)
  }

  /** The value whose relative distance to both bounds of the bucket is the same. */
  #valueOf(index: number): number {
    const { gamma } = this.#options
    return Math.exp(this.#logMin + this.#logGamma * index) * ((2 * gamma) / (gamma + 1))
  }

  #requireMergeable({ minMs, maxMs, gamma, buckets }: LatencyHistogramSnapshot): void {
    const own = this.#options
    requireRange('minMs', minMs, [own.minMs, own.minMs])
    requireRange('maxMs', maxMs, [own.maxMs, own.maxMs])
    requireRange('gamma', gamma, [own.gamma, own.gamma])
    for (const [index, weight] of buckets) {
      if (!Number.isInteger(index)) throw new RangeError(`bucket index must be an integer, got ${index}`)
      requireRange('bucket index', index, [0, this.#weights.length - 1])
      requireRange('bucket weight', weight, snapshotBounds)
    }
  }
}
