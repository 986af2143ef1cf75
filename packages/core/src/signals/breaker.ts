/** `open` refuses, `half-open` admits one probe at a time. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** What an attempt says of its endpoint's health. `neutral`: nothing (the caller's fault, a 429, an abort). */
export type HealthOutcome = 'success' | 'failure' | 'neutral'

/** The right to send one attempt; reported exactly once. */
export interface BreakerPermit {
  /** Counts the breaker's openings; an outcome of an older generation changes nothing. */
  readonly generation: number
  /** Whether this attempt probes a half-open breaker. */
  readonly probe: boolean
}

/** The health gate of one endpoint. Synchronous; safe to share between calls. */
export interface Breaker {
  readonly state: BreakerState
  /** Whether `tryAcquire` would return a permit now: closed, or half-open with no probe under way. Costs nanoseconds. */
  readonly admits: boolean
  /** How often it has opened in a row without closing in between; 0 while closed. */
  readonly openings: number
  /** When it will be half-open, in ms on its clock, at the earliest; undefined unless it is open. */
  readonly opensUntilMs: number | undefined
  /**
   * Returns the share of its usual traffic that the endpoint is to get, 0.1..1: after it has closed `max(0.1, t / slowStartMs)`, 0.1
   * before that, 1 when it has never opened. `nowMs` is on the breaker's clock.
   */
  admitShare(nowMs: number): number
  /** Returns a permit, or nothing while open or while another probe is under way. */
  tryAcquire(): BreakerPermit | undefined
  /** Takes the outcome of a permitted attempt: at its first content token, or when it failed before one. */
  report(permit: BreakerPermit, outcome: HealthOutcome): void
  /** Takes a failure after the first content token, whose success was reported before. */
  reportLateFailure(permit: BreakerPermit): void
  /**
   * Takes that the breaker of another instance on the same endpoint has opened, for so many ms more, 0..3,600,000. A closed one then
   * opens for as long and up to half of that longer, so that instances do not probe together, as if it were its own first opening;
   * unless an attempt of its own has succeeded in the last second: then the trouble is the other instance's.
   */
  openedElsewhere(forMs: number): void
  /** Releases its timers. A closed-down breaker admits everything. */
  dispose(): void
}

/** Options of a breaker. Sources: `BreakerPolicy`. */
export interface BreakerOptions {
  /** Failures in a row that open it. 1..100. */
  readonly consecutiveFailures: number
  /** It opens when the failure rate is above this with 95 % confidence. Above 0, at most 1; 1: by failures in a row only. */
  readonly failureRateBound: number
  /** Outcomes, older ones counting less, below which the rate is not judged. 1..1,000. */
  readonly minimumSamples: number
  /** Time in which an outcome loses half its weight, in ms. 1,000..3,600,000. */
  readonly halfLifeMs: number
  /** First open time, in ms; each further opening without a close in between doubles it. 100..maxOpenMs. */
  readonly openMs: number
  /** Longest open time, in ms. openMs..3,600,000. */
  readonly maxOpenMs: number
  /** Successful probes that close it. 1..10. */
  readonly probesToClose: number
  /** Time after it has closed in which the share of traffic grows to the whole, in ms. 0..600,000. */
  readonly slowStartMs: number
}

export const breakerDefaults: BreakerOptions = Object.freeze({
  consecutiveFailures: 5,
  failureRateBound: 0.4,
  minimumSamples: 8,
  halfLifeMs: 60_000,
  openMs: 5_000,
  maxOpenMs: 60_000,
  probesToClose: 2,
  slowStartMs: 30_000,
})
