import { ArrivalRate } from './arrival-rate.ts'
import { requireRange } from './range.ts'

/** Time in which the inflow may double, and for which it may not after a setback, in ms. Source: choice. */
const doublingMs = 5_000

/** Time constant of the inflow that is compared with what is allowed, in ms. Source: choice. */
const inflowWindowMs = 1_000

/**
 * Lets the inflow of a backend grow no faster than it can take it: at most twice what lately came, so it
 * doubles every 5 s at most. For 5 s after a setback, at most what lately came.
 *
 * What lately came is `r' = (inflow - r) / window`; with an inflow of `2 r` it doubles in `window * ln 2`.
 */
export class InflowRamp {
  readonly #fromPerSecond: number
  readonly #lately = new ArrivalRate(doublingMs / Math.LN2)
  readonly #inflow = new ArrivalRate(inflowWindowMs)
  #setBackAtMs = -Infinity

  /**
   * @param fromPerSecond what is allowed however little came, in attempts per second. 0.1..1,000,000.
   * @throws RangeError when it is out of bounds.
   */
  constructor(fromPerSecond: number) {
    this.#fromPerSecond = requireRange('rampFromPerSecond', fromPerSecond, [0.1, 1e6])
  }

  sent(nowMs: number): void {
    this.#lately.arrived(nowMs)
    this.#inflow.arrived(nowMs)
  }

  /** The backend answered 429 or ran into a timeout. */
  setBack(nowMs: number): void {
    this.#setBackAtMs = Math.max(this.#setBackAtMs, nowMs)
  }

  /** Returns which part of the allowed inflow comes now; 1 is all of it. */
  use(nowMs: number): number {
    const growth = nowMs < this.#setBackAtMs + doublingMs ? 1 : 2
    const allowed = Math.max(this.#fromPerSecond, growth * this.#lately.perSecond(nowMs))
    return this.#inflow.perSecond(nowMs) / allowed
  }
}
