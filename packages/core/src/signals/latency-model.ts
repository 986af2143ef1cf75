import { remainingWeight } from './decay.ts'
import { DecayedSums, type DecayedSumsSnapshot } from './decayed-sums.ts'
import { perTokenRange, ttftRange } from './latency-range.ts'
import { PrefillSlope, type PrefillSlopeSnapshot } from './prefill-slope.ts'
import { clamp, requireRange } from './range.ts'

/** Options of a latency model. */
export interface LatencyModelOptions {
  /** Expected TTFT of an endpoint of which nothing is known, in ms. 1..600,000. Default: 1,000. */
  readonly priorTtftMs?: number
  /** Expected time per output token of such an endpoint, in ms. 0.05..60,000. Default: 20. */
  readonly priorMsPerToken?: number
}

/** The prior is middling for hosted models: 1 s and 50 tokens per second. */
export const latencyModelDefaults: Required<LatencyModelOptions> = Object.freeze({
  priorTtftMs: 1_000,
  priorMsPerToken: 20,
})

/**
 * Half-lives of the three averages, in ms, and samples that each is drawn towards the next longer one by, the longest
 * towards the prior. Measured: docs/decisions/2026-11-26-latency-is-decayed-sums.md.
 */
const peakHalfLifeMs = 5_000
const recentHalfLifeMs = 30_000
const usualHalfLifeMs = 3_600_000
const priorSamples = 2

/** Without samples for this long, beliefs start to return to the prior, with this half-life. Source: choice. */
const staleAfterMs = 20_000
const staleHalfLifeMs = 300_000

/** Longest prompt that the model tells from longer ones. */
const maxPromptTokens = 1e7

/** Share of the mean TTFT that is expected of the shortest prompt at least. */
const leastShare = 0.1

/** Fields of the sums of TTFT. */
const ttft = 0
const tokens = 1

/** A latency model as of the instant of the snapshot. */
export interface LatencyModelSnapshot {
  readonly slope: PrefillSlopeSnapshot
  /** Each of TTFT and prompt tokens. */
  readonly peak: DecayedSumsSnapshot
  readonly recent: DecayedSumsSnapshot
  readonly usual: DecayedSumsSnapshot
  /** Each of the time per output token. */
  readonly recentPerToken: DecayedSumsSnapshot
  readonly usualPerToken: DecayedSumsSnapshot
}

/**
 * What an attempt's time will be: `TTFT(n) = mean TTFT + slope · (n − mean n)` for a prompt of `n` tokens, and an average
 * time per output token.
 *
 * Means are those of the last half minute, drawn towards that of the last hour, drawn towards the prior: a busy endpoint is
 * judged by its present, an idle one by its past. A mean of the last seconds counts only while it is higher, so that
 * expectations rise faster than they fall. After 20 s without samples they return to the prior with a half-life of 300 s, not
 * to zero as in a decaying peak EWMA, whose idle endpoints look free. All are sums with their mass: those of two processes add to
 * those of one that saw everything. Source of the shape: Finagle `PeakEwma`. Reading changes nothing.
 */
export class LatencyModel {
  readonly #priorTtftMs: number
  readonly #priorMsPerToken: number
  readonly #slope = new PrefillSlope()
  readonly #peak = new DecayedSums(peakHalfLifeMs, 2)
  readonly #recent = new DecayedSums(recentHalfLifeMs, 2)
  readonly #usual = new DecayedSums(usualHalfLifeMs, 2)
  readonly #recentPerToken = new DecayedSums(recentHalfLifeMs, 1)
  readonly #usualPerToken = new DecayedSums(usualHalfLifeMs, 1)
  /** What the sums amount to, as of the last sample; before the first it counts for nothing beside the prior. */
  #leastTtftMs = 0
  #interceptMs = 0
  /** By how much the peak's sum of intercepts exceeds what the recent mean would make it. */
  #excessMs = 0
  #msPerToken = 0

  constructor(options: LatencyModelOptions = {}) {
    const { priorTtftMs, priorMsPerToken } = { ...latencyModelDefaults, ...options }
    this.#priorTtftMs = requireRange('priorTtftMs', priorTtftMs, [ttftRange.minMs, ttftRange.maxMs])
    const { minMs, maxMs } = perTokenRange
    this.#priorMsPerToken = requireRange('priorMsPerToken', priorMsPerToken, [minMs, maxMs])
  }

