import { remainingWeight } from './decay.ts'
import { perTokenRange, ttftRange } from './latency-range.ts'
import { PrefillSlope, type PrefillSlopeSnapshot } from './prefill-slope.ts'
import { clamp, requireRange, snapshotBounds } from './range.ts'

/** Options of a latency model. */
export interface LatencyModelOptions {
  /** Expected TTFT of an endpoint of which nothing is known, in ms. 1..600,000. Default: 1,000. */
  readonly priorTtftMs?: number
  /** Expected time per output token of such an endpoint, in ms. 0.05..60,000. Default: 20. */
  readonly priorMsPerToken?: number
}

/**
 * The prior is middling for hosted models: 1 s and 50 tokens per second. The other numbers are not options:
 * in simulation a symmetric average cost a tenth more, and the rest made little difference.
 */
export const latencyModelDefaults: Required<LatencyModelOptions> = Object.freeze({
  priorTtftMs: 1_000,
  priorMsPerToken: 20,
})

/** Standard deviation of the logarithm of TTFT where nothing is known: p90 is about twice the median. */
export const priorLogDeviation = 0.6
const priorLogVariance = priorLogDeviation ** 2

/** Shares of a difference that one sample moves the mean by: up at most, down, and per token. */
const upwards = 0.3
const downwards = 0.08
const perTokenShare = 0.05

/** Samples that the prior is worth while there are few. */
const priorSamples = 1

/** Without samples for this long, beliefs start to return to the prior, with this half-life. */
const staleAfterMs = 20_000
const staleHalfLifeMs = 300_000

/** Longest prompt that the model tells from longer ones. */
const maxPromptTokens = 1e7

/** A latency model as of the instant of the snapshot. What was never sampled is absent. */
export interface LatencyModelSnapshot {
  readonly slope: PrefillSlopeSnapshot
  readonly ttft?: {
    readonly logMean: number
    readonly logVariance: number
    readonly samples: number
    /** Time since the last sample, in ms. */
    readonly idleMs: number
  }
  readonly perToken?: { readonly meanMs: number; readonly samples: number; readonly idleMs: number }
}

/**
 * What an attempt's time will be: `TTFT(n) = exp(mean + min(1, variance) / 2) + slope * n`, the mean of a
 * lognormal for the part that does not depend on the prompt's `n` tokens, plus the time of prefill; and an
 * average time per output token.
 *
 * The mean moves up fast and down slowly, as a peak EWMA does, but without its amnesia: on `delta > 0` by
 * `0.3 * min(1, delta)`, else by 0.08 of the difference. The first samples count as a plain average with the
 * prior as one more. After 20 s without samples the beliefs return to the prior with a half-life of 300 s,
 * not to zero as in a decaying peak EWMA, whose idle endpoints look free. Source of the shape: Finagle
 * `PeakEwma`; of the asymmetry: measured; of the other numbers: choice. Reading changes nothing.
 */
export class LatencyModel {
  readonly #priorLogMean: number
  readonly #priorMsPerToken: number
  readonly #slope = new PrefillSlope()
  #logMean: number
  #logVariance = priorLogVariance
  #ttftSamples = 0
  #ttftAtMs = -Infinity
  #msPerToken: number
  #perTokenSamples = 0
  #perTokenAtMs = -Infinity

  constructor(options: LatencyModelOptions = {}) {
    const { priorTtftMs, priorMsPerToken } = { ...latencyModelDefaults, ...options }
    requireRange('priorTtftMs', priorTtftMs, [ttftRange.minMs, ttftRange.maxMs])
    requireRange('priorMsPerToken', priorMsPerToken, [perTokenRange.minMs, perTokenRange.maxMs])
    this.#priorLogMean = Math.log(priorTtftMs) - priorLogVariance / 2
    this.#priorMsPerToken = priorMsPerToken
    this.#logMean = this.#priorLogMean
    this.#msPerToken = priorMsPerToken
  }

