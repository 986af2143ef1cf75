import { LatencyHistogram, type LatencyHistogramSnapshot } from './latency-histogram.ts'
import type { LatencyRange } from './latency-range.ts'
import { type LognormalPrior, shrunkQuantileMs } from './shrunk-quantile.ts'
import { type SizeClass, sizeClassOf } from './size-class.ts'

/** The latencies of one class of prompts. */
export interface SizeClassSnapshot {
  readonly sizeClass: SizeClass
  readonly histogram: LatencyHistogramSnapshot
}

/** A share of the attempts with such a prompt, 0..1. */
export interface QuantileQuestion {
  readonly q: number
  readonly promptTokens: number
}

/**
 * Distributions of one latency, by the size class of the prompt. Most endpoints see one or two of the four, so each is made
 * when it is needed.
 */
export class SizedHistograms {
  readonly #range: LatencyRange
  readonly #histograms: (LatencyHistogram | undefined)[] = []

  constructor(range: LatencyRange) {
    this.#range = range
  }

  /** Counts the latency of an attempt. */
  record(valueMs: number, promptTokens: number, nowMs: number): void {
    this.#at(sizeClassOf(promptTokens)).record(valueMs, nowMs)
  }

  /** Returns the latency, in ms, within which a share of the attempts stay; see `shrunkQuantileMs`. */
  quantileMs({ q, promptTokens }: QuantileQuestion, prior: LognormalPrior, nowMs: number): number {
    return shrunkQuantileMs(q, prior, { histogram: this.#histograms[sizeClassOf(promptTokens)], nowMs })
  }

  /** Returns the decayed number of latencies of such prompts, at least 0. */
  count(promptTokens: number, nowMs: number): number {
    return this.#histograms[sizeClassOf(promptTokens)]?.count(nowMs) ?? 0
  }

  /** Returns the distributions that hold something, as of `nowMs`. */
  snapshot(nowMs: number): SizeClassSnapshot[] {
    return ([0, 1, 2, 3] as const).flatMap((sizeClass) => {
      const histogram = this.#histograms[sizeClass]?.snapshot(nowMs)
      return histogram === undefined ? [] : [{ sizeClass, histogram }]
    })
  }

  /**
   * Replaces the distributions by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when it is of another range, or a number is out of bounds.
   */
  restore(snapshot: readonly SizeClassSnapshot[], nowMs: number): void {
    this.#histograms.length = 0
    this.merge(snapshot, nowMs)
  }

  /**
   * Adds distributions whose snapshot was taken at `nowMs`: afterwards they are those of both streams in one.
   *
   * @throws RangeError when it is of another range, or a number is out of bounds.
   */
  merge(snapshot: readonly SizeClassSnapshot[], nowMs: number): void {
    for (const { sizeClass, histogram } of snapshot) this.#at(sizeClass).merge(histogram, nowMs)
  }

  #at(sizeClass: SizeClass): LatencyHistogram {
    return (this.#histograms[sizeClass] ??= new LatencyHistogram(this.#range))
  }
}
