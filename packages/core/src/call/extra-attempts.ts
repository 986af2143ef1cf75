import { requireRange } from '../signals/range.ts'

/** Numbers of the budget of extra attempts. */
export interface ExtraAttemptsOptions {
  /** What each call adds, in attempts. 0..1, in thousandths. Default: 0.2. */
  readonly perCall: number
  /** Most that is kept, in attempts. 1..1,000,000. Default: 50. */
  readonly cap: number
  /** What there is at the start, in attempts. 0..cap. Default: 50. */
  readonly initial: number
}

/**
 * A fifth more load at most, as retry budgets of Finagle allow; cap: choice. It starts full, as gRPC's retry throttle does: a process
 * that has just started adds 50 attempts at most.
 */
export const extraAttemptsDefaults: ExtraAttemptsOptions = Object.freeze({
  perCall: 0.2,
  cap: 50,
  initial: 50,
})

/** Counted in whole thousandths of an attempt, so that no rounding adds up. */
const perAttempt = 1_000

/**
 * What all calls of a process may spend on attempts beyond those that failures make necessary: hedges, and retries on the same
 * endpoint. Failovers are not in it: when an endpoint hangs, every call on it needs one at once.
 *
 * In any interval, they are no more than the balance at its start plus `perCall` for each call in it. There is no income but calls.
 * Source: retry budgets of Finagle and gRPC.
 */
export class ExtraAttempts {
  readonly #perCall: number
  readonly #cap: number
  #balance: number

  /** @throws RangeError that names the first number that is out of its range. */
  constructor(options: Partial<ExtraAttemptsOptions> = {}) {
    const { perCall, cap, initial } = { ...extraAttemptsDefaults, ...options }
    requireRange('perCall', perCall, [0, 1])
    requireRange('cap', cap, [1, 1_000_000])
    requireRange('initial', initial, [0, cap])
    this.#perCall = Math.floor(perCall * perAttempt)
    this.#cap = Math.floor(cap * perAttempt)
    this.#balance = Math.floor(initial * perAttempt)
  }

  /** What is left, in attempts: 0..cap. */
  get balance(): number {
    return this.#balance / perAttempt
  }

  /** A call has begun. */
  callBegan(): void {
    this.#balance = Math.min(this.#cap, this.#balance + this.#perCall)
  }

  /** Whether one extra attempt is there; a hedge, which only saves time, leaves half of the cap to retries. */
  has(kind: 'retry' | 'hedge'): boolean {
    return this.#balance >= perAttempt && (kind === 'retry' || this.#balance > this.#cap / 2)
  }

  /** Takes one extra attempt, if it is there. Returns whether it was taken; else nothing has changed. */
  tryTake(kind: 'retry' | 'hedge'): boolean {
    if (!this.has(kind)) return false
    this.#balance -= perAttempt
    return true
  }
}
