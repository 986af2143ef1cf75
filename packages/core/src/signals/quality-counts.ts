import { remainingWeight } from './decay.ts'
import { requireRange, snapshotBounds } from './range.ts'

/**
 * Time in which an answer loses half its weight, in ms: a model that is served badly is served so for hours. Source: choice.
 */
export const qualityHalfLifeMs = 1_800_000

/** Quality counts as of the instant of the snapshot; it holds no instant, so any process can read it. */
export interface QualityCountsSnapshot {
  readonly valid: number
  readonly invalid: number
}

/**
 * How many of an endpoint's tool calls and JSON answers were valid, newer ones counting more. An endpoint without answers
 * is forgotten, so that one that was judged bad and got no more of them is tried again. Reading changes nothing.
 */
export class QualityCounts {
  #valid = 0
  #invalid = 0
  #lastMs = -Infinity

  /** Counts an answer. */
  record(valid: boolean, nowMs: number): void {
    this.#advance(nowMs)
    if (valid) this.#valid++
    else this.#invalid++
  }

  /** The share of valid answers, 0..1; 1 without answers. */
  get validRate(): number {
    return this.#invalid === 0 ? 1 : this.#valid / (this.#valid + this.#invalid)
  }

  /** Returns the decayed number of answers, at least 0. */
  samples(nowMs: number): number {
    return (this.#valid + this.#invalid) * this.#kept(nowMs)
  }

  /** Returns the counts as of `nowMs`. */
  snapshot(nowMs: number): QualityCountsSnapshot {
    const kept = this.#kept(nowMs)
    return { valid: this.#valid * kept, invalid: this.#invalid * kept }
  }

  /**
   * Replaces the counts by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  restore(snapshot: QualityCountsSnapshot, nowMs: number): void {
    requireCounts(snapshot)
    this.#valid = snapshot.valid
    this.#invalid = snapshot.invalid
    this.#lastMs = nowMs
  }

  /**
   * Adds counts whose snapshot was taken at `nowMs`: afterwards they are those of both streams in one.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  merge(snapshot: QualityCountsSnapshot, nowMs: number): void {
    requireCounts(snapshot)
    this.#advance(nowMs)
    this.#valid += snapshot.valid
    this.#invalid += snapshot.invalid
  }

  #kept(nowMs: number): number {
    return remainingWeight(nowMs - this.#lastMs, qualityHalfLifeMs)
  }

  #advance(nowMs: number): void {
    if (nowMs <= this.#lastMs) return
    const kept = this.#kept(nowMs)
    this.#valid *= kept
    this.#invalid *= kept
    this.#lastMs = nowMs
  }
}

function requireCounts({ valid, invalid }: QualityCountsSnapshot): void {
  requireRange('valid', valid, snapshotBounds)
  requireRange('invalid', invalid, snapshotBounds)
}
