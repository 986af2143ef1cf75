import { remainingWeight } from '../signals/decay.ts'

/** Time after which what was seen counts half, in ms: whether providers decode alike changes as seldom as their software. Source: choice. */
const halfLifeMs = 3_600_000

/** Answers that are taken not to have been gone on with, so that one that was proves little. Source: choice. */
const doubtfulAnswers = 2

/**
 * How often answers of one model that broke off after content was delivered came whole by another attempt, of those for which another one
 * was tried. Nothing is believed before it has worked: restarts agree only where providers decode alike.
 */
export class ContinuationRecord {
  #whole = 0
  #all = 0
  #atMs = -Infinity

  /** Another attempt was tried for an answer that broke off: the answer came whole, or not. */
  ended(whole: boolean, nowMs: number): void {
    const left = remainingWeight(nowMs - this.#atMs, halfLifeMs)
    this.#whole = this.#whole * left + (whole ? 1 : 0)
    this.#all = this.#all * left + 1
    this.#atMs = Math.max(this.#atMs, nowMs)
  }

  /** Returns the probability that the next one comes whole: `whole / (all + 2)`, both decayed by half in an hour. 0..1, 0 at first. */
  probability(nowMs: number): number {
    const left = remainingWeight(nowMs - this.#atMs, halfLifeMs)
    return (this.#whole * left) / (this.#all * left + doubtfulAnswers)
  }
}
