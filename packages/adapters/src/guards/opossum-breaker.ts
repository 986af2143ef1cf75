import { EventEmitter } from 'node:events'
import { BreakerPolicy } from '@nextbest/core'
import type {
  Breaker,
  BreakerOptions,
  BreakerPermit,
  BreakerState,
  BreakerVerdict,
  HealthOutcome,
  Random,
} from '@nextbest/core'
import CircuitBreaker from 'opossum'

export interface CreateBreakerOptions extends BreakerOptions {
  /** Asked once for each opening. */
  readonly random: Random
  /** The present instant, in ms. Must never go backwards. */
  nowMs(): number
}

/**
 * Returns a breaker that runs on opossum, which keeps the state and the timer of the open time and hears the outcomes.
 * What they amount to is decided by `BreakerPolicy`; opossum's own threshold is out of reach. opossum is never handed an
 * attempt, only an outcome that is already known, so nothing of an attempt can hang, abort or confuse it.
 *
 * @throws RangeError when an option is out of its range.
 */
export function createBreaker(options: CreateBreakerOptions): Breaker {
  return new OpossumBreaker(options)
}

/** Outcomes after which opossum's window is emptied. It collects a latency for each of them, which nobody reads. */
const outcomesPerWindow = 128

class OpossumBreaker implements Breaker {
  readonly #policy: BreakerPolicy
  readonly #options: CreateBreakerOptions
  readonly #circuitOptions: CircuitBreaker.Options
  readonly #circuit: CircuitBreaker<[failed: boolean], void>
  /** Turns opossum's window, which would else take a timer to do so. */
  readonly #window = new EventEmitter()
  #heard = 0

  constructor(options: CreateBreakerOptions) {
    this.#policy = new BreakerPolicy(options, options.random)
    this.#options = options
    this.#circuitOptions = circuitOptions(this.#window)
    this.#circuit = new CircuitBreaker(settle, this.#circuitOptions)
  }

  get state(): BreakerState {
    if (this.#circuit.opened) return 'open'
    // Node counts a timer from the start of the loop's turn, so opossum's may be early.
    return this.#circuit.halfOpen ? this.#policy.state(this.#options.nowMs()) : 'closed'
  }

  get admits(): boolean {
    return this.#circuit.closed || (!this.#circuit.opened && this.#policy.admits(this.#options.nowMs()))
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
    return this.#circuit.opened ? undefined : this.#policy.tryAcquire(this.#options.nowMs())
  }

  report(permit: BreakerPermit, outcome: HealthOutcome): void {
    this.#hear(this.#policy.report(permit, outcome, this.#options.nowMs()), outcome === 'failure')
  }

  reportLateFailure(permit: BreakerPermit): void {
    this.#hear(this.#policy.reportLateFailure(permit, this.#options.nowMs()), true)
  }

  openedElsewhere(forMs: number): void {
    if (this.#policy.openedElsewhere(forMs, this.#options.nowMs()) !== 'opened') return
    this.#circuitOptions.resetTimeout = this.#policy.openForMs
    this.#circuit.open()
  }

  dispose(): void {
    this.#policy.dispose()
    this.#circuit.shutdown()
  }

  /**
   * Tells opossum of an outcome and what became of it. It never hears of a neutral one, which it would count as a success; of
   * one from before the opening, or of a probe that is not the last one needed: it would close on each of them.
   */
  #hear(verdict: BreakerVerdict, failed: boolean): void {
    if (verdict === 'ignored' || verdict === 'probed') return
    if (verdict === 'opened') this.#circuitOptions.resetTimeout = this.#policy.openForMs
    this.#heard++
    if (this.#heard % outcomesPerWindow === 0) this.#window.emit('rotate')
    if (failed) this.#circuit.fire(true).catch(ignore)
    else void this.#circuit.fire(false)
    // Half-open, it has opened or closed by itself.
    if (verdict === 'opened') this.#circuit.open()
  }
}

/**
 * Always a fresh object: opossum writes its defaults into it and keeps it, so that two breakers with one would share
 * state. What is not named stays off: capacity (its refusals count as failures), cache and coalescing, fallback,
 * warm-up, health check (its timer cannot be stopped), abort controller (one time-out would abort every call) and error
 * filter (what it filters counts as a success, and what it throws leaves a promise unsettled for ever).
 */
function circuitOptions(window: EventEmitter): CircuitBreaker.Options {
  return {
    name: 'endpoint',
    // Deadlines are the call's: after a time-out of opossum's the attempt would go on unseen.
    timeout: false,
    // It opens above its threshold, and of outcomes that are counted once, together, no more than all can be failures.
    errorThresholdPercentage: 100,
    // With percentiles a failure costs the sorting of every latency in the window, with snapshots each breaker a timer.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rollingCountBuckets: 1,
    rotateBucketController: window,
  }
}

const failure = new Error('the attempt failed')

/**
 * A success as opossum takes it: what follows it is done at once, not in a microtask. That halves its cost (measured), and
 * the state has changed when `report` returns.
 */
const success: HeardAtOnce = {
  // oxlint-disable-next-line unicorn/no-thenable -- only opossum sees it
  then(heard) {
    heard()
    return success
  },
  catch: () => success,
}

/** All that opossum asks of a promise. */
interface HeardAtOnce {
  then(heard: () => void): HeardAtOnce
  catch(): HeardAtOnce
}

/**
 * What opossum runs: a result that is already known. It must settle, or a probe would leave the circuit half-open for
 * ever, and it must not return nothing, which opossum takes for a failure. A failure is thrown rather than rejected, so
 * that it is heard at once too.
 */
function settle(failed: boolean): Promise<void>
function settle(failed: boolean): HeardAtOnce {
  if (failed) throw failure
  return success
}

function ignore(): void {}
