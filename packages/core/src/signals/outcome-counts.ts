import { remainingWeight } from './decay.ts'
import { FailureRow } from './failure-row.ts'
import { clamp, requireRange, snapshotBounds } from './range.ts'

/** How an attempt ended: `early` is a failure before the first content token, `late` one after it. */
export type AttemptOutcome = 'success' | 'early' | 'late'

/** A number for each outcome. */
export interface OutcomeTally {
  success: number
  early: number
  late: number
}

/** Probability of each outcome of the next attempt: each above 0, their sum 1. */
export type OutcomeRates = OutcomeTally

/** Options of outcome counts. */
export interface OutcomeCountsOptions {
  /** Time in which a recorded outcome loses half its weight, in ms. 1,000..3,600,000. Default: 60,000. */
  readonly halfLifeMs?: number
  /** Outcomes' worth of belief in the slow rates against the recent outcomes. 0.1..1,000. Default: 10. */
  readonly pseudoCounts?: number
  /** What each event leaves of the slow counts before it. 0.9..0.99999. Default: 0.999. */
  readonly slowFactor?: number
  /** Rates of an endpoint of which nothing is known; each above 0, sum 1. Default: 0.97, 0.02, 0.01. */
  readonly prior?: Readonly<OutcomeRates>
  /**
   * Events' worth of belief in the prior at the start; it fades with events down to one. 1..1,000. Default:
   * 100.
   */
  readonly priorEvents?: number
}

/**
 * Half-life and pseudo-counts: measured in simulation, where 15..180 s and 3..30 differ little. Prior:
 * choice, near the background failures of hosted providers. Prior events: choice, enough that the probes of
 * one outage do not stick to an endpoint that is new.
 */
export const outcomeCountsDefaults: Required<OutcomeCountsOptions> = Object.freeze({
  halfLifeMs: 60_000,
  pseudoCounts: 10,
  slowFactor: 0.999,
  prior: Object.freeze({ success: 0.97, early: 0.02, late: 0.01 }),
  priorEvents: 100,
})

/** Outcome counts as of the instant of the snapshot; it holds no instant, so any process can read it. */
export interface OutcomeCountsSnapshot {
  readonly fast: Readonly<OutcomeTally>
  readonly slow: Readonly<OutcomeTally>
}

/**
 * How attempts on an endpoint ended, newer ones counting more.
 *
 * The rates are a Dirichlet posterior mean: recent counts (exponential decay in time) plus a fixed number of
 * pseudo-counts, distributed by the slow rates (exponential decay per event), which in turn start from the
 * prior. So a busy endpoint is judged by its last minutes, an idle one by its history, a new one by the
 * prior. A success never lowers the success rate, a failure never raises it. Reading changes nothing.
 */
export class OutcomeCounts {
  readonly #options: Required<OutcomeCountsOptions>
  /** Mass that the slow counts tend to: 1 / (1 - slowFactor). */
  readonly #slowMass: number
  #success = 0
  #early = 0
  #late = 0
  #slowSuccess = 0
  #slowEarly = 0
  #slowLate = 0
  #lastMs = -Infinity
  readonly #row = new FailureRow()

  constructor(options: OutcomeCountsOptions = {}) {
    const merged = { ...outcomeCountsDefaults, ...options }
    requireRange('halfLifeMs', merged.halfLifeMs, [1_000, 3_600_000])
    requireRange('pseudoCounts', merged.pseudoCounts, [0.1, 1_000])
    requireRange('slowFactor', merged.slowFactor, [0.9, 0.99999])
    requireRange('priorEvents', merged.priorEvents, [1, 1_000])
    const { success, early, late } = merged.prior
    requireRange('prior.success', success, [1e-9, 1])
    requireRange('prior.early', early, [1e-9, 1])
    requireRange('prior.late', late, [1e-9, 1])
    requireRange('sum of prior', success + early + late, [1 - 1e-9, 1 + 1e-9])
    this.#options = merged
    this.#slowMass = 1 / (1 - merged.slowFactor)
  }

  /**
   * Counts an outcome. `weight` says how much of one it is, 0..1: half for a refusal for load, for example.
   */
  record(outcome: AttemptOutcome, weight: number, nowMs: number): void {
    const amount = clamp(weight, 0, 1)
    this.#advance(nowMs)
    const { slowFactor } = this.#options
    const slowKept = amount === 1 ? slowFactor : slowFactor ** amount
    this.#slowSuccess *= slowKept
    this.#slowEarly *= slowKept
    this.#slowLate *= slowKept
    const slowAmount = (1 - slowKept) * this.#slowMass
    this.#row.note(outcome, { amount, slowKept, slowAmount })
    if (outcome === 'success') {
      this.#success += amount
      this.#slowSuccess += slowAmount
    } else if (outcome === 'early') {
      this.#early += amount
      this.#slowEarly += slowAmount
    } else {
      this.#late += amount
      this.#slowLate += slowAmount
    }
  }

