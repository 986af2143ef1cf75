import { DecayedSums } from '../signals/decayed-sums.ts'

/** Time after which what was seen counts half, in ms: whether providers decode alike changes as seldom as their software. Source: choice. */
const halfLifeMs = 3_600_000

/** Answers that are taken not to have been gone on with, so that one that was proves little. Source: choice. */
const doubtfulAnswers = 2

/**
 * How often answers of one model that broke off after content was delivered came whole by another attempt, of those for which another one
 * was tried. Nothing is believed before it has worked: restarts agree only where providers decode alike.
 */
export class ContinuationRecord {
  /** The answers, and how many of them came whole. */
  readonly #answers = new DecayedSums(halfLifeMs, 1)

  /** Another attempt was tried for an answer that broke off: the answer came whole, or not. */
  ended(whole: boolean, nowMs: number): void {
    this.#answers.record([whole ? 1 : 0], nowMs)
  }

  /** Returns the probability that the next one comes whole: `whole / (all + 2)`, both decayed by half in an hour. 0..1, 0 at first. */
  probability(nowMs: number): number {
    const kept = this.#answers.kept(nowMs)
    return (this.#answers.sum(0) * kept) / (this.#answers.mass * kept + doubtfulAnswers)
  }
}
