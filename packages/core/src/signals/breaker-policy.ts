import type { Random } from '../runtime/random.ts'
import type { BreakerOptions, BreakerPermit, BreakerState, HealthOutcome } from './breaker.ts'
import { checkBreakerOptions } from './check-breaker-options.ts'
import { DecayedSums } from './decayed-sums.ts'
import { slowStartShare } from './slow-start.ts'
import { wilsonLowerBound } from './wilson.ts'

/**
 * What became of an outcome. `ignored`: nothing, it says nothing or is of an older opening; `counted` while closed; `probed`:
 * a successful probe, and more are needed; `opened` and `closed`: it changed the state.
 */
export type BreakerVerdict = 'ignored' | 'counted' | 'probed' | 'opened' | 'closed'

/** How long a success says that an endpoint is well, whatever others say, in ms. Source: choice. */
const wellForMs = 1_000

/** Longest time that another instance is believed, in ms: the largest `maxOpenMs`. */
const longestOpenMs = 3_600_000

/** What is recorded of an attempt: whether it failed. */
const success: readonly number[] = [0]
const failure: readonly number[] = [1]

/**
 * Every decision of a breaker, without a timer or a clock: whoever runs one asks and tells it at instants that never go
 * backwards.
 *
 * Closed, it opens by `consecutiveFailures` failures in a row; or when at least `minimumSamples` attempts count, each losing
 * half its weight in `halfLifeMs`, and the lower bound of their failure rate is above `failureRateBound`. A success never
 * opens it. It stays open for `min(maxOpenMs, openMs · 2^k) · U(0.5, 1)` after k openings in a row. Half-open, it admits one
 * probe at a time: `probesToClose` successes close it, one failure opens it again. Closed again, it remembers nothing of what
 * came before. Outcomes of attempts that were permitted before the last opening change nothing.
 *
 * Sources: Finagle's failure accrual (two rules, equal jitter); Wilson's bound instead of a bare rate, since an endpoint sees
 * few requests in a minute; Polly, which ignores the outcomes of an older state. Half-life: measured in simulation, where
 * 15 s to 180 s differ little. The other numbers: choice.
 */
export class BreakerPolicy {
  readonly #options: BreakerOptions
  readonly #random: Random
  readonly #attempts: DecayedSums
  #failuresInARow = 0
  /** The last success, and the row of failures that it ended; absent once it has turned into a failure. */
  #lastSuccess: Permit | undefined
  #rowBefore = 0
  /** Attempts that counted since it was closed by probes. */
  #countedSinceClosed = 0
  #openings = 0
  #generation = 0
  #openForMs = 0
  #opensUntilMs = -Infinity
  #closedAtMs = -Infinity
  #succeededAtMs = -Infinity
  /** Whether the outcome of a probe is awaited. */
  #probing = false
  #probeSuccesses = 0
  #disposed = false

  /**
   * `random` is asked once for each opening.
   *
   * @throws RangeError that names the first option out of its range.
   */
  constructor(options: BreakerOptions, random: Random) {
    checkBreakerOptions(options)
    this.#options = options
    this.#random = random
    this.#attempts = new DecayedSums(options.halfLifeMs, 1)
  }

  /** How often it has opened in a row without closing in between; 0 while closed. */
  get openings(): number {
    return this.#openings
  }

  /** How long it was last opened for, in whole ms, as timers need it; 0 when it never was. */
  get openForMs(): number {
    return this.#openForMs
  }

  /** When it will be half-open, or became so, in ms; `-Infinity` when it never opened. */
  get opensUntilMs(): number {
    return this.#opensUntilMs
  }