  /** Learns from a time to the first content token. */
  recordTtft(ttftMs: number, promptTokens: number, nowMs: number): void {
    const sample = [
      clamp(ttftMs, ttftRange.minMs, ttftRange.maxMs),
      clamp(promptTokens, 0, maxPromptTokens),
    ] as const
    for (const sums of [this.#peak, this.#recent, this.#usual]) sums.record(sample, nowMs)
    this.#slope.record(sample[tokens], sample[ttft], nowMs)
    this.#fit()
  }

  /** Learns from a time per output token, the first one not included. */
  recordMsPerToken(value: number, nowMs: number): void {
    const sample = [clamp(value, perTokenRange.minMs, perTokenRange.maxMs)]
    this.#recentPerToken.record(sample, nowMs)
    this.#usualPerToken.record(sample, nowMs)
    this.#fit()
  }

  /**
   * Returns the expected time to the first content token, in ms, for a prompt of so many tokens (those in
   * cache left out).
   */
  expectedTtftMs(promptTokens: number, nowMs: number): number {
    const prefillMs = this.#slope.msPerToken * clamp(promptTokens, 0, maxPromptTokens)
    const knownMs = Math.max(this.#leastTtftMs, this.#interceptMs + this.#riseMs(nowMs) + prefillMs)
    const kept = keptAfter(nowMs - this.#recent.lastMs)
    return kept === 1 ? knownMs : this.#priorTtftMs * (knownMs / this.#priorTtftMs) ** kept
  }

  /** Returns the expected time per output token after the first, in ms. */
  expectedMsPerToken(nowMs: number): number {
    const kept = keptAfter(nowMs - this.#recentPerToken.lastMs)
    return this.#priorMsPerToken + (this.#msPerToken - this.#priorMsPerToken) * kept
  }

  /** Returns the beliefs as of `nowMs`. */
  snapshot(nowMs: number): LatencyModelSnapshot {
    return {
      slope: this.#slope.snapshot(nowMs),
      peak: this.#peak.snapshot(nowMs),
      recent: this.#recent.snapshot(nowMs),
      usual: this.#usual.snapshot(nowMs),
      recentPerToken: this.#recentPerToken.snapshot(nowMs),
      usualPerToken: this.#usualPerToken.snapshot(nowMs),
    }
  }

  /**
   * Replaces the beliefs by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore(snapshot: LatencyModelSnapshot, nowMs: number): void {
    this.#slope.restore(snapshot.slope, nowMs)
    this.#peak.restore(snapshot.peak, nowMs)
    this.#recent.restore(snapshot.recent, nowMs)
    this.#usual.restore(snapshot.usual, nowMs)
    this.#recentPerToken.restore(snapshot.recentPerToken, nowMs)
    this.#usualPerToken.restore(snapshot.usualPerToken, nowMs)
    this.#fit()
  }

  /**
   * Adds beliefs whose snapshot was taken at `nowMs`: afterwards they are those of both streams in one.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  merge(snapshot: LatencyModelSnapshot, nowMs: number): void {
    this.#slope.merge(snapshot.slope, nowMs)
    this.#peak.merge(snapshot.peak, nowMs)
    this.#recent.merge(snapshot.recent, nowMs)
    this.#usual.merge(snapshot.usual, nowMs)
    this.#recentPerToken.merge(snapshot.recentPerToken, nowMs)
    this.#usualPerToken.merge(snapshot.usualPerToken, nowMs)
    this.#fit()
  }

  /** Works out once for each sample what would be the same at each reading. */
  #fit(): void {
    const slope = this.#slope.msPerToken
    const ttftMs = this.#mean(ttft, this.#priorTtftMs)
    // The prior is that of a prompt without tokens.
    this.#interceptMs = ttftMs - slope * this.#mean(tokens, 0)
    this.#leastTtftMs = ttftMs * leastShare
    const peakMs = this.#peak.sum(ttft) - slope * this.#peak.sum(tokens)
    this.#excessMs = peakMs - this.#interceptMs * this.#peak.mass
    const usualMs = this.#usualPerToken.mean(0, this.#priorMsPerToken, priorSamples)
    this.#msPerToken = this.#recentPerToken.mean(0, usualMs, priorSamples)
  }

  #mean(field: number, prior: number): number {
    return this.#recent.mean(field, this.#usual.mean(field, prior, priorSamples), priorSamples)
  }

  /** How far the mean of the last seconds lies above the recent one, in ms; it fades within seconds too. */
  #riseMs(nowMs: number): number {
    if (this.#excessMs <= 0) return 0
    const kept = this.#peak.kept(nowMs)
    return (this.#excessMs * kept) / (this.#peak.mass * kept + priorSamples)
  }
}

/** Share of a belief that is left after so long without samples. */
function keptAfter(idleMs: number): number {
  return remainingWeight(idleMs - staleAfterMs, staleHalfLifeMs)
}
