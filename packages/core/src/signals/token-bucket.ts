import { LowMarks } from './low-marks.ts'
import { requireRange } from './range.ts'

/** Options of a token bucket. */
export interface TokenBucketOptions {
  /** What flows in, per minute. Above 0, at most 1e12. */
  readonly perMinute: number
  /**
   * What it holds when full, and the most that can be taken at once. Above 0. Default: one minute's worth.
   */
  readonly burst?: number
}

/** Open takes that are told apart when amounts come back; of older ones less comes back than might. */
const maxMarks = 1_024

/**
 * Debt that later inflow must pay off first, in bursts: what an upstream reports must not close an endpoint
 * for good.
 */
const maxDebtBursts = 10

/** Share of the burst by which rounding may overdraw. */
const tolerance = 1e-9

/**
 * A bucket that fills steadily and never has a window's edge at which everybody comes at once. It starts
 * full. In any interval of `d` minutes no more than `burst + perMinute * d` is taken, charged amounts apart.
 *
 * Giving back is exact: it leaves what would be there had the amount never been taken. That is less than the
 * amount when the bucket would have been full meanwhile, or else late returns could be spent again at once,
 * beyond the burst. The return is bounded by the least that lay out of the bucket since the take (the
 * reflection of a queue's workload at 0); those suffix minima are kept as a stack. Source of the bucket:
 * Turner, "New directions in communications" (1986).
 */
export class TokenBucket {
  /** What it holds when full. */
  readonly burst: number
  readonly #perMs: number
  /** What lies out of the bucket: 0 when it is full, more than `burst` in debt. */
  #used = 0
  #lastMs = -Infinity
  #takes = 0
  readonly #lows = new LowMarks(maxMarks)

  constructor({ perMinute, burst = perMinute }: TokenBucketOptions) {
    this.#perMs = requireRange('perMinute', perMinute, [Number.MIN_VALUE, 1e12]) / 60_000
    this.burst = requireRange('burst', burst, [Number.MIN_VALUE, 1e12])
  }

  /**
   * Takes an amount of at least 0, if it is there. Returns the number of the take, from 1, to give back by.
   */
  tryTake(amount: number, nowMs: number): number | undefined {
    return this.#fits(amount, this.#usedAt(nowMs)) ? this.charge(amount, nowMs) : undefined
  }

  /**
   * Takes an amount that was used already, whether it is there or not: the balance may become negative, by
   * ten bursts at most. Returns the number of the take.
   */
  charge(amount: number, nowMs: number): number {
    this.#advance(nowMs)
    this.#used = Math.min(this.#used + amount, this.burst * (1 + maxDebtBursts))
    this.#takes++
    return this.#takes
  }

  /** Gives back an amount of a take, at most what it took. It never fills the bucket above its burst. */
  giveBack(amount: number, take: number, nowMs: number): void {
    this.#advance(nowMs)
    const returned = Math.min(amount, this.#lows.leastSince(take))
    this.#used -= returned
    this.#lows.lowerSince(take, returned)
  }

  /** Returns what can be taken now, at most `burst`; negative in debt. */
  balance(nowMs: number): number {
    return this.burst - this.#usedAt(nowMs)
  }

  /**
   * Returns when an amount will be there if nothing else is taken: `nowMs` when it is there now, otherwise
   * after a whole number of milliseconds, as timers need it; `Infinity` when it is more than the burst.
   */
  availableAtMs(amount: number, nowMs: number): number {
    const used = this.#usedAt(nowMs)
    if (this.#fits(amount, used)) return nowMs
    if (amount > this.burst) return Infinity
    return Math.max(nowMs, this.#lastMs) + Math.ceil((used + amount - this.burst) / this.#perMs)
  }

  #fits(amount: number, used: number): boolean {
    return amount <= this.burst && used + amount <= this.burst * (1 + tolerance)
  }

  #usedAt(nowMs: number): number {
    return nowMs > this.#lastMs ? Math.max(0, this.#used - (nowMs - this.#lastMs) * this.#perMs) : this.#used
  }

  /** Moves to `nowMs`, where less lies out than before. Whatever changes what lies out comes here first, so each low is marked. */
  #advance(nowMs: number): void {
    this.#used = this.#usedAt(nowMs)
    this.#lastMs = Math.max(this.#lastMs, nowMs)
    this.#lows.mark(this.#takes, this.#used)
  }
}
