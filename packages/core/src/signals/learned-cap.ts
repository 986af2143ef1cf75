import { ArrivalRate } from './arrival-rate.ts'
import { InflowRamp } from './inflow-ramp.ts'
import { clamp, requireRange, snapshotBounds } from './range.ts'

/** Options of a learned cap. */
export interface LearnedCapOptions {
  /**
   * For self-hosted backends that collapse instead of answering 429: attempts per second that are allowed
   * however few came lately; beyond, the inflow doubles every 5 s at most. 0.1..1,000,000. Default: off.
   */
  readonly rampFromPerSecond?: number
}

/** Numbers of a learned cap. */
export interface LearnedCapNumbers {
  /** Window of the rate, in ms. */
  readonly rateWindowMs: number
  /** What a refusal leaves of the cap, or of the rate if that is smaller. */
  readonly cut: number
  /** By what the cap is multiplied in the first minute without refusals, and by more in each further one. */
  readonly growthPerMinute: number
  /** Lowest cap, in attempts per second. */
  readonly floorPerSecond: number
  /** A cap above this is none, in attempts per second. */
  readonly ceilingPerSecond: number
  /** Share of the cap up to which nothing is held back. */
  readonly easyShare: number
  /** Lowest weight. */
  readonly leastWeight: number
}

/**
 * Cut, growth and weight: OpenRouter's published curve, and simulation. Floor: choice; two attempts within
 * the window are no rate to learn from.
 */
export const learnedCapDefaults: LearnedCapNumbers = Object.freeze({
  rateWindowMs: 20_000,
  cut: 0.95,
  growthPerMinute: 1.1,
  floorPerSecond: 0.1,
  ceilingPerSecond: 1e9,
  easyShare: 0.9,
  leastWeight: 0.001,
})

/** A learned cap as of the instant of the snapshot. */
export interface LearnedCapSnapshot {
  /** Attempts per second that came lately. */
  readonly perSecond: number
  /** The cap, in attempts per second; absent without one. */
  readonly capPerSecond?: number
}

/**
 * How many attempts per second a provider takes that does not say so: none is known until its first refusal
 * for load, then what came lately, a little less with each further one, a little more with each minute
 * without: `cap·1.1^(m + (m − 1)²)` after `m` minutes above one, so that what a provider could not take during an
 * outage is tried again within five. Attempts that were under way when the cap was cut say nothing more by being refused too.
 */
export class LearnedCap {
  readonly #rate = new ArrivalRate(learnedCapDefaults.rateWindowMs)
  readonly #ramp: InflowRamp | undefined
  /** The cap at `#capAtMs`. */
  #cap = Infinity
  #capAtMs = -Infinity
  #cutAtMs = -Infinity

  /** @throws RangeError when an option is out of bounds. */
  constructor({ rampFromPerSecond }: LearnedCapOptions = {}) {
    this.#ramp = rampFromPerSecond === undefined ? undefined : new InflowRamp(rampFromPerSecond)
  }

  /** Counts an attempt, as it is sent. */
  sent(nowMs: number): void {
    this.#rate.arrived(nowMs)
    this.#ramp?.sent(nowMs)
  }

  /** Cuts the cap after a 429 or 529 of an attempt that was sent at `sentAtMs`. */
  refused(sentAtMs: number, nowMs: number): void {
    this.#ramp?.setBack(nowMs)
    if (sentAtMs < this.#cutAtMs) return
    const { cut, floorPerSecond } = learnedCapDefaults
    const cap = cut * Math.min(this.capPerSecond(nowMs), this.#rate.perSecond(nowMs))
    this.setCap(Math.max(floorPerSecond, cap), nowMs)
    this.#cutAtMs = this.#capAtMs
  }

  /** Stops the ramp for a while after a timeout; the cap stays. */
  timedOut(nowMs: number): void {
    this.#ramp?.setBack(nowMs)
  }

  /** Returns the attempts per second that came lately, at least 0. */
  perSecond(nowMs: number): number {
    return this.#rate.perSecond(nowMs)
  }

  /** Returns the cap, in attempts per second, at least 0.1; `Infinity` without one. The ramp is not in it. */
  capPerSecond(nowMs: number): number {
    const { growthPerMinute, ceilingPerSecond } = learnedCapDefaults
    const minutes = Math.max(0, nowMs - this.#capAtMs) / 60_000
    const cap = this.#cap * growthPerMinute ** (minutes + Math.max(0, minutes - 1) ** 2)
    return cap < ceilingPerSecond ? cap : Infinity
  }

  /**
   * Returns by what an endpoint's chance of being picked is to be multiplied, 0.001..1: 1 up to 90 % of the
   * cap, falling linearly to 0.001 at all of it; the same for the ramp, and the smaller of both.
   */
  weight(nowMs: number): number {
    // Most endpoints never refuse, and this is asked for each of them in each decision.
    const weight =
      this.#cap === Infinity ? 1 : weightAt(this.#rate.perSecond(nowMs) / this.capPerSecond(nowMs))
    return this.#ramp === undefined ? weight : Math.min(weight, weightAt(this.#ramp.use(nowMs)))
  }

  /** Returns the state as of `nowMs`, as plain JSON. The ramp is not in it. */
  snapshot(nowMs: number): LearnedCapSnapshot {
    const capPerSecond = this.capPerSecond(nowMs)
    return { perSecond: this.#rate.perSecond(nowMs), ...(capPerSecond < Infinity && { capPerSecond }) }
  }

  /**
   * Replaces the state by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore(snapshot: LearnedCapSnapshot, nowMs: number): void {
    requireSnapshot(snapshot)
    this.#rate.clear()
    this.#rate.add(snapshot.perSecond, nowMs)
    this.setCap(snapshot.capPerSecond ?? Infinity, nowMs)
  }

  /**
   * Adds what another instance sent, and takes over its cap when that is smaller, as of `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  merge(snapshot: LearnedCapSnapshot, nowMs: number): void {
    requireSnapshot(snapshot)
    this.#rate.add(snapshot.perSecond, nowMs)
    const cap = snapshot.capPerSecond ?? Infinity
    if (cap < this.capPerSecond(nowMs)) this.setCap(cap, nowMs)
  }

  /** Sets the cap to what another one is at `nowMs`, in attempts per second. */
  setCap(capPerSecond: number, nowMs: number): void {
    this.#cap = capPerSecond
    this.#capAtMs = Math.max(this.#capAtMs, nowMs)
  }
}

function weightAt(use: number): number {
  const { easyShare, leastWeight } = learnedCapDefaults
  return clamp((1 - use) / (1 - easyShare), leastWeight, 1)
}

function requireSnapshot({ perSecond, capPerSecond }: LearnedCapSnapshot): void {
  const { floorPerSecond, ceilingPerSecond } = learnedCapDefaults
  requireRange('perSecond', perSecond, snapshotBounds)
  requireRange('capPerSecond', capPerSecond ?? floorPerSecond, [floorPerSecond, ceilingPerSecond])
}
