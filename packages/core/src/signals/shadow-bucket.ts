import type { RateLimit } from '../failure/rate-limit.ts'
import { LowMarks } from './low-marks.ts'
import { clamp, requireRange, snapshotBounds } from './range.ts'

/** Numbers of a shadow bucket. */
export interface ShadowBucketOptions {
  /** Window of a limit that names none, in ms. */
  readonly windowMs: number
  /**
   * Time within which a provider counts an attempt once it is sent, in ms: what was sent this long before an
   * attempt, or later, its header need not know of.
   */
  readonly countedWithinMs: number
  /** Time without a header after which what is known is forgotten, in ms. */
  readonly forgetAfterMs: number
  /** Share of the limit left from which on everything is admitted. */
  readonly ampleShare: number
  /** Share of the limit left up to which nothing is admitted. */
  readonly scarceShare: number
}

/**
 * Shares: from simulation, so that traffic leaves before the 429. Window: what providers mean that name none.
 * Counted within: choice; a connection and its request take less. Forget after: choice; a minute's bucket is
 * long full by then, and what lasts longer is asked for again.
 */
export const shadowBucketDefaults: ShadowBucketOptions = Object.freeze({
  windowMs: 60_000,
  countedWithinMs: 2_000,
  forgetAfterMs: 600_000,
  ampleShare: 0.2,
  scarceShare: 0.05,
})

/** What one attempt was taken to use; settled once. */
export interface ShadowReceipt {
  readonly amount: number
  readonly sentAtMs: number
  /** Number of the attempt, ascending. */
  readonly number: number
  /** All that was sent before the attempts that this one's header need not know of. */
  readonly sentBefore: number
  /** All that was sent up to and with this attempt. */
  readonly sentThrough: number
  /** Whether it waits to be settled. */
  open: boolean
}

/** A shadow bucket as of the instant of the snapshot. */
export interface ShadowBucketSnapshot {
  readonly limit: number
  /** 0..`limit`; a debt is not in it. */
  readonly remaining: number
  /** Time in which an empty bucket fills, in ms. */
  readonly refillMs: number
  /** Time since the last header, in ms. */
  readonly heardMsAgo: number
}

const maxAmount = 1e12
const refillBounds = [1_000, 2_678_400_000] as const

/** Open receipts that are told apart when amounts come back; of older ones less comes back than might. */
const maxMarks = 1_024

/**
 * The local shadow of one of a provider's limits: what is left of it, as far as the headers of its answers
 * and what was sent since tell. Unknown, it admits everything. It refills by `limit` per window, or slower
 * when a header says that it takes longer until all is there; what an attempt is expected to use is debited
 * when it is sent, and corrected when it ends.
 *
 * A header is as old as its attempt, so it bounds what is left instead of replacing it. At most: what it says
 * and what has flowed in since, less what was sent after its attempt. At least: what it says, less all that
 * was sent shortly before its attempt or since, whether it counted that or not. Between the two the own
 * account is kept; with nothing else sent, both are what the header says. A header that is older than the last
 * one taken changes nothing.
 *
 * So a provider that refills steadily within a minute or more, and counts an attempt within 2 s, never has to
 * refuse one that was admitted, whatever the order of its answers: in those 2 s at most a thirtieth of the
 * limit flows in too early, and a twentieth is kept back. That holds for attempts up to a sixtieth of the
 * limit; a larger one may overdraw by what it is larger.
 */
export class ShadowBucket {
  /** 0 before the first header. */
  #limit = 0
  #refillMs = shadowBucketDefaults.windowMs
  /** What lies out of the bucket: 0 when it is full, more than the limit in debt. */
  #used = 0
  #lastMs = -Infinity
  #heardAtMs = -Infinity
  /** Number of the attempt whose header was taken last. */
  #heardNumber = 0
  /** Up to this attempt, nothing comes back: a header has said since what is left. */
  #closedNumber = 0
  #number = 0
  /** All that was ever sent; up to the start of the current slot; and of the one before. */
  #sent = 0
  #sentBeforeSlot = 0
  #sentBeforeLastSlot = 0
  #slotAtMs = -Infinity
  readonly #lows = new LowMarks(maxMarks)

