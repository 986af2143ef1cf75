import type { AttemptOutcome } from './outcome-counts.ts'

/** Successes in a row that end a row of failures: the two that close a breaker, and one more. */
const endsWith = 3

/** What an outcome adds to the recent counts and to the slow ones, and what it leaves of those before it. */
export interface OutcomeShare {
  readonly amount: number
  readonly slowKept: number
  readonly slowAmount: number
}

/** What the failures since the last successes have added to an endpoint's counts, fading as those do. */
export class FailureRow {
  early = 0
  late = 0
  slowEarly = 0
  slowLate = 0
  #successes = 0

  note(outcome: AttemptOutcome, { amount, slowKept, slowAmount }: OutcomeShare): void {
    this.fadeSlow(slowKept)
    this.#successes = outcome === 'success' ? this.#successes + amount : 0
    if (this.#successes >= endsWith) return this.clear()
    if (outcome === 'early') {
      this.early += amount
      this.slowEarly += slowAmount
    } else if (outcome === 'late') {
      this.late += amount
      this.slowLate += slowAmount
    }
    return undefined
  }

  /** The recent counts have lost weight. */
  fade(kept: number): void {
    this.early *= kept
    this.late *= kept
  }

  /** The slow counts have lost weight. */
  fadeSlow(kept: number): void {
    this.slowEarly *= kept
    this.slowLate *= kept
  }

  clear(): void {
    this.early = this.late = this.slowEarly = this.slowLate = 0
  }
}
