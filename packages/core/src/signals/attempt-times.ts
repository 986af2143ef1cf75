import type { AttemptReport } from './attempt-report.ts'
import { DecayedSums, type DecayedSumsSnapshot } from './decayed-sums.ts'
import { LatencyModel, type LatencyModelOptions, type LatencyModelSnapshot } from './latency-model.ts'
import { perTokenRange, ttftRange } from './latency-range.ts'
import { clamp } from './range.ts'
import { SizedHistograms, type SizeClassSnapshot } from './sized-histograms.ts'

/** Times of attempts as of the instant of the snapshot. */
export interface AttemptTimesSnapshot {
  readonly latency: LatencyModelSnapshot
  /** Of the time until an early failure showed. */
  readonly detect: DecayedSumsSnapshot
  readonly ttft: readonly SizeClassSnapshot[]
  readonly perToken: readonly SizeClassSnapshot[]
}

/**
 * Expected time until an early failure shows before any was seen, in ms, failures' worth of belief in that, and the time in
 * which a failure loses half its weight. Source: choice.
 */
const priorDetectMs = 1_000
const priorFailures = 2
const detectHalfLifeMs = 300_000
const maxDetectMs = 600_000

/**
 * Spread of a time around its mean, as the standard deviation of its logarithm. The 90 % quantile of TTFT is about twice the
 * median; a provider's speed varies less than its queue. Source: choice.
 */
const ttftLogDeviation = 0.6
const perTokenLogDeviation = 0.3

/**
 * How long attempts on an endpoint take: to the first content token, for each token after it, and until an early failure shows;
 * what is expected, and how it is spread. Reading changes nothing.
 */
export class AttemptTimes {
  readonly #latency: LatencyModel
  readonly #detect = new DecayedSums(detectHalfLifeMs, 1)
  readonly #ttft = new SizedHistograms(ttftRange)
  readonly #perToken = new SizedHistograms(perTokenRange)

  /** @param prior - What is expected before any attempt. */
  constructor(prior: LatencyModelOptions) {
    this.#latency = new LatencyModel(prior)
  }

  /** Learns from an attempt that was not neutral. `known` tells what to expect of an answer that came whole; by default itself. */
  record(report: AttemptReport, nowMs: number, known: AttemptTimes = this): void {
    const { outcome, durationMs, ttftMs } = report
    if (outcome === 'early') this.#detect.record([clamp(durationMs, 0, maxDetectMs)], nowMs)
    if (ttftMs !== undefined) this.#learnStreamed(report, ttftMs, nowMs)
    else if (outcome === 'success') this.#learnWhole(report, nowMs, known)
  }

  /** Expected time until an early failure shows, in ms: an average of the last ones; 1,000 before the first. */
  get expectedDetectMs(): number {
    return this.#detect.mean(0, priorDetectMs, priorFailures)
  }

  /** Returns the expected time to the first content token, in ms, load not included; see `LatencyModel`. */
  expectedTtftMs(promptTokens: number, nowMs: number): number {
    return this.#latency.expectedTtftMs(promptTokens, nowMs)
  }

  /** Returns the expected time per output token after the first, in ms. */
  expectedMsPerToken(nowMs: number): number {
    return this.#latency.expectedMsPerToken(nowMs)
  }

  /** Returns the time to the first token, in ms, within which a share `q` (0..1) of the attempts with such a prompt have one. */
  ttftQuantileMs(q: number, promptTokens: number, nowMs: number): number {
    const meanMs = this.#latency.expectedTtftMs(promptTokens, nowMs)
    return this.#ttft.quantileMs({ q, promptTokens }, { meanMs, logDeviation: ttftLogDeviation }, nowMs)
  }

  /** Returns the time per output token, in ms, within which a share `q` (0..1) of the answers to such a prompt stay. */
  msPerTokenQuantile(q: number, promptTokens: number, nowMs: number): number {
    const prior = { meanMs: this.#latency.expectedMsPerToken(nowMs), logDeviation: perTokenLogDeviation }
    return this.#perToken.quantileMs({ q, promptTokens }, prior, nowMs)
  }

  /** Returns the decayed numbers of recent times that are known for such prompts, at least 0. */
  samples(promptTokens: number, nowMs: number): { readonly ttft: number; readonly perToken: number } {
    return {
      ttft: this.#ttft.count(promptTokens, nowMs),
      perToken: this.#perToken.count(promptTokens, nowMs),
    }
  }

  /** Returns what is known as of `nowMs`, as plain JSON. */
  snapshot(nowMs: number): AttemptTimesSnapshot {
    return {
      latency: this.#latency.snapshot(nowMs),
      detect: this.#detect.snapshot(nowMs),
      ttft: this.#ttft.snapshot(nowMs),
      perToken: this.#perToken.snapshot(nowMs),
    }
  }

  /**
   * Replaces what is known by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore({ latency, detect, ttft, perToken }: AttemptTimesSnapshot, nowMs: number): void {
    this.#latency.restore(latency, nowMs)
    this.#detect.restore(detect, nowMs)
    this.#ttft.restore(ttft, nowMs)
    this.#perToken.restore(perToken, nowMs)
  }

  /**
   * Adds what another instance learnt, whose snapshot was taken at `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  merge({ latency, detect, ttft, perToken }: AttemptTimesSnapshot, nowMs: number): void {
    this.#latency.merge(latency, nowMs)
    this.#detect.merge(detect, nowMs)
    this.#ttft.merge(ttft, nowMs)
    this.#perToken.merge(perToken, nowMs)
  }

  #learnStreamed(report: AttemptReport, ttftMs: number, nowMs: number): void {
    const { promptTokens, outputTokens, durationMs } = report
    this.#latency.recordTtft(ttftMs, promptTokens, nowMs)
    this.#ttft.record(ttftMs, promptTokens, nowMs)
    // Up to a late failure, the time after the last token is that of a stall: it says nothing of the speed.
    if (report.outcome !== 'success' || outputTokens < 2) return
    const msPerToken = (durationMs - ttftMs) / (outputTokens - 1)
    this.#latency.recordMsPerToken(msPerToken, nowMs)
    this.#perToken.record(msPerToken, promptTokens, nowMs)
  }

  /**
   * Learns from an answer that came whole, where only the sum of both times is known: what the expectation of
   * the smaller part leaves of the duration is a sample of the larger part, so that an error of the smaller
   * one is never blown up. No histogram takes it.
   */
  #learnWhole(report: AttemptReport, nowMs: number, known: AttemptTimes): void {
    const { promptTokens, outputTokens, durationMs } = report
    const ttftMs = known.expectedTtftMs(promptTokens, nowMs)
    const outputMs = known.expectedMsPerToken(nowMs) * outputTokens
    if (outputMs < ttftMs) this.#latency.recordTtft(durationMs - outputMs, promptTokens, nowMs)
    else this.#latency.recordMsPerToken((durationMs - ttftMs) / outputTokens, nowMs)
  }
}
