import { requireRange } from './range.ts'

/** Options of the in-flight count. */
export interface InFlightOptions {
  /** Time constant of the average, in ms. 1,000..600,000. Default: 30,000. */
  readonly windowMs?: number
}

/**
 * Window: choice. The square in the hot factor: measured in simulation. Load as a guard instead of an addend:
 * Prequal (Wydrowski et al., NSDI 2024).
 */
export const inFlightDefaults: Required<InFlightOptions> = Object.freeze({ windowMs: 30_000 })

/** Attempts under way on an endpoint, and whether they are more than usual. Reading changes nothing. */
export class InFlight {
  readonly #windowMs: number
  #count = 0
  #average = 0
  #lastMs = -Infinity

  constructor(options: InFlightOptions = {}) {
    this.#windowMs = requireRange('windowMs', options.windowMs ?? inFlightDefaults.windowMs, [1_000, 600_000])
  }

  /** Attempts under way, at least 0. */
  get count(): number {
    return this.#count
  }

  started(nowMs: number): void {
    this.#advance(nowMs)
    this.#count++
  }

  /** Counts the end of a started attempt; an end without a start changes nothing. */
  ended(nowMs: number): void {
    this.#advance(nowMs)
    if (this.#count > 0) this.#count--
  }

  /** Returns the average number of attempts under way, weighted by time, newer time more. */
  average(nowMs: number): number {
    if (nowMs <= this.#lastMs || this.#average === this.#count) return this.#average
    return this.#count + (this.#average - this.#count) * Math.exp((this.#lastMs - nowMs) / this.#windowMs)
  }

  /**
   * Returns by how much the expected TTFT is to be multiplied when one more attempt is sent: 1 as long as
   * that is about what is usual, else `((count + 1) / (1.5 * average + 2))^2`. It keeps a herd from forming
   * between two measurements.
   */
  hotFactor(nowMs: number): number {
    const ratio = (this.#count + 1) / (1.5 * this.average(nowMs) + 2)
    return ratio > 1 ? ratio * ratio : 1
  }

  #advance(nowMs: number): void {
    if (nowMs <= this.#lastMs) return
    this.#average = this.average(nowMs)
    this.#lastMs = nowMs
  }
}
