import { breakerDefaults, BreakerPolicy } from '@nextbest/core'
import type { Breaker, BreakerPermit, BreakerState, Clock, HealthOutcome, Random } from '@nextbest/core'

/** A breaker in virtual time. What it decides is `BreakerPolicy`'s. */
export class ReplayBreaker implements Breaker {
  readonly #policy: BreakerPolicy
  readonly #clock: Pick<Clock, 'nowMs'>

  constructor(clock: Pick<Clock, 'nowMs'>, random: Random) {
    this.#policy = new BreakerPolicy(breakerDefaults, random)
    this.#clock = clock
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

  dispose(): void {
    this.#policy.dispose()
  }
}
