import type { ColdStart } from './cold-start.ts'
import type { RateLimits } from '../failure/rate-limit-headers.ts'
import { DecayedSums, type DecayedSumsSnapshot } from './decayed-sums.ts'
import { RateGate, type RateGateSnapshot } from './gate.ts'
import { Hold, type HoldSnapshot } from './hold.ts'
import { InFlight } from './in-flight.ts'
import { LatencyModel, type LatencyModelSnapshot, latencyModelDefaults } from './latency-model.ts'
import { perTokenRange, ttftRange } from './latency-range.ts'
import {
  type AttemptOutcome,
  OutcomeCounts,
  type OutcomeCountsSnapshot,
  type OutcomeRates,
  outcomeCountsDefaults,
} from './outcome-counts.ts'
import { type PermitLimits, Permits } from './permits.ts'
import { type AttemptTokens, Headroom, type HeadroomReceipt, type HeadroomSnapshot } from './headroom.ts'
import { LearnedCap, type LearnedCapSnapshot } from './learned-cap.ts'
import { LearnedCapabilities } from './learned-capabilities.ts'
import { QualityCounts, type QualityCountsSnapshot } from './quality-counts.ts'
import { clamp } from './range.ts'
import { SizedHistograms, type SizeClassSnapshot } from './sized-histograms.ts'
import { type SignalsView, viewOf } from './signals-view.ts'

/** What one attempt showed of its endpoint. */
export interface AttemptReport {
  /** `neutral` says nothing of the endpoint: the caller's fault, a 429, an abort, a lost hedge. */
  readonly outcome: AttemptOutcome | 'neutral'
  /** How much of an outcome it is, 0..1. */
  readonly weight: number
  /** Tokens of the prompt, those that the provider read from cache left out where that is known. */
  readonly promptTokens: number
  /** Tokens that came. */
  readonly outputTokens: number
  /** Time to the first content token, in ms; absent when none came, or when the answer came whole. */
  readonly ttftMs?: number | undefined
  /** Time from start to end, in ms. */
  readonly durationMs: number
}

/** What is believed of an endpoint before it was tried, for example the median of its peers. */
export interface SignalsPrior {
  /** Each above 0, sum 1. Default: 0.97, 0.02, 0.01. */
  readonly rates?: Readonly<OutcomeRates>
  /** Expected time to the first token, in ms. 1..600,000. Default: 1,000. */
  readonly ttftMs?: number
  /** Expected time per output token, in ms. 0.05..60,000. Default: 20. */
  readonly msPerToken?: number
}

/** Options of an endpoint's signals. */
export interface EndpointSignalsOptions {
  /** What the endpoint admits. */
  readonly limits: PermitLimits
  readonly prior?: SignalsPrior
  /** Holds it back while it is new. Default: none. */
  readonly coldStart?: ColdStart
}

/** Sources: those of the parts. */
export const signalsPriorDefaults: Required<SignalsPrior> = Object.freeze({
  rates: outcomeCountsDefaults.prior,
  ttftMs: latencyModelDefaults.priorTtftMs,
  msPerToken: latencyModelDefaults.priorMsPerToken,
})

/**
 * Everything that outlives a process, as of the instant of the snapshot. Attempts in flight and permits do
 * not.
 */
export interface EndpointSignalsSnapshot {
  readonly outcomes: OutcomeCountsSnapshot
  readonly latency: LatencyModelSnapshot
  /** Of the time until an early failure showed. */
  readonly detect: DecayedSumsSnapshot
  readonly ttft: readonly SizeClassSnapshot[]
  readonly perToken: readonly SizeClassSnapshot[]
  readonly quality: QualityCountsSnapshot
  readonly cap: LearnedCapSnapshot
  readonly headroom?: HeadroomSnapshot
  readonly gate: RateGateSnapshot
  readonly hold: HoldSnapshot
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
 * All that is known of one endpoint, and the right to use it. Reading changes nothing, however often it is
 * done.
 */
export class EndpointSignals {
  readonly permits: Permits
  readonly gate: RateGate = new RateGate()
  readonly hold: Hold = new Hold()
  /** What it has refused although its catalog entry lists it. Not part of a snapshot: a new process finds out anew. */
  readonly learned: LearnedCapabilities = new LearnedCapabilities()
  /** How often tool calls and JSON answers were valid. */
  readonly quality: QualityCounts = new QualityCounts()
  /** What the provider's refusals for load say of its capacity. */
  readonly cap: LearnedCap = new LearnedCap()
  /** Absent where the endpoint is not held back for being new. */
  readonly coldStart: ColdStart | undefined
  /** Made when the provider's headers first state a limit. */
  #headroom: Headroom | undefined
  readonly #outcomes: OutcomeCounts
  readonly #latency: LatencyModel
  readonly #inFlight = new InFlight()
  readonly #detect = new DecayedSums(detectHalfLifeMs, 1)
  readonly #ttft = new SizedHistograms(ttftRange)
  readonly #perToken = new SizedHistograms(perTokenRange)

