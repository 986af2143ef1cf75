import { RateGate, type RateGateSnapshot } from './gate.ts'
import { Hold, type HoldSnapshot } from './hold.ts'
import { InFlight } from './in-flight.ts'
import { LatencyHistogram, type LatencyHistogramSnapshot } from './latency-histogram.ts'
import {
  LatencyModel,
  type LatencyModelSnapshot,
  latencyModelDefaults,
  priorLogDeviation,
} from './latency-model.ts'
import { type LatencyRange, perTokenRange, ttftRange } from './latency-range.ts'
import {
  type AttemptOutcome,
  OutcomeCounts,
  type OutcomeCountsSnapshot,
  type OutcomeRates,
  outcomeCountsDefaults,
} from './outcome-counts.ts'
import { type PermitLimits, Permits } from './permits.ts'
import { clamp, requireRange, snapshotBounds } from './range.ts'
import { shrunkQuantileMs } from './shrunk-quantile.ts'
import { type SizeClass, sizeClassOf } from './size-class.ts'

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
}

/** Sources: those of the parts. */
export const signalsPriorDefaults: Required<SignalsPrior> = Object.freeze({
  rates: outcomeCountsDefaults.prior,
  ttftMs: latencyModelDefaults.priorTtftMs,
  msPerToken: latencyModelDefaults.priorMsPerToken,
})

/** What is known of an endpoint, as plain numbers for people. */
export interface SignalsView {
  /** Probabilities of the next attempt's outcome; their sum is 1. */
  readonly successRate: number
  readonly earlyFailureRate: number
  readonly lateFailureRate: number
  /** Decayed number of recent outcomes behind the rates. */
  readonly samples: number
  readonly ttftP50Ms: number
  readonly ttftP75Ms: number
  readonly ttftP90Ms: number
  readonly ttftP99Ms: number
  /** Output tokens per second once the first has come, which half of the answers reach. */
  readonly tokensPerSecondP50: number
  /** Which 75 %, 90 % and 99 % of the answers reach. */
  readonly tokensPerSecondP75: number
  readonly tokensPerSecondP90: number
  readonly tokensPerSecondP99: number
  /** Expected time until an early failure shows. */
  readonly detectMs: number
  /** Attempts under way. */
  readonly inFlight: number
  /** How long the rate gate stays closed; 0 when it is open. */
  readonly gatedForMs: number
  /** How long the hold stays; 0 without one. */
  readonly heldForMs: number
  /** Why it was held last; absent when it never was, or has succeeded since. */
  readonly holdReason?: string
}

/**
 * Everything that outlives a process, as of the instant of the snapshot. Attempts in flight and permits do
 * not.
 */
export interface EndpointSignalsSnapshot {
  readonly outcomes: OutcomeCountsSnapshot
  readonly latency: LatencyModelSnapshot
  readonly detectMs: number
  readonly ttft: readonly SizeClassSnapshot[]
  readonly perToken: readonly SizeClassSnapshot[]
  readonly gate: RateGateSnapshot
  readonly hold: HoldSnapshot
}

/** The latencies of one class of prompts. */
export interface SizeClassSnapshot {
  readonly sizeClass: SizeClass
  readonly histogram: LatencyHistogramSnapshot
}

/**
 * Expected time until an early failure shows before any was seen, in ms, and the share that each moves it by.
 * Source: choice.
 */
const priorDetectMs = 1_000
const detectShare = 0.2
const maxDetectMs = 600_000

/**
 * Spread of the time per token around its mean: a provider's speed varies less than its queue. Source:
 * choice.
 */
const perTokenLogDeviation = 0.3

type Histograms = (LatencyHistogram | undefined)[]

/**
 * All that is known of one endpoint, and the right to use it. Reading changes nothing, however often it is
 * done.
 */
export class EndpointSignals {
  readonly permits: Permits
  readonly gate: RateGate = new RateGate()
  readonly hold: Hold = new Hold()
  readonly #outcomes: OutcomeCounts
  readonly #latency: LatencyModel
  readonly #inFlight = new InFlight()
  #detectMs = priorDetectMs
  /** By size class; most endpoints see one or two of the four, so each is made when it is needed. */
  readonly #ttft: Histograms = []
  readonly #perToken: Histograms = []

  constructor({ limits, prior }: EndpointSignalsOptions) {
    const { rates, ttftMs, msPerToken } = { ...signalsPriorDefaults, ...prior }
    this.#outcomes = new OutcomeCounts({ prior: rates })
    this.#latency = new LatencyModel({ priorTtftMs: ttftMs, priorMsPerToken: msPerToken })
    this.permits = new Permits(limits)
  }

  /** Attempts under way, at least 0. */
  get inFlight(): number {
    return this.#inFlight.count
  }

  /**
   * Expected time until an early failure shows, in ms: an average of the last ones; 1,000 before the first.
   */
  get expectedDetectMs(): number {
    return this.#detectMs
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
  }

  /** Takes what an attempt showed. Called once for each started attempt. */
  attemptEnded(report: AttemptReport, nowMs: number): void {
    this.#inFlight.ended(nowMs)
    if (report.outcome === 'neutral') return
    this.#outcomes.record(report.outcome, report.weight, nowMs)
    if (report.outcome === 'success') this.#endRows(nowMs)
    if (report.outcome === 'early') {
      this.#detectMs += (clamp(report.durationMs, 0, maxDetectMs) - this.#detectMs) * detectShare
    }
    if (report.ttftMs !== undefined) this.#learnStreamed(report, report.ttftMs, nowMs)
    else if (report.outcome === 'success') this.#learnWhole(report, nowMs)
  }