  /**
   * Takes the failures of the row that is in force back, and of a row that three successes have not ended yet: what came while every
   * endpoint of a model failed was hardly this one's doing, and would else speak against it until enough attempts speak for it.
   */
  forgetRow(nowMs: number): void {
    this.#advance(nowMs)
    this.#early = Math.max(0, this.#early - this.#row.early)
    this.#late = Math.max(0, this.#late - this.#row.late)
    this.#slowEarly = Math.max(0, this.#slowEarly - this.#row.slowEarly)
    this.#slowLate = Math.max(0, this.#slowLate - this.#row.slowLate)
    this.#row.clear()
  }

  /** Writes the rates into `into` and returns it. Without `into` it allocates; with it, it does not. */
  rates(nowMs: number, into: OutcomeRates = { success: 0, early: 0, late: 0 }): OutcomeRates {
    const { prior, pseudoCounts, priorEvents, halfLifeMs } = this.#options
    const kept = remainingWeight(nowMs - this.#lastMs, halfLifeMs)
    const slow = this.#slowSuccess + this.#slowEarly + this.#slowLate
    const priorWeight = 1 + (priorEvents - 1) * Math.max(0, 1 - slow / this.#slowMass)
    const perSlow = pseudoCounts / (slow + priorWeight)
    const total = (this.#success + this.#early + this.#late) * kept + pseudoCounts
    into.success =
      (this.#success * kept + perSlow * (this.#slowSuccess + priorWeight * prior.success)) / total
    into.early = (this.#early * kept + perSlow * (this.#slowEarly + priorWeight * prior.early)) / total
    into.late = (this.#late * kept + perSlow * (this.#slowLate + priorWeight * prior.late)) / total
    return into
  }

  /** Returns the decayed number of recent outcomes, at least 0, pseudo-counts not included. */
  effectiveSamples(nowMs: number): number {
    const kept = remainingWeight(nowMs - this.#lastMs, this.#options.halfLifeMs)
    return (this.#success + this.#early + this.#late) * kept
  }

  /** Returns the counts as of `nowMs`. */
  snapshot(nowMs: number): OutcomeCountsSnapshot {
    const kept = remainingWeight(nowMs - this.#lastMs, this.#options.halfLifeMs)
    return {
      fast: { success: this.#success * kept, early: this.#early * kept, late: this.#late * kept },
      slow: { success: this.#slowSuccess, early: this.#slowEarly, late: this.#slowLate },
    }
  }

  /**
   * Replaces the counts by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  restore(snapshot: OutcomeCountsSnapshot, nowMs: number): void {
    requireTally('fast', snapshot.fast)
    requireTally('slow', snapshot.slow)
    this.#success = this.#early = this.#late = 0
    this.#slowSuccess = this.#slowEarly = this.#slowLate = 0
    this.#row.clear()
    this.#lastMs = nowMs
    this.merge(snapshot, nowMs)
  }

  /**
   * Adds counts whose snapshot was taken at `nowMs`. The recent counts become exactly those of both streams
   * in one. The slow counts are added and cut to the mass that they tend to: what decays per event has no one
   * order across streams.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  merge({ fast, slow }: OutcomeCountsSnapshot, nowMs: number): void {
    requireTally('fast', fast)
    requireTally('slow', slow)
    this.#advance(nowMs)
    this.#success += fast.success
    this.#early += fast.early
    this.#late += fast.late
    const mass = this.#slowSuccess + this.#slowEarly + this.#slowLate + slow.success + slow.early + slow.late
    const scale = mass > this.#slowMass ? this.#slowMass / mass : 1
    this.#slowSuccess = (this.#slowSuccess + slow.success) * scale
    this.#slowEarly = (this.#slowEarly + slow.early) * scale
    this.#slowLate = (this.#slowLate + slow.late) * scale
    this.#row.fadeSlow(scale)
  }

  #advance(nowMs: number): void {
    if (nowMs <= this.#lastMs) return
    const kept = remainingWeight(nowMs - this.#lastMs, this.#options.halfLifeMs)
    this.#success *= kept
    this.#early *= kept
    this.#late *= kept
    this.#row.fade(kept)
    this.#lastMs = nowMs
  }
}

function requireTally(field: string, { success, early, late }: Readonly<OutcomeTally>): void {
  requireRange(`${field}.success`, success, snapshotBounds)
  requireRange(`${field}.early`, early, snapshotBounds)
  requireRange(`${field}.late`, late, snapshotBounds)
}