  constructor({ limits, prior, coldStart }: EndpointSignalsOptions) {
    const { rates, ttftMs, msPerToken } = { ...signalsPriorDefaults, ...prior }
    this.#outcomes = new OutcomeCounts({ prior: rates })
    this.#latency = new LatencyModel({ priorTtftMs: ttftMs, priorMsPerToken: msPerToken })
    this.permits = new Permits(limits)
    this.coldStart = coldStart
  }

  /** Attempts under way, at least 0. */
  get inFlight(): number {
    return this.#inFlight.count
  }

  /**
   * Expected time until an early failure shows, in ms: an average of the last ones; 1,000 before the first.
   */
  get expectedDetectMs(): number {
    return this.#detect.mean(0, priorDetectMs, priorFailures)
  }

  /**
   * Writes the probabilities of the next attempt's outcome into `into` and returns it; see `OutcomeCounts`.
   */
  rates(nowMs: number, into?: OutcomeRates): OutcomeRates {
    return this.#outcomes.rates(nowMs, into)
  }

  /** Returns the decayed number of recent outcomes behind the rates, at least 0. */
  effectiveSamples(nowMs: number): number {
    return this.#outcomes.effectiveSamples(nowMs)
  }

  /** Returns the expected time to the first content token, in ms, load not included; see `LatencyModel`. */
  expectedTtftMs(promptTokens: number, nowMs: number): number {
    return this.#latency.expectedTtftMs(promptTokens, nowMs)
  }

  /** Returns the expected time per output token after the first, in ms. */
  expectedMsPerToken(nowMs: number): number {
    return this.#latency.expectedMsPerToken(nowMs)
  }

  /** Returns by how much the expected TTFT is to be multiplied for load, at least 1; see `InFlight`. */
  hotFactor(nowMs: number): number {
    return this.#inFlight.hotFactor(nowMs)
  }

  attemptStarted(nowMs: number): void {
    this.#inFlight.started(nowMs)
    this.cap.sent(nowMs)
  }

  /**
   * Returns the share of its usual traffic that the endpoint is to get, 0..1: what is left of its provider's limits, below the
   * capacity that its refusals showed, and as much as a new one gets.
   */
  share(nowMs: number): number {
    const headroom = this.#headroom?.admitProbability(nowMs) ?? 1
    return headroom * this.cap.weight(nowMs) * (this.coldStart?.share(nowMs) ?? 1)
  }

  /** Debits an attempt from the provider's limits as it is sent; nothing while no limit is known. */
  debit(tokens: AttemptTokens, nowMs: number): HeadroomReceipt | undefined {
    return this.#headroom?.sent(tokens, nowMs)
  }

  /** Takes the limits that the headers of an attempt's answer state. */
  observeLimits(limits: RateLimits, receipt: HeadroomReceipt | undefined, nowMs: number): void {
    this.#headroom ??= new Headroom()
    // An attempt that was sent before any limit was known counts from its answer on.
    const own = receipt ?? this.#headroom.sent({ promptTokens: 0, outputTokens: 0 }, nowMs)
    this.#headroom.observe(limits, own, nowMs)
  }

  /** Corrects a debit by the tokens that the attempt really used. */
  settleDebit(receipt: HeadroomReceipt | undefined, tokens: AttemptTokens, nowMs: number): void {
    if (receipt !== undefined) this.#headroom?.settled(receipt, tokens, nowMs)
  }

  /** Takes what an attempt showed. Called once for each started attempt. */
  attemptEnded(report: AttemptReport, nowMs: number): void {
    this.#inFlight.ended(nowMs)
    if (report.outcome === 'neutral') return
    this.#outcomes.record(report.outcome, report.weight, nowMs)
    if (report.outcome === 'success') this.#succeeded(nowMs)
    if (report.outcome === 'early') this.#detect.record([clamp(report.durationMs, 0, maxDetectMs)], nowMs)
    if (report.ttftMs !== undefined) this.#learnStreamed(report, report.ttftMs, nowMs)
    else if (report.outcome === 'success') this.#learnWhole(report, nowMs)
  }

  /**
   * Returns the time to the first token, in ms, within which a share `q` (0..1) of the attempts with such a
   * prompt have one.
   */
  ttftQuantileMs(q: number, promptTokens: number, nowMs: number): number {
    const meanMs = this.#latency.expectedTtftMs(promptTokens, nowMs)
    return this.#ttft.quantileMs({ q, promptTokens }, { meanMs, logDeviation: ttftLogDeviation }, nowMs)
  }