  /** Debits what an attempt is expected to use, as it is sent. 0..1e12. */
  send(amount: number, nowMs: number): ShadowReceipt {
    this.#advance(nowMs)
    this.#turnSlot(nowMs)
    const debited = clamp(amount, 0, maxAmount)
    this.#number++
    this.#charge(debited)
    return {
      amount: debited,
      sentAtMs: nowMs,
      number: this.#number,
      sentBefore: this.#sentBeforeLastSlot,
      sentThrough: this.#sent,
      open: true,
    }
  }

  /** Corrects a debit by what the attempt really used. Only the first settling of a receipt counts. */
  settle(receipt: ShadowReceipt, amount: number, nowMs: number): void {
    if (!receipt.open) return
    receipt.open = false
    this.#advance(nowMs)
    const excess = receipt.amount - clamp(amount, 0, maxAmount)
    if (excess < 0) this.#charge(-excess)
    if (excess <= 0 || receipt.number <= this.#closedNumber) return
    const returned = Math.min(excess, this.#lows.leastSince(receipt.number))
    this.#used -= returned
    this.#lows.lowerSince(receipt.number, returned)
  }

  /** Takes what the header of an attempt's answer says, as the answer comes. */
  observe(said: RateLimit, receipt: ShadowReceipt, nowMs: number): void {
    const known = this.#isKnown(nowMs)
    const limit = said.limit ?? (known ? this.#limit : undefined)
    if (limit === undefined || receipt.number < this.#heardNumber) return
    this.#advance(nowMs)
    this.#heardAtMs = this.#lastMs
    this.#heardNumber = receipt.number
    this.#limit = clamp(limit, 1, maxAmount)
    this.#used = this.#owed(this.#used)
    this.#refillMs = refillMsOf(said, this.#limit)
    const remaining = said.remaining ?? (known ? undefined : this.#limit)
    if (remaining !== undefined) this.#bound(clamp(remaining, 0, this.#limit), receipt, known)
  }

  /** Returns what is left, at most the limit, negative in debt; nothing while unknown. */
  remaining(nowMs: number): number | undefined {
    return this.#isKnown(nowMs) ? this.#limit - this.#usedAt(nowMs) : undefined
  }

  /**
   * Returns the share of attempts that should be sent here, 0..1: 1 while 20 % of the limit is left or nothing
   * is known, falling linearly to 0 at 5 %, and 0 when less than one is left.
   */
  admitProbability(nowMs: number): number {
    if (!this.#isKnown(nowMs)) return 1
    const { ampleShare, scarceShare } = shadowBucketDefaults
    const left = this.#limit - this.#usedAt(nowMs)
    return left < 1 ? 0 : clamp((left / this.#limit - scarceShare) / (ampleShare - scarceShare), 0, 1)
  }

  /** Returns the state as of `nowMs`; nothing while unknown. */
  snapshot(nowMs: number): ShadowBucketSnapshot | undefined {
    if (!this.#isKnown(nowMs)) return undefined
    const remaining = Math.max(0, this.#limit - this.#usedAt(nowMs))
    const heardMsAgo = Math.max(0, nowMs - this.#heardAtMs)
    return { limit: this.#limit, remaining, refillMs: this.#refillMs, heardMsAgo }
  }

  /**
   * Replaces the state by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore(snapshot: ShadowBucketSnapshot, nowMs: number): void {
    requireSnapshot(snapshot)
    this.#advance(nowMs)
    this.#limit = snapshot.limit
    this.#refillMs = snapshot.refillMs
    this.#heardAtMs = nowMs - snapshot.heardMsAgo
    this.#closedNumber = this.#heardNumber = this.#number
    this.#used = snapshot.limit - snapshot.remaining
  }

  /**
   * Takes over what another instance knew at `nowMs` of the same limit: the limit of the newer header, and the
   * smaller of what remains.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  merge(snapshot: ShadowBucketSnapshot, nowMs: number): void {
    const own = this.snapshot(nowMs)
    if (own === undefined) {
      this.restore(snapshot, nowMs)
      return
    }
    requireSnapshot(snapshot)
    const { limit, refillMs, heardMsAgo } = snapshot.heardMsAgo < own.heardMsAgo ? snapshot : own
    this.#advance(nowMs)
    this.#limit = limit
    this.#refillMs = refillMs
    this.#heardAtMs = nowMs - heardMsAgo
    this.#used = this.#owed(Math.max(this.#used, limit - Math.min(own.remaining, snapshot.remaining)))
  }

  /** Brings what is left between what a header says at most and at least. */
  #bound(said: number, { sentAtMs, sentThrough, sentBefore, amount }: ShadowReceipt, known: boolean): void {
    const limit = this.#limit
    const flowedIn = (Math.max(0, this.#lastMs - sentAtMs) * limit) / this.#refillMs
    const most = clamp(said + flowedIn - (this.#sent - sentThrough), 0, limit)
    const least = clamp(said - (this.#sent - sentBefore - amount), 0, limit)
    if (known && this.#used <= limit - least) {
      this.#used = Math.max(this.#used, limit - most)
    } else {
      this.#used = limit - least
      this.#closedNumber = this.#number
    }
  }

  /** Debits an amount. */
  #charge(amount: number): void {
    this.#sent += amount
    this.#used = this.#owed(this.#used + amount)
  }

  /** A debt is at most one limit: what is sent once must not close an endpoint for long. */
  #owed(used: number): number {
    return Math.min(used, 2 * this.#limit)
  }

  #isKnown(nowMs: number): boolean {
    return nowMs - this.#heardAtMs < shadowBucketDefaults.forgetAfterMs
  }

  #usedAt(nowMs: number): number {
    if (nowMs <= this.#lastMs || this.#used === 0) return this.#used
    return Math.max(0, this.#used - ((nowMs - this.#lastMs) * this.#limit) / this.#refillMs)
  }

  /** Moves to `nowMs`, where less lies out than before. Whatever changes what lies out comes here first, so each low is marked. */
  #advance(nowMs: number): void {
    this.#used = this.#usedAt(nowMs)
    this.#lastMs = Math.max(this.#lastMs, nowMs)
    this.#lows.mark(this.#number, this.#used)
  }

  /** Two slots, each at least as long as a provider may take to count, cover what a header need not know of. */
  #turnSlot(nowMs: number): void {
    const { countedWithinMs } = shadowBucketDefaults
    const elapsedMs = nowMs - this.#slotAtMs
    if (elapsedMs < countedWithinMs) return
    this.#sentBeforeLastSlot = elapsedMs < 2 * countedWithinMs ? this.#sentBeforeSlot : this.#sent
    this.#sentBeforeSlot = this.#sent
    this.#slotAtMs = nowMs
  }
}

/** A window, or longer when the header says that what lacks now takes longer to flow in. */
function refillMsOf({ remaining, resetInMs, windowMs }: RateLimit, limit: number): number {
  const lacking = limit - clamp(remaining ?? limit, 0, limit)
  const toldMs = lacking > 0 ? ((resetInMs ?? 0) * limit) / lacking : 0
  return clamp(Math.max(windowMs ?? shadowBucketDefaults.windowMs, toldMs), ...refillBounds)
}

function requireSnapshot({ limit, remaining, refillMs, heardMsAgo }: ShadowBucketSnapshot): void {
  requireRange('limit', limit, [1, maxAmount])
  requireRange('remaining', remaining, [0, limit])
  requireRange('refillMs', refillMs, refillBounds)
  requireRange('heardMsAgo', heardMsAgo, snapshotBounds)
}
