import { LatencyHistogram, type LatencyHistogramSnapshot } from './latency-histogram.ts'
import { ttftRange } from './latency-range.ts'

/** Half-lives of what is recent and of what is usual, in ms. Source: choice. */
const recentHalfLifeMs = 300_000
const usualHalfLifeMs = 86_400_000

/** Coarser than the histograms that timeouts are read from: only a factor of three matters here. 2.2 KB for both. */
const gamma = 1.1

/** Share of a time to the first token that is left for the residual at least. */
const leastShare = 0.1

/** A residual memory as of the instant of the snapshot. */
export interface ResidualMemorySnapshot {
  readonly recent: LatencyHistogramSnapshot
  readonly usual: LatencyHistogramSnapshot
}

/**
 * What an endpoint's time to the first token is without that of the prompt's tokens, recently and usually: whether it has
 * become slow by its own measure. What is expected at the moment would not do as the measure, since it follows the
 * slow-down within a few attempts. Reading changes nothing; quantiles are off by 5 % at most.
 */
export class ResidualMemory {
  #recent = histogram(recentHalfLifeMs)
  #usual = histogram(usualHalfLifeMs)

  /**
   * Learns from a time to the first content token, of which `prefillMs` are expected to be the prompt's. The residual is
   * the rest, but a tenth at least: an expectation that is too high must not read as an endpoint that answers in no time.
   */
  record(ttftMs: number, prefillMs: number, nowMs: number): void {
    const residualMs = Math.max(ttftMs - Math.max(0, prefillMs), ttftMs * leastShare)
    this.#recent.record(residualMs, nowMs)
    this.#usual.record(residualMs, nowMs)
  }

  /** Returns the decayed number of recent values, at least 0: half of them count no more after 5 min. */
  samples(nowMs: number): number {
    return this.#recent.count(nowMs)
  }

  /** The residual that 90 % of the recent values do not exceed, in ms; 0 without values. */
  get recentP90Ms(): number {
    return this.#recent.quantileMs(0.9) ?? 0
  }

  /** The median residual, in ms, of values that lose half their weight in 24 h; 0 without values. */
  get usualMedianMs(): number {
    return this.#usual.quantileMs(0.5) ?? 0
  }

  /** Returns the memory as of `nowMs`. */
  snapshot(nowMs: number): ResidualMemorySnapshot {
    return { recent: this.#recent.snapshot(nowMs), usual: this.#usual.snapshot(nowMs) }
  }

  /**
   * Replaces the memory by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore(snapshot: ResidualMemorySnapshot, nowMs: number): void {
    const recent = histogram(recentHalfLifeMs)
    const usual = histogram(usualHalfLifeMs)
    recent.restore(snapshot.recent, nowMs)
    usual.restore(snapshot.usual, nowMs)
    this.#recent = recent
    this.#usual = usual
  }

  /**
   * Adds a memory whose snapshot was taken at `nowMs`: afterwards it is that of both streams in one.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  merge(snapshot: ResidualMemorySnapshot, nowMs: number): void {
    const other = new ResidualMemory()
    other.restore(snapshot, nowMs)
    this.#recent.merge(snapshot.recent, nowMs)
    this.#usual.merge(snapshot.usual, nowMs)
  }
}

function histogram(halfLifeMs: number): LatencyHistogram {
  return new LatencyHistogram({ ...ttftRange, gamma, halfLifeMs })
}
