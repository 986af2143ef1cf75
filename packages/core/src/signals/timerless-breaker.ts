import type { Clock } from '../runtime/clock.ts'
import type { Random } from '../runtime/random.ts'
import type { Breaker, BreakerOptions, BreakerPermit, BreakerState, HealthOutcome } from './breaker.ts'
import { BreakerPolicy } from './breaker-policy.ts'

export interface TimerlessBreakerOptions extends BreakerOptions, Pick<Clock, 'nowMs'> {
  /** Asked once for each opening, for how much of the nominal open time counts. */
  readonly random: Random
}

/**
 * A breaker that sets no timer: its state follows from the instant at which it is asked, so it fits time that is played, where
 * nothing happens in between. What it decides is `BreakerPolicy`'s.
 */
export class TimerlessBreaker implements Breaker {
  readonly #policy: BreakerPolicy
  readonly #clock: Pick<Clock, 'nowMs'>

  /** @throws RangeError that names the first option out of its range. */
  constructor(options: TimerlessBreakerOptions) {
    this.#policy = new BreakerPolicy(options, options.random)
    this.#clock = options
  }

  get state(): BreakerState {
    return this.#policy.state(this.#clock.nowMs())
  }

  get admits(): boolean {
    return this.#policy.admits(this.#clock.nowMs())
  }

  get openings(): number {
    return this.#policy.openings
  }

  get opensUntilMs(): number | undefined {
    return this.state === 'open' ? this.#policy.opensUntilMs : undefined
  }

  admitShare(nowMs: number): number {
    return this.#policy.admitShare(nowMs)
  }

  tryAcquire(): BreakerPermit | undefined {
    return this.#policy.tryAcquire(this.#clock.nowMs())
  }

  report(permit: BreakerPermit, outcome: HealthOutcome): void {
    this.#policy.report(permit, outcome, this.#clock.nowMs())
  }

  reportLateFailure(permit: BreakerPermit): void {
    this.#policy.reportLateFailure(permit, this.#clock.nowMs())
  }

  openedElsewhere(forMs: number): void {
    this.#policy.openedElsewhere(forMs, this.#clock.nowMs())
  }

  dispose(): void {
    this.#policy.dispose()
  }
}