  /**
   * Returns the time per output token, in ms, within which a share `q` (0..1) of the answers to such a prompt
   * stay.
   */
  msPerTokenQuantile(q: number, promptTokens: number, nowMs: number): number {
    const prior = { meanMs: this.#latency.expectedMsPerToken(nowMs), logDeviation: perTokenLogDeviation }
    return this.#perToken.quantileMs({ q, promptTokens }, prior, nowMs)
  }

  /** Returns the decayed numbers of recent latencies that are known for such prompts, at least 0. */
  latencySamples(promptTokens: number, nowMs: number): { readonly ttft: number; readonly perToken: number } {
    return {
      ttft: this.#ttft.count(promptTokens, nowMs),
      perToken: this.#perToken.count(promptTokens, nowMs),
    }
  }

  /** Returns what is known at `nowMs`, for people; latencies are those of prompts of `promptTokens`. */
  describe(nowMs: number, promptTokens = 1_000): SignalsView {
    return viewOf(this, promptTokens, nowMs)
  }

  /** Returns what outlives this process, as plain JSON. */
  snapshot(nowMs: number): EndpointSignalsSnapshot {
    return {
      outcomes: this.#outcomes.snapshot(nowMs),
      latency: this.#latency.snapshot(nowMs),
      detect: this.#detect.snapshot(nowMs),
      ttft: this.#ttft.snapshot(nowMs),
      perToken: this.#perToken.snapshot(nowMs),
      quality: this.quality.snapshot(nowMs),
      cap: this.cap.snapshot(nowMs),
      ...(this.#headroom !== undefined && { headroom: this.#headroom.snapshot(nowMs) }),
      gate: this.gate.snapshot(nowMs),
      hold: this.hold.snapshot(nowMs),
    }
  }

  /**
   * Replaces what is known by a snapshot; its instant was `nowMs` on this process's clock, so subtract the
   * snapshot's age.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore(snapshot: EndpointSignalsSnapshot, nowMs: number): void {
    this.#outcomes.restore(snapshot.outcomes, nowMs)
    this.#latency.restore(snapshot.latency, nowMs)
    this.#detect.restore(snapshot.detect, nowMs)
    this.#ttft.restore(snapshot.ttft, nowMs)
    this.#perToken.restore(snapshot.perToken, nowMs)
    this.quality.restore(snapshot.quality, nowMs)
    this.cap.restore(snapshot.cap, nowMs)
    if (snapshot.headroom !== undefined) (this.#headroom ??= new Headroom()).restore(snapshot.headroom, nowMs)
    this.gate.restore(snapshot.gate, nowMs)
    this.hold.restore(snapshot.hold, nowMs)
    this.coldStart?.succeeded(nowMs, snapshot.outcomes.fast.success)
  }

  /**
   * Adds what another process learnt of the endpoint, whose snapshot was taken at `nowMs`: afterwards it is what one process
   * would know that had seen both streams of attempts, but for the slow counts (see `OutcomeCounts`) and for answers that came
   * whole, whose time each process divided by what it expected. Of gates and holds the later holds.
   *
   * @throws RangeError when a number of the snapshot is out of bounds; nothing is added then.
   */
  merge(snapshot: EndpointSignalsSnapshot, nowMs: number): void {
    // A part that is refused must not leave those before it added, to be added again with the next snapshot.
    new EndpointSignals({ limits: {} }).restore(snapshot, nowMs)
    this.#outcomes.merge(snapshot.outcomes, nowMs)
    this.#latency.merge(snapshot.latency, nowMs)
    this.#detect.merge(snapshot.detect, nowMs)
    this.#ttft.merge(snapshot.ttft, nowMs)
    this.#perToken.merge(snapshot.perToken, nowMs)
    this.quality.merge(snapshot.quality, nowMs)
    this.cap.merge(snapshot.cap, nowMs)
    if (snapshot.headroom !== undefined) (this.#headroom ??= new Headroom()).merge(snapshot.headroom, nowMs)
    this.gate.merge(snapshot.gate, nowMs)
    this.hold.merge(snapshot.hold, nowMs)
    this.coldStart?.succeeded(nowMs, snapshot.outcomes.fast.success)
  }

  /**
   * A success ends a row of closings or holds, unless one is in force: then the attempt was older than that.
   */
  #succeeded(nowMs: number): void {
    this.coldStart?.succeeded(nowMs)
    if (!this.gate.isClosed(nowMs)) this.gate.succeeded()
    if (this.hold.until(nowMs) === undefined) this.hold.lift()
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
  #learnWhole({ promptTokens, outputTokens, durationMs }: AttemptReport, nowMs: number): void {
    const ttftMs = this.#latency.expectedTtftMs(promptTokens, nowMs)
    const outputMs = this.#latency.expectedMsPerToken(nowMs) * outputTokens
    if (outputMs < ttftMs) this.#latency.recordTtft(durationMs - outputMs, promptTokens, nowMs)
    else this.#latency.recordMsPerToken((durationMs - ttftMs) / outputTokens, nowMs)
  }
}
