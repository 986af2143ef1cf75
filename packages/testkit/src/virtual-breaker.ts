import { BreakerPolicy } from '@nextbest/core'
import type {
  Breaker,
  BreakerOptions,
  BreakerPermit,
  BreakerState,
  HealthOutcome,
  Random,
} from '@nextbest/core'

export interface VirtualBreakerOptions extends BreakerOptions {
  /** The present instant, in ms. Must never go backwards. */
  nowMs(): number
  /** Asked once for each opening, for how much of the nominal open time counts. */
  readonly random: Random
}

/**
 * Returns a breaker that sets no timer: its state follows from the instant at which it is asked. It passes the same
 * contract as the breaker that guards real upstreams, and takes its place in simulations. What both decide is `BreakerPolicy`'s.
 *
 * @throws RangeError that names the first option out of its range.
 */
export function createVirtualBreaker(options: VirtualBreakerOptions): Breaker {
  return new VirtualBreaker(options)
}

class VirtualBreaker implements Breaker {
  readonly #policy: BreakerPolicy
  readonly #options: VirtualBreakerOptions

  constructor(options: VirtualBreakerOptions) {
    this.#policy = new BreakerPolicy(options, options.random)
    this.#options = options
  }

  get state(): BreakerState {
    return this.#policy.state(this.#options.nowMs())
  }

  get admits(): boolean {
    return this.#policy.admits(this.#options.nowMs())
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
    return this.#policy.tryAcquire(this.#options.nowMs())
  }

  report(permit: BreakerPermit, outcome: HealthOutcome): void {
    this.#policy.report(permit, outcome, this.#options.nowMs())
  }

  reportLateFailure(permit: BreakerPermit): void {
    this.#policy.reportLateFailure(permit, this.#options.nowMs())
  }

  dispose(): void {
    this.#policy.dispose()
  }
}