  state(nowMs: number): BreakerState {
    if (this.#openings === 0) return 'closed'
    return nowMs < this.#opensUntilMs ? 'open' : 'half-open'
  }

  /** Returns whether `tryAcquire` would return a permit. */
  admits(nowMs: number): boolean {
    return this.#openings === 0 || (!this.#probing && nowMs >= this.#opensUntilMs)
  }

  /** Returns a permit, or nothing while open or while another probe is under way. */
  tryAcquire(nowMs: number): BreakerPermit | undefined {
    if (!this.admits(nowMs)) return undefined
    this.#probing = this.#openings > 0
    return new Permit(this.#generation, this.#openings)
  }

  /** Returns the share of its usual traffic that the endpoint is to get, 0.1..1; see `slowStartShare`. */
  admitShare(nowMs: number): number {
    const sinceMs = this.#openings === 0 ? nowMs - this.#closedAtMs : 0
    return slowStartShare(sinceMs, this.#options.slowStartMs)
  }

  /** Takes the outcome of a permitted attempt. Only the first of a permit counts. */
  report(permit: BreakerPermit, outcome: HealthOutcome, nowMs: number): BreakerVerdict {
    if (!(permit instanceof Permit) || permit.outcome !== undefined) return 'ignored'
    permit.outcome = outcome
    permit.reportedAtMs = nowMs
    if (!this.#counts(permit)) return 'ignored'
    // What counts while it is half-open is the one probe.
    this.#probing = false
    if (outcome === 'neutral') return 'ignored'
    return outcome === 'success' ? this.#succeed(permit, nowMs) : this.#fail(nowMs)
  }

  /**
   * Takes a failure after the first content token: the attempt's success turns into a failure, and the row that it had ended goes on if no
   * other success came since. A probe whose success closed the breaker opens it again, for as long as if it had failed at once, unless
   * `minimumSamples` attempts have counted since.
   */
  reportLateFailure(permit: BreakerPermit, nowMs: number): BreakerVerdict {
    if (!(permit instanceof Permit) || permit.outcome !== 'success') return 'ignored'
    permit.outcome = 'failure'
    if (!this.#counts(permit)) return 'ignored'
    if (permit.probe) return this.#failProbeLate(permit, nowMs)
    this.#attempts.retract(success, permit.reportedAtMs)
    if (this.#lastSuccess === permit) {
      this.#failuresInARow += this.#rowBefore
      this.#lastSuccess = undefined
    }
    return this.#fail(nowMs)
  }

  /** Takes that another instance's has opened; see `Breaker`. `random` is asked once if this opens it. */
  openedElsewhere(forMs: number, nowMs: number): BreakerVerdict {
    const isWell = nowMs - this.#succeededAtMs <= wellForMs
    if (this.#disposed || this.#openings > 0 || isWell || !(forMs > 0)) return 'ignored'
    return this.#openUntil(nowMs, Math.min(forMs, longestOpenMs) * (1 + 0.5 * this.#random()))
  }

  /** From now on it is closed and nothing counts. */
  dispose(): void {
    this.#disposed = true
    this.#openings = 0
  }

  #counts(permit: Permit): boolean {
    return permit.generation === this.#generation && !this.#disposed
  }

  #failProbeLate({ openings }: Permit, nowMs: number): BreakerVerdict {
    if (this.#openings > 0) return this.#open(nowMs)
    if (this.#countedSinceClosed >= this.#options.minimumSamples) return this.#fail(nowMs)
    this.#openings = openings
    return this.#open(nowMs)
  }

  #succeed(permit: Permit, nowMs: number): BreakerVerdict {
    this.#succeededAtMs = nowMs
    if (this.#openings > 0) {
      this.#probeSuccesses++
      return this.#probeSuccesses < this.#options.probesToClose ? 'probed' : this.#close(nowMs)
    }
    this.#lastSuccess = permit
    this.#rowBefore = this.#failuresInARow
    this.#failuresInARow = 0
    this.#countedSinceClosed++
    this.#attempts.record(success, nowMs)
    return 'counted'
  }

  #fail(nowMs: number): BreakerVerdict {
    if (this.#openings > 0) return this.#open(nowMs)
    this.#failuresInARow++
    this.#countedSinceClosed++
    this.#attempts.record(failure, nowMs)
    return this.#hasFailedEnough() ? this.#open(nowMs) : 'counted'
  }

  #hasFailedEnough(): boolean {
    const { consecutiveFailures, failureRateBound, minimumSamples } = this.#options
    if (this.#failuresInARow >= consecutiveFailures) return true
    const { mass } = this.#attempts
    return mass >= minimumSamples && wilsonLowerBound(this.#attempts.sum(0), mass) > failureRateBound
  }

  #open(nowMs: number): BreakerVerdict {
    const { openMs, maxOpenMs } = this.#options
    const nominalMs = Math.min(maxOpenMs, openMs * 2 ** this.#openings)
    return this.#openUntil(nowMs, nominalMs * (0.5 + 0.5 * this.#random()))
  }

  #openUntil(nowMs: number, forMs: number): BreakerVerdict {
    this.#openForMs = Math.ceil(forMs)
    this.#opensUntilMs = nowMs + this.#openForMs
    this.#openings++
    this.#generation++
    this.#probing = false
    this.#probeSuccesses = 0
    return 'opened'
  }

  #close(nowMs: number): BreakerVerdict {
    this.#closedAtMs = nowMs
    this.#openings = 0
    this.#failuresInARow = 0
    this.#lastSuccess = undefined
    this.#countedSinceClosed = 0
    this.#attempts.clear()
    return 'closed'
  }
}

class Permit implements BreakerPermit {
  readonly generation: number
  /** Openings in a row as it was given; 0 while closed. */
  readonly openings: number
  readonly probe: boolean
  /** What was reported of it last. */
  outcome: HealthOutcome | undefined = undefined
  reportedAtMs = 0

  constructor(generation: number, openings: number) {
    this.generation = generation
    this.openings = openings
    this.probe = openings > 0
  }
}
