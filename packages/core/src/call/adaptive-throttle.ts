import { RecentCounts } from './recent-counts.ts'

/** Calls that are let through for each one that is accepted, so that an end of the trouble is noticed. Source: as below. */
const callsPerAccepted = 2

/**
 * Holds calls back while everything fails, the more the longer it does: a call is refused with probability `max(0, (calls - 2 * accepted)
 * / (calls + 1))`, over the last two minutes. Asked only while every endpoint of a model fails; told of every call and of every
 * first token. Source: client-side throttling in "Site Reliability Engineering" (Beyer et al., 2016), chapter 21.
 */
export class AdaptiveThrottle {
  readonly #calls = new RecentCounts()

  /** A call has begun, whether it will be refused or not. */
  callBegan(nowMs: number): void {
    this.#calls.add(1, 0, nowMs)
  }

  /** A call had its first token. */
  accepted(nowMs: number): void {
    this.#calls.add(0, 1, nowMs)
  }

  /** Returns the probability with which a call is refused, 0..1. */
  refusalProbability(nowMs: number): number {
    const calls = this.#calls.all(nowMs)
    return Math.max(0, (calls - callsPerAccepted * this.#calls.good(nowMs)) / (calls + 1))
  }

  /** Whether a call is refused, by a random number in [0, 1). */
  refuses(draw: number, nowMs: number): boolean {
    return draw < this.refusalProbability(nowMs)
  }
}
