/** A provider's own bucket of requests, whose rate may change. It starts full; a smaller burst takes away what is above it. */
export class Refill {
  #level = Infinity
  #lastMs = 0

  /** Returns whether a request would be let in. Changes nothing. */
  admits(requestsPerMinute: number, nowMs: number): boolean {
    return this.#levelAt(requestsPerMinute, nowMs) >= 1
  }

  /** Takes one request, if it is there. */
  tryTake(requestsPerMinute: number, nowMs: number): boolean {
    this.#level = this.#levelAt(requestsPerMinute, nowMs)
    this.#lastMs = nowMs
    if (this.#level < 1) return false
    this.#level -= 1
    return true
  }

  #levelAt(requestsPerMinute: number, nowMs: number): number {
    const inflow = ((nowMs - this.#lastMs) * requestsPerMinute) / 60_000
    return Math.min(requestsPerMinute, this.#level + inflow)
  }
}