  /** Learns from a time to the first content token. */
  recordTtft(ttftMs: number, promptTokens: number, nowMs: number): void {
    const ttft = clamp(ttftMs, ttftRange.minMs, ttftRange.maxMs)
    const tokens = clamp(promptTokens, 0, maxPromptTokens)
    this.#refreshTtft(nowMs)
    // A slope that is too steep for this sample must not read as an endpoint that answers in no time.
    const delta = Math.log(Math.max(ttft - this.#slope.msPerToken * tokens, ttft / 10)) - this.#logMean
    const early = 1 / (this.#ttftSamples + 1 + priorSamples)
    this.#logMean += delta * Math.max(early, delta > 0 ? upwards * Math.min(1, delta) : downwards)
    this.#logVariance += (delta * delta - this.#logVariance) * Math.max(early, downwards)
    this.#ttftSamples++
    this.#slope.record(tokens, ttft)
  }

  /** Learns from a time per output token, the first one not included. */
  recordMsPerToken(value: number, nowMs: number): void {
    const sample = clamp(value, perTokenRange.minMs, perTokenRange.maxMs)
    this.#refreshPerToken(nowMs)
    const share = Math.max(perTokenShare, 1 / (this.#perTokenSamples + 1 + priorSamples))
    this.#msPerToken += (sample - this.#msPerToken) * share
    this.#perTokenSamples++
  }

  /**
   * Returns the expected time to the first content token, in ms, for a prompt of so many tokens (those in
   * cache left out).
   */
  expectedTtftMs(promptTokens: number, nowMs: number): number {
    const kept = keptAfter(nowMs - this.#ttftAtMs)
    const logMean = towards(this.#priorLogMean, this.#logMean, kept)
    const variance = towards(priorLogVariance, this.#logVariance, kept)
    const prefillMs = this.#slope.msPerToken * clamp(promptTokens, 0, maxPromptTokens)
    return Math.exp(logMean + Math.min(1, variance) / 2) + prefillMs
  }

  /** Returns the expected time per output token after the first, in ms. */
  expectedMsPerToken(nowMs: number): number {
    return towards(this.#priorMsPerToken, this.#msPerToken, keptAfter(nowMs - this.#perTokenAtMs))
  }

  /** Returns the beliefs as of `nowMs`. */
  snapshot(nowMs: number): LatencyModelSnapshot {
    const ttft = {
      logMean: this.#logMean,
      logVariance: this.#logVariance,
      samples: this.#ttftSamples,
      idleMs: Math.max(0, nowMs - this.#ttftAtMs),
    }
    const perToken = {
      meanMs: this.#msPerToken,
      samples: this.#perTokenSamples,
      idleMs: Math.max(0, nowMs - this.#perTokenAtMs),
    }
    return {
      slope: this.#slope.snapshot(),
      ...(ttft.idleMs < Infinity && { ttft }),
      ...(perToken.idleMs < Infinity && { perToken }),
    }
  }

  /**
   * Replaces the beliefs by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore({ slope, ttft, perToken }: LatencyModelSnapshot, nowMs: number): void {
    const unknown = { samples: 0, idleMs: Infinity }
    const first = ttft ?? { ...unknown, logMean: this.#priorLogMean, logVariance: priorLogVariance }
    const next = perToken ?? { ...unknown, meanMs: this.#priorMsPerToken }
    this.#slope.restore(slope)
    this.#logMean = requireRange('ttft.logMean', first.logMean, [-10, 20])
    this.#logVariance = requireRange('ttft.logVariance', first.logVariance, [0, 1_000])
    this.#ttftSamples = requireRange('ttft.samples', first.samples, snapshotBounds)
    this.#ttftAtMs = nowMs - requireRange('ttft.idleMs', first.idleMs, [0, Infinity])
    this.#msPerToken = requireRange('perToken.meanMs', next.meanMs, snapshotBounds)
    this.#perTokenSamples = requireRange('perToken.samples', next.samples, snapshotBounds)
    this.#perTokenAtMs = nowMs - requireRange('perToken.idleMs', next.idleMs, [0, Infinity])
  }

  #refreshTtft(nowMs: number): void {
    const kept = keptAfter(nowMs - this.#ttftAtMs)
    this.#logMean = towards(this.#priorLogMean, this.#logMean, kept)
    this.#logVariance = towards(priorLogVariance, this.#logVariance, kept)
    this.#ttftSamples *= kept
    this.#ttftAtMs = Math.max(this.#ttftAtMs, nowMs)
  }

  #refreshPerToken(nowMs: number): void {
    const kept = keptAfter(nowMs - this.#perTokenAtMs)
    this.#msPerToken = towards(this.#priorMsPerToken, this.#msPerToken, kept)
    this.#perTokenSamples *= kept
    this.#perTokenAtMs = Math.max(this.#perTokenAtMs, nowMs)
  }
}

/** Share of a belief that is left after so long without samples. */
function keptAfter(idleMs: number): number {
  return idleMs > staleAfterMs ? remainingWeight(idleMs - staleAfterMs, staleHalfLifeMs) : 1
}

function towards(prior: number, belief: number, kept: number): number {
  return prior + (belief - prior) * kept
}
