import { EventEmitter } from 'node:events'
import type {
  Breaker,
  BreakerOptions,
  BreakerPermit,
  BreakerState,
  HealthOutcome,
  Random,
} from '@nextbest/core'
import { checkBreakerOptions } from '@nextbest/core'
import CircuitBreaker from 'opossum'
import { bucketCount, type BucketRotation, createBucketRotation } from './bucket-rotation.ts'

export interface CreateBreakerOptions extends BreakerOptions {
  /** Asked once for each opening. */
  readonly random: Random
  /** Shared by breakers with the same `windowMs`. Default: a rotation, and so a timer, of its own. */
  readonly rotation?: BucketRotation
}

/**
 * Returns a breaker that runs on opossum. Failures open it when `consecutiveFailures` came in a row, or when they make up
 * at least `failureRate` of at least `minimumSamples` outcomes in the window. It stays open for
 * min(maxOpenMs, openMs · 2^k) · U(0.5, 1) after k openings in a row (exponential backoff with equal jitter; source:
 * Finagle's `Backoff.equalJittered` in its failure accrual).
 *
 * opossum keeps the state, the window and the timer of the open time. It is never handed an attempt, only an outcome
 * that is already known, so nothing of an attempt can hang, abort or confuse it.
 *
 * @throws RangeError when an option is out of its range or the rotation has another window.
 */
export function createBreaker(options: CreateBreakerOptions): Breaker {
  checkBreakerOptions(options)
  const rotation = options.rotation ?? createBucketRotation(options.windowMs)
  if (rotation.windowMs !== options.windowMs) {
    throw new RangeError(`breaker.rotation must be of ${options.windowMs} ms, got ${rotation.windowMs}`)
  }
  return new OpossumBreaker(options, rotation)
}

class OpossumBreaker implements Breaker {
  readonly #options: BreakerOptions & { readonly random: Random }
  readonly #circuitOptions: CircuitBreaker.Options
  readonly #circuit: CircuitBreaker<[failed: boolean], void>
  /** Each circuit listens to an emitter of its own, so that one window can be emptied without the others. */
  readonly #buckets = new EventEmitter()
  readonly #leaveRotation: () => void
  #openings = 0
  #generation = 0
  #failuresInARow = 0
  /** Whether the outcome of a probe is awaited. */
  #probing = false
  #probeSuccesses = 0

  constructor(options: BreakerOptions & { readonly random: Random }, rotation: BucketRotation) {
    this.#options = options
    this.#circuitOptions = circuitOptions(options, this.#buckets)
    this.#circuit = new CircuitBreaker(settle, this.#circuitOptions)
    // Before opossum's own listener, which reads the open time and starts the timer.
    this.#circuit.prependListener('open', () => this.#onOpen())
    this.#leaveRotation = rotation.add(() => this.#rotate())
  }

  get state(): BreakerState {
    if (this.#circuit.opened) return 'open'
    return this.#circuit.halfOpen ? 'half-open' : 'closed'
  }

  get admits(): boolean {
    if (this.#circuit.opened) return false
    return !this.#probing || !this.#circuit.halfOpen
  }

  get openings(): number {
    return this.#openings
  }

  tryAcquire(): BreakerPermit | undefined {
    if (!this.admits) return undefined
    const permit = new Permit(this.#generation, this.#circuit.halfOpen)
    this.#probing = permit.probe
    return permit
  }

  report(permit: BreakerPermit, outcome: HealthOutcome): void {
    if (!(permit instanceof Permit) || permit.outcome !== undefined) return
    permit.outcome = outcome
    if (!this.#counts(permit)) return
    // What counts while it is half-open is the one probe.
    this.#probing = false
    // A neutral outcome never reaches opossum: it would count what it filters as a success, and close on it.
    if (outcome === 'success') this.#succeed()
    if (outcome === 'failure') this.#fail()
  }

  reportLateFailure(permit: BreakerPermit): void {
    if (!(permit instanceof Permit) || permit.outcome !== 'success') return
    permit.outcome = 'failure'
    if (this.#counts(permit)) this.#fail()
  }

  dispose(): void {
    this.#leaveRotation()
    this.#circuit.shutdown()
    this.#openings = 0
    this.#probing = false
  }

  /** An attempt that began before the last opening says nothing of now; opossum would close on its success. */
  #counts(permit: Permit): boolean {
    return permit.generation === this.#generation && !this.#circuit.isShutdown
  }

  #succeed(): void {
    if (this.#circuit.halfOpen) {
      // opossum would close on the first success, so it never hears of a probe's.
      this.#probeSuccesses++
      if (this.#probeSuccesses >= this.#options.probesToClose) this.#close()
      return
    }
    this.#failuresInARow = 0
    void this.#circuit.fire(false)
  }

  #fail(): void {
    this.#failuresInARow++
    // Opens it if the rate is reached or it is half-open. What it returns rejects, and must not go unhandled.
    this.#circuit.fire(true).catch(ignore)
    if (this.#circuit.closed && this.#failuresInARow >= this.#options.consecutiveFailures)
      this.#circuit.open()
  }

  #onOpen(): void {
    const { openMs, maxOpenMs, random } = this.#options
    const nominalMs = Math.min(maxOpenMs, openMs * 2 ** this.#openings)
    this.#circuitOptions.resetTimeout = Math.ceil(nominalMs * (0.5 + 0.5 * random()))
    this.#openings++
    this.#generation++
    this.#probing = false
    this.#probeSuccesses = 0
  }

  /** opossum keeps the window when it closes; the failures in it would open it again at the next one. */
  #close(): void {
    this.#circuit.close()
    this.#openings = 0
    this.#failuresInARow = 0
    for (let bucket = 0; bucket < bucketCount; bucket++) this.#rotate()
  }

  #rotate(): void {
    // opossum collects a latency per outcome even with percentiles off: of use to nobody, so not kept for the window.
    const newest = this.#circuit.status.window[0]
    if (newest !== undefined) newest.latencyTimes.length = 0
    this.#buckets.emit('rotate')
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

/**
 * Always a fresh object: opossum writes its defaults into it and keeps it, so that two breakers with one would share
 * state. What is not named stays off: capacity (its refusals count as failures), cache and coalescing, fallback,
 * warm-up, health check (its timer cannot be stopped), abort controller (one time-out would abort every call) and error
 * filter (what it filters counts as a success, and what it throws leaves a promise unsettled for ever).
 */
function circuitOptions(options: BreakerOptions, buckets: EventEmitter): CircuitBreaker.Options {
  return {
    name: 'endpoint',
    // Deadlines are the call's: after a time-out of opossum's the attempt would go on unseen.
    timeout: false,
    rollingCountTimeout: options.windowMs,
    rollingCountBuckets: bucketCount,
    // With percentiles a failure costs the sorting of every latency in the window, with snapshots each breaker a timer.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rotateBucketController: buckets,
    volumeThreshold: options.minimumSamples,
    // opossum opens above its threshold, we open at ours. The margin is far below the step of one outcome.
    errorThresholdPercentage: options.failureRate * 100 - 1e-9,
    resetTimeout: options.openMs,
  }
}

const failure = new Error('the attempt failed')
const success = Promise.resolve()

/**
 * What opossum runs: a result that is already known. It must settle, or a probe would leave the circuit half-open for
 * ever, and it must not return nothing, which opossum takes for a failure. A failure is thrown rather than rejected, so
 * that the state has changed when `report` returns.
 */
function settle(failed: boolean): Promise<void> {
  if (failed) throw failure
  return success
}

function ignore(): void {}
