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
  /** Returns a permit, or nothing while open or while another probe is under way. */
  tryAcquire(): BreakerPermit | undefined
  /** Takes the outcome of a permitted attempt: at its first content token, or when it failed before one. */
  report(permit: BreakerPermit, outcome: HealthOutcome): void
  /** Takes a failure after the first content token, whose success was reported before. */
  reportLateFailure(permit: BreakerPermit): void
  /** Releases its timers. A closed-down breaker admits everything. */
  dispose(): void
}

/** Options of a breaker. Source of the shape: Finagle's failure accrual; of the numbers: measured, see docs/policies/breaker.md. */
export interface BreakerOptions {
  /** Failures in a row that open it. 1..100. */
  readonly consecutiveFailures: number
  /** Failure rate that opens it, over `windowMs`. 0..1, exclusive of 0. */
  readonly failureRate: number
  /** Outcomes in the window below which the rate is not judged. 1..1,000. */
  readonly minimumSamples: number
  /** Length of the window, in ms. 1,000..600,000. */
  readonly windowMs: number
  /** First open time, in ms; each further opening without a close in between doubles it. 100..maxOpenMs. */
  readonly openMs: number
  /** Longest open time, in ms. openMs..3,600,000. */
  readonly maxOpenMs: number
  /** Successful probes that close it. 1..10. */
  readonly probesToClose: number
}

export const breakerDefaults: BreakerOptions = Object.freeze({
  consecutiveFailures: 5,
  failureRate: 0.5,
  minimumSamples: 10,
  windowMs: 60_000,
  openMs: 5_000,
  maxOpenMs: 60_000,
  probesToClose: 2,
})
