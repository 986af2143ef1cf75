import type { Breaker, BreakerOptions } from '@nextbest/core'

/** A breaker under test, fresh for each case. */
export interface BreakerSubject {
  readonly breaker: Breaker
  /**
   * The options it was made with; `breakerDefaults` are fine. For the cases to be able to fail, `probesToClose` must be at
   * least 2, `minimumSamples` at least 3 above `consecutiveFailures`, which is at least 3, `maxOpenMs` above `openMs` and `slowStartMs`
   * above 0.
   */
  readonly options: BreakerOptions
  /** The breaker's clock. */
  nowMs(): number
  /** Moves the breaker's time on and lets its promises settle; 0 only settles. */
  advance(ms: number): Promise<void>
  /** Returns how many timers the breaker holds. Default: not checked. */
  pendingTimers?(): number
}
