import { RecentCounts } from './recent-counts.ts'

/** Attempts whose end is known, in the window, below which nothing is concluded from them. Source: choice. */
const leastEvidence = 10

/** Share of attempts with a first token from which on calls make all their attempts, and from which on two. Source: choice. */
const healthyShare = 0.5
const reducedShare = 0.2
const reducedAttempts = 2

/**
 * How many attempts a call may make on the endpoints of one model: fewer, the fewer of their attempts have had a first token in the last
 * two minutes. So the load of calls that fail over does not multiply when everything fails: one attempt each then.
 *
 * An attempt counts when its first token or its failure is known. Counting it when it is sent would take a burst of attempts that are
 * all still under way for failures.
 */
export class PoolAllowance {
  readonly #attempts = new RecentCounts()

  /** An attempt had its first token. */
  answered(nowMs: number): void {
    this.#attempts.add(1, 1, nowMs)
  }

  /** An attempt failed before its first token, and not for what was asked. */
  failed(nowMs: number): void {
    this.#attempts.add(1, 0, nowMs)
  }

  /**
   * Returns how many attempts a call that begins now may make, if it wants so many: all of them while half of the attempts are
   * answered, or little is known; two while a fifth is; else one.
   */
  attempts(wanted: number, nowMs: number): number {
    const all = this.#attempts.all(nowMs)
    if (all < leastEvidence) return wanted
    const share = this.#attempts.good(nowMs) / all
    if (share >= healthyShare) return wanted
    return Math.min(wanted, share >= reducedShare ? reducedAttempts : 1)
  }
}
