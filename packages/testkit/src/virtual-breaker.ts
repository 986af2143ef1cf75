import { checkBreakerOptions } from '@nextbest/core'
import type {
  Breaker,
  BreakerOptions,
  BreakerPermit,
  BreakerState,
  HealthOutcome,
  Random,
} from '@nextbest/core'
import { createOutcomeWindow, type OutcomeWindow } from './outcome-window.ts'

export interface VirtualBreakerOptions extends BreakerOptions {
  /** The present instant, in ms. Must never go backwards. */
  nowMs(): number
  /** Asked once for each opening, for how much of the nominal open time counts. */
  readonly random: Random
}

/**
 * Returns a breaker that sets no timer: its state follows from the instant at which it is asked. It passes the same
 * contract as the breaker that guards real upstreams, and takes its place in simulations.
 *
 * Failures open it when `consecutiveFailures` came in a row, or when they make up at least `failureRate` of at least
 * `minimumSamples` outcomes in the window. It stays open for min(maxOpenMs, openMs · 2^k) · U(0.5, 1) after k openings in
 * a row. Source: Finagle's failure accrual; jitter and window as in `BreakerOptions`.
 *
 * @throws RangeError that names the first option out of its range.
 */
export function createVirtualBreaker(options: VirtualBreakerOptions): Breaker {
  checkBreakerOptions(options)
  return new VirtualBreaker(options)
}

class VirtualBreaker implements Breaker {
  readonly #options: VirtualBreakerOptions
  readonly #window: OutcomeWindow
  #openings = 0
  #generation = 0
  #openUntilMs = 0
  #consecutiveFailures = 0
  #probe: Permit | undefined
  #probeSuccesses = 0
  #disposed = false

  constructor(options: VirtualBreakerOptions) {
    this.#options = options
    this.#window = createOutcomeWindow(options.nowMs(), options.windowMs)
  }

  get state(): BreakerState {
    if (this.#openings === 0) return 'closed'
    return this.#options.nowMs() < this.#openUntilMs ? 'open' : 'half-open'
  }

  get admits(): boolean {
    return this.#openings === 0 || (this.#probe === undefined && this.state === 'half-open')
  }

  get openings(): number {
    return this.#openings
  }

  tryAcquire(): BreakerPermit | undefined {
    if (!this.admits) return undefined
    const permit = new Permit(this.#generation, this.#openings > 0)
    if (permit.probe) this.#probe = permit
    return permit
  }

  report(permit: BreakerPermit, outcome: HealthOutcome): void {
    if (!(permit instanceof Permit) || permit.outcome !== undefined) return
    permit.outcome = outcome
    if (!this.#counts(permit)) return
    if (permit === this.#probe) this.#probe = undefined
    if (outcome === 'success') this.#succeed()
    if (outcome === 'failure') this.#fail()
  }

  reportLateFailure(permit: BreakerPermit): void {
    if (!(permit instanceof Permit) || permit.outcome !== 'success') return
    permit.outcome = 'failure'
    if (this.#counts(permit)) this.#fail()
  }

  dispose(): void {
    this.#disposed = true
    this.#close()
  }

  #counts(permit: Permit): boolean {
    return permit.generation === this.#generation && !this.#disposed
  }

  #succeed(): void {
    if (this.#openings > 0) {
      this.#probeSuccesses++
      if (this.#probeSuccesses >= this.#options.probesToClose) this.#close()
      return
    }
    this.#consecutiveFailures = 0
    this.#window.record(this.#options.nowMs(), false)
  }

  #fail(): void {
    if (this.#openings === 0) {
      this.#consecutiveFailures++
      this.#window.record(this.#options.nowMs(), true)
      if (!this.#hasFailedEnough()) return
    }
    this.#open()
  }

  #hasFailedEnough(): boolean {
    const { consecutiveFailures, failureRate, minimumSamples } = this.#options
    if (this.#consecutiveFailures >= consecutiveFailures) return true
    const { outcomes, failures } = this.#window
    return outcomes >= minimumSamples && failures >= failureRate * outcomes
  }

  #open(): void {
    const { openMs, maxOpenMs, random } = this.#options
    const nominalMs = Math.min(maxOpenMs, openMs * 2 ** this.#openings)
    this.#openUntilMs = this.#options.nowMs() + nominalMs * (0.5 + 0.5 * random())
    this.#openings++
    this.#generation++
    this.#probe = undefined
    this.#probeSuccesses = 0
  }

  /** Forgets what came before the opening, so that the first failure afterwards does not open it again. */
  #close(): void {
    this.#openings = 0
    this.#probe = undefined
    this.#probeSuccesses = 0
    this.#consecutiveFailures = 0
    this.#window.clear()
  }
}

class Permit implements BreakerPermit {
  readonly generation: number
  readonly probe: boolean
  /** What was reported of it last. */
  outcome: HealthOutcome | undefined

  constructor(generation: number, probe: boolean) {
    this.generation = generation
    this.probe = probe
  }
}
