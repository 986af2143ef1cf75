import type { RateLimits } from '../failure/rate-limit-headers.ts'
import type { AttemptReport } from './attempt-report.ts'
import { AttemptTimes, type AttemptTimesSnapshot } from './attempt-times.ts'
import type { ColdStart } from './cold-start.ts'
import { RateGate, type RateGateSnapshot } from './gate.ts'
import { type AttemptTokens, Headroom, type HeadroomReceipt, type HeadroomSnapshot } from './headroom.ts'
import { Hold, type HoldSnapshot } from './hold.ts'
import { InFlight } from './in-flight.ts'
import { latencyModelDefaults } from './latency-model.ts'
import { LearnedCap, type LearnedCapSnapshot } from './learned-cap.ts'
import { LearnedCapabilities } from './learned-capabilities.ts'
import {
  OutcomeCounts,
  type OutcomeCountsSnapshot,
  type OutcomeRates,
  outcomeCountsDefaults,
} from './outcome-counts.ts'
import { type PermitLimits, Permits } from './permits.ts'
import { QualityCounts, type QualityCountsSnapshot } from './quality-counts.ts'
import { type SignalsView, viewOf } from './signals-view.ts'
import type { Random } from '../runtime/random.ts'

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

/** A provider's refusal of an attempt because of load. */
export interface LoadRefusal {
  /** How long it asks to stay away, in ms; see `RateGate.close`. */
  readonly retryAfterMs: number | undefined
  /** When the attempt was sent, in ms. */
  readonly sentAtMs: number
}

/** Everything that outlives a process, as of the instant of the snapshot. Attempts in flight and permits do not. */
export interface EndpointSignalsSnapshot extends AttemptTimesSnapshot {
  readonly outcomes: OutcomeCountsSnapshot
  readonly quality: QualityCountsSnapshot
  readonly cap: LearnedCapSnapshot
  readonly headroom?: HeadroomSnapshot
  readonly gate: RateGateSnapshot
  readonly hold: HoldSnapshot
}