  /**
   * Returns the time to the first token, in ms, within which a share `q` (0..1) of the attempts with such a
   * prompt have one.
   */
  ttftQuantileMs(q: number, promptTokens: number, nowMs: number): number {
    const prior = {
      meanMs: this.#latency.expectedTtftMs(promptTokens, nowMs),
      logDeviation: priorLogDeviation,
    }
    return shrunkQuantileMs(q, prior, { histogram: this.#ttft[sizeClassOf(promptTokens)], nowMs })
  }

  /**
   * Returns the time per output token, in ms, within which a share `q` (0..1) of the answers to such a prompt
   * stay.
   */
  msPerTokenQuantile(q: number, promptTokens: number, nowMs: number): number {
    const prior = { meanMs: this.#latency.expectedMsPerToken(nowMs), logDeviation: perTokenLogDeviation }
    return shrunkQuantileMs(q, prior, { histogram: this.#perToken[sizeClassOf(promptTokens)], nowMs })
  }

  /** Returns what is known at `nowMs`, for people; latencies are those of prompts of `promptTokens`. */
  describe(nowMs: number, promptTokens = 1_000): SignalsView {
    const { success, early, late } = this.#outcomes.rates(nowMs)
    const { reason } = this.hold
    return {
      successRate: success,
      earlyFailureRate: early,
      lateFailureRate: late,
      samples: this.#outcomes.effectiveSamples(nowMs),
      ttftP50Ms: this.ttftQuantileMs(0.5, promptTokens, nowMs),
      ttftP75Ms: this.ttftQuantileMs(0.75, promptTokens, nowMs),
      ttftP90Ms: this.ttftQuantileMs(0.9, promptTokens, nowMs),
      ttftP99Ms: this.ttftQuantileMs(0.99, promptTokens, nowMs),
      tokensPerSecondP50: 1_000 / this.msPerTokenQuantile(0.5, promptTokens, nowMs),
      tokensPerSecondP75: 1_000 / this.msPerTokenQuantile(0.75, promptTokens, nowMs),
      tokensPerSecondP90: 1_000 / this.msPerTokenQuantile(0.9, promptTokens, nowMs),
      tokensPerSecondP99: 1_000 / this.msPerTokenQuantile(0.99, promptTokens, nowMs),
      detectMs: this.#detectMs,
      inFlight: this.#inFlight.count,
      gatedForMs: Math.max(0, this.gate.opensAtMs - nowMs),
      heldForMs: Math.max(0, (this.hold.until(nowMs) ?? nowMs) - nowMs),
      ...(reason !== undefined && { holdReason: reason }),
    }
  }

  /** Returns what outlives this process, as plain JSON. */
  snapshot(nowMs: number): EndpointSignalsSnapshot {
    return {
      outcomes: this.#outcomes.snapshot(nowMs),
      latency: this.#latency.snapshot(nowMs),
      detectMs: this.#detectMs,
      ttft: snapshotsOf(this.#ttft, nowMs),
      perToken: snapshotsOf(this.#perToken, nowMs),
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
    this.#detectMs = requireRange('detectMs', snapshot.detectMs, snapshotBounds)
    this.gate.restore(snapshot.gate, nowMs)
    this.hold.restore(snapshot.hold, nowMs)
    this.#ttft.length = this.#perToken.length = 0
    for (const { sizeClass, histogram } of snapshot.ttft)
      at(this.#ttft, sizeClass, ttftRange).restore(histogram, nowMs)
    for (const { sizeClass, histogram } of snapshot.perToken) {
      at(this.#perToken, sizeClass, perTokenRange).restore(histogram, nowMs)
    }
  }

  /**
   * A success ends a row of closings or holds, unless one is in force: then the attempt was older than that.
   */
  #endRows(nowMs: number): void {
    if (!this.gate.isClosed(nowMs)) this.gate.succeeded()
    if (this.hold.until(nowMs) === undefined) this.hold.lift()
  }

  #learnStreamed(report: AttemptReport, ttftMs: number, nowMs: number): void {
    const { promptTokens, outputTokens, durationMs } = report
    const sizeClass = sizeClassOf(promptTokens)
    this.#latency.recordTtft(ttftMs, promptTokens, nowMs)
    at(this.#ttft, sizeClass, ttftRange).record(ttftMs, nowMs)
    // Up to a late failure, the time after the last token is that of a stall: it says nothing of the speed.
    if (report.outcome !== 'success' || outputTokens < 2) return
    const msPerToken = (durationMs - ttftMs) / (outputTokens - 1)
    this.#latency.recordMsPerToken(msPerToken, nowMs)
    at(this.#perToken, sizeClass, perTokenRange).record(msPerToken, nowMs)
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

function at(histograms: Histograms, sizeClass: SizeClass, range: LatencyRange): LatencyHistogram {
  return (histograms[sizeClass] ??= new LatencyHistogram(range))
}

function snapshotsOf(histograms: Histograms, nowMs: number): SizeClassSnapshot[] {
  return ([0, 1, 2, 3] as const).flatMap((sizeClass) => {
    const histogram = histograms[sizeClass]?.snapshot(nowMs)
    return histogram === undefined ? [] : [{ sizeClass, histogram }]
  })
}
