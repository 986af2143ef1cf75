/**
 * Arrivals per second, newer ones counting more: each weighs `e^(-age / window)`, so that a steady stream has
 * its rate and a burst is forgotten after a few windows. The windows of several streams add up. Reading
 * changes nothing.
 */
export class ArrivalRate {
  readonly #windowMs: number
  /** Decayed number of arrivals at `#lastMs`. */
  #count = 0
  #lastMs = -Infinity

  /** `windowMs` is above 0, in ms. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  arrived(nowMs: number): void {
    this.#advance(nowMs)
    this.#count++
  }

  /** Returns the rate, at least 0. */
  perSecond(nowMs: number): number {
    return (this.#countAt(nowMs) * 1_000) / this.#windowMs
  }

  /** Adds a rate of another stream at `nowMs`: afterwards it is that of both in one. */
  add(perSecond: number, nowMs: number): void {
    this.#advance(nowMs)
    this.#count += (perSecond * this.#windowMs) / 1_000
  }

  /** Forgets all arrivals. */
  clear(): void {
    this.#count = 0
  }

  #countAt(nowMs: number): number {
    return nowMs > this.#lastMs && this.#count > 0
      ? this.#count * Math.exp((this.#lastMs - nowMs) / this.#windowMs)
      : this.#count
  }

  #advance(nowMs: number): void {
    this.#count = this.#countAt(nowMs)
    this.#lastMs = Math.max(this.#lastMs, nowMs)
  }
}