/** All that is known of one endpoint, and the right to use it. Reading changes nothing, however often it is done. */
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
  readonly #times: AttemptTimes
  readonly #inFlight = new InFlight()
  /** What was learned here since it was last taken; absent until somebody takes it. */
  #delta: SignalsDelta | undefined

  constructor({ limits, prior, coldStart }: EndpointSignalsOptions) {
    const { rates, ttftMs, msPerToken } = { ...signalsPriorDefaults, ...prior }
    this.#outcomes = new OutcomeCounts({ prior: rates })
    this.#times = new AttemptTimes({ priorTtftMs: ttftMs, priorMsPerToken: msPerToken })
    this.permits = new Permits(limits)
    this.coldStart = coldStart
  }

  attemptStarted(nowMs: number): void {
    this.#inFlight.started(nowMs)
    this.cap.sent(nowMs)
    this.#delta?.learn().cap.sent(nowMs)
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
    this.#delta?.learn().observeLimits(limits, undefined, nowMs)
  }

  /** Corrects a debit by the tokens that the attempt really used. */
  settleDebit(receipt: HeadroomReceipt | undefined, tokens: AttemptTokens, nowMs: number): void {
    if (receipt !== undefined) this.#headroom?.settled(receipt, tokens, nowMs)
  }

  /** Takes what an attempt showed. Called once for each started attempt. */
  attemptEnded(report: AttemptReport, nowMs: number): void {
    this.#inFlight.ended(nowMs)
    if (report.outcome === 'neutral') return
    const delta = this.#delta?.learn()
    if (delta !== undefined) delta.#learn(report, nowMs, this.#times)
    this.#learn(report, nowMs, this.#times)
    if (report.outcome === 'success') this.#succeeded(nowMs)
  }

  /** Takes back what spoke against the endpoint while all others of its model failed too; see `OutcomeCounts.forgetRow`. */
  forgetOutage(nowMs: number): void {
    this.#outcomes.forgetRow(nowMs)
    // What was told already is forgotten by whoever sees the outage too.
    this.#delta?.taken()?.forgetOutage(nowMs)
  }

  /** Closes the gate, and cuts the learned cap, after a refusal for load of an attempt that was sent at `sentAtMs`. */
  refused({ retryAfterMs, sentAtMs }: LoadRefusal, nowMs: number, random: Random): void {
    this.gate.close(retryAfterMs, nowMs, random)
    this.cap.refused(sentAtMs, nowMs)
    const delta = this.#delta?.learn()
    delta?.gate.closeUntil(this.gate.opensAtMs)
    delta?.cap.setCap(this.cap.capPerSecond(nowMs), nowMs)
  }

  /** Places the hold; see `Hold.place`. */
  placeHold(reason: string, nowMs: number): void {
    this.hold.place(reason, nowMs)
    this.#delta?.learn().hold.restore(this.hold.snapshot(nowMs), nowMs)
  }

  /** Takes whether a tool call or a JSON answer was valid. */
  answerChecked(valid: boolean, nowMs: number): void {
    this.quality.record(valid, nowMs)
    this.#delta?.learn().quality.record(valid, nowMs)
  }

  /**
   * Returns what was learned here since it was last asked for, for other instances to `merge`, as plain JSON; nothing if that is nothing.
   * What was merged is not in it. The first call, which returns nothing, is from when on it is collected.
   */
  takeDelta(nowMs: number): EndpointSignalsSnapshot | undefined {
    const taken = this.#delta?.taken()
    this.#delta = new SignalsDelta()
    return taken?.snapshot(nowMs)
  }

  /** Attempts under way, at least 0. */
  get inFlight(): number {
    return this.#inFlight.count
  }

  /** Expected time until an early failure shows, in ms: an average of the last ones; 1,000 before the first. */
  get expectedDetectMs(): number {
    return this.#times.expectedDetectMs
  }

  /** Writes the probabilities of the next attempt's outcome into `into` and returns it; see `OutcomeCounts`. */
  rates(nowMs: number, into?: OutcomeRates): OutcomeRates {
    return this.#outcomes.rates(nowMs, into)
  }

  /** Returns the decayed number of recent outcomes behind the rates, at least 0. */
  effectiveSamples(nowMs: number): number {
    return this.#outcomes.effectiveSamples(nowMs)
  }

  /** Returns the expected time to the first content token, in ms, load not included; see `LatencyModel`. */
  expectedTtftMs(promptTokens: number, nowMs: number): number {
    return this.#times.expectedTtftMs(promptTokens, nowMs)
  }

  /** Returns the time to the first token, in ms, within which a share `q` (0..1) of the attempts with such a prompt have one. */
  ttftQuantileMs(q: number, promptTokens: number, nowMs: number): number {
    return this.#times.ttftQuantileMs(q, promptTokens, nowMs)
  }

  /** Returns the expected time per output token after the first, in ms. */
  expectedMsPerToken(nowMs: number): number {
    return this.#times.expectedMsPerToken(nowMs)
  }

  /** Returns the time per output token, in ms, within which a share `q` (0..1) of the answers to such a prompt stay. */
  msPerTokenQuantile(q: number, promptTokens: number, nowMs: number): number {
    return this.#times.msPerTokenQuantile(q, promptTokens, nowMs)
  }

  /** Returns the decayed numbers of recent latencies that are known for such prompts, at least 0. */
  latencySamples(promptTokens: number, nowMs: number): { readonly ttft: number; readonly perToken: number } {
    return this.#times.samples(promptTokens, nowMs)
  }

  /** Returns by how much the expected TTFT is to be multiplied for load, at least 1; see `InFlight`. */
  hotFactor(nowMs: number): number {
    return this.#inFlight.hotFactor(nowMs)
  }

  /**
   * Returns the share of its usual traffic that the endpoint is to get, 0..1: what is left of its provider's limits, below the
   * capacity that its refusals showed, and as much as a new one gets.
   */
  share(nowMs: number): number {
    const headroom = this.#headroom?.admitProbability(nowMs) ?? 1
    return headroom * this.cap.weight(nowMs) * (this.coldStart?.share(nowMs) ?? 1)
  }

  /** Returns what is known at `nowMs`, for people; latencies are those of prompts of `promptTokens`. */
  describe(nowMs: number, promptTokens = 1_000): SignalsView {
    return viewOf(this, promptTokens, nowMs)
  }

  /** Returns what outlives this process, as plain JSON. */
  snapshot(nowMs: number): EndpointSignalsSnapshot {
    return {
      outcomes: this.#outcomes.snapshot(nowMs),
      ...this.#times.snapshot(nowMs),
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
    this.#times.restore(snapshot, nowMs)
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
    this.#times.merge(snapshot, nowMs)
    this.quality.merge(snapshot.quality, nowMs)
    this.cap.merge(snapshot.cap, nowMs)
    if (snapshot.headroom !== undefined) (this.#headroom ??= new Headroom()).merge(snapshot.headroom, nowMs)
    this.gate.merge(snapshot.gate, nowMs)
    this.hold.merge(snapshot.hold, nowMs)
    this.coldStart?.succeeded(nowMs, snapshot.outcomes.fast.success)
  }

  #learn(report: AttemptReport, nowMs: number, known: AttemptTimes): void {
    if (report.outcome === 'neutral') return
    this.#outcomes.record(report.outcome, report.weight, nowMs)
    this.#times.record(report, nowMs, known)
  }

  /** A success ends a row of closings or holds, unless one is in force: then the attempt was older than that. */
  #succeeded(nowMs: number): void {
    this.coldStart?.succeeded(nowMs)
    if (!this.gate.isClosed(nowMs)) this.gate.succeeded()
    if (this.hold.until(nowMs) === undefined) this.hold.lift()
  }
}

/** Signals of what one instance has learned since it last told the others. */
class SignalsDelta {
  readonly #signals = new EndpointSignals({ limits: {} })
  #learned = false

  /** The signals, to add to. */
  learn(): EndpointSignals {
    this.#learned = true
    return this.#signals
  }

  /** The signals, if anything was added. */
  taken(): EndpointSignals | undefined {
    return this.#learned ? this.#signals : undefined
  }
}
