import type { Breaker, BreakerPermit, BreakerState, Endpoint, HealthOutcome } from '@nextbest/core'
import type { UpstreamObserver } from './upstream-ledger.ts'

/** Returns the breaker of an endpoint with an observer that hears what it is asked and told. */
export function observedBreaker(breaker: Breaker, endpoint: Endpoint, observer: UpstreamObserver): Breaker {
  return new ObservedBreaker(breaker, endpoint, observer)
}

class ObservedBreaker implements Breaker {
  readonly #breaker: Breaker
  readonly #endpoint: Endpoint
  readonly #observer: UpstreamObserver

  constructor(breaker: Breaker, endpoint: Endpoint, observer: UpstreamObserver) {
    this.#breaker = breaker
    this.#endpoint = endpoint
    this.#observer = observer
  }

  get state(): BreakerState {
    return this.#breaker.state
  }

  get admits(): boolean {
    return this.#breaker.admits
  }

  get openings(): number {
    return this.#breaker.openings
  }

  get opensUntilMs(): number | undefined {
    return this.#breaker.opensUntilMs
  }

  admitShare(nowMs: number): number {
    return this.#breaker.admitShare(nowMs)
  }

  tryAcquire(): BreakerPermit | undefined {
    const permit = this.#breaker.tryAcquire()
    this.#observer.permitAsked?.(this.#endpoint, permit)
    return permit
  }

  report(permit: BreakerPermit, outcome: HealthOutcome): void {
    this.#breaker.report(permit, outcome)
    this.#observer.healthTold?.(this.#endpoint, permit, outcome)
  }

  reportLateFailure(permit: BreakerPermit): void {
    this.#breaker.reportLateFailure(permit)
    this.#observer.healthTold?.(this.#endpoint, permit, 'late-failure')
  }

  openedElsewhere(forMs: number): void {
    this.#breaker.openedElsewhere(forMs)
  }

  dispose(): void {
    this.#breaker.dispose()
  }
}
