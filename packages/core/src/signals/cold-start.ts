import { requireRange } from './range.ts'
import { slowStartShare } from './slow-start.ts'

/** Options of a cold start. */
export interface ColdStartOptions {
  /** Successes until which one attempt at a time is let through. 1..1,000. */
  readonly successes: number
  /** Time from then on in which the share of traffic grows to the whole, in ms. 0..600,000. */
  readonly rampMs: number
}

/** Source: choice; the ramp is that of a breaker that has closed. */
export const coldStartDefaults: ColdStartOptions = Object.freeze({ successes: 5, rampMs: 30_000 })

/**
 * Holds back an endpoint that was added while others were serving: one attempt at a time until it has succeeded 5 times,
 * then a share of traffic that grows over 30 s. It is for newcomers only. Where every endpoint is new, as in a process that
 * has just started, each would wait for the others.
 */
export class ColdStart {
  readonly #rampMs: number
  #missing: number
  #warmAtMs = Infinity

  constructor(options: Partial<ColdStartOptions> = {}) {
    const { successes, rampMs } = { ...coldStartDefaults, ...options }
    this.#missing = requireRange('successes', successes, [1, 1_000])
    this.#rampMs = requireRange('rampMs', rampMs, [0, 600_000])
  }

  /** Returns whether an attempt may start while so many are under way. */
  admits(inFlight: number): boolean {
    return this.#missing <= 0 || inFlight < 1
  }

  /** Counts successes, its own or those that other instances have seen. */
  succeeded(nowMs: number, count = 1): void {
    if (this.#missing <= 0) return
    this.#missing -= count
    if (this.#missing <= 0) this.#warmAtMs = nowMs
  }

  /** Returns the share of its usual traffic that it is to get, 0.1..1; see `slowStartShare`. */
  share(nowMs: number): number {
    return slowStartShare(nowMs - this.#warmAtMs, this.#rampMs)
  }
}
