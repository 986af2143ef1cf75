import { remainingWeight } from './decay.ts'
import { requireRange, snapshotBounds } from './range.ts'

/** Sums of the decayed least squares as of the last sample. */
export interface PrefillSlopeSnapshot {
  /** Time since the last sample, in ms; 0 when there was none. */
  readonly idleMs: number
  /** Sum of the samples' weights; 0 when there was none. */
  readonly mass: number
  readonly meanTokens: number
  readonly meanMs: number
  readonly tokensSquared: number
  readonly tokensMs: number
}

/** Time in which a sample loses half its weight, in ms: that of the latency histograms. Source: choice. */
const halfLifeMs = 300_000

/**
 * Evidence for no slope at all, as a sum of squared tokens: 20 prompts that differ by 1,000 tokens. It keeps
 * prompts of nearly one size, whose differences in time are noise, from being stretched to long prompts.
 */
const ridge = 20 * 1_000 ** 2

/**
 * Milliseconds to the first token that each prompt token adds, by decayed least squares with a ridge towards
 * 0. It is never negative, and never so steep that the mean prompt would take no time beside it. Source:
 * weighted incremental mean and covariance, West (CACM 1979), and their sum for two streams, Chan, Golub,
 * LeVeque (COMPSTAT 1982); ridge regression, Hoerl and Kennard (1970).
 */
export class PrefillSlope {
  #mass = 0
  #lastMs = -Infinity
  #meanTokens = 0
  #meanMs = 0
  #tokensSquared = 0
  #tokensMs = 0
  #msPerToken = 0

  /** The slope, in ms per prompt token, at least 0; 0 without samples. */
  get msPerToken(): number {
    return this.#msPerToken
  }

  /** Learns from one time to the first token. Both are finite and at least 0. */
  record(promptTokens: number, ttftMs: number, nowMs: number): void {
    this.#advance(nowMs)
    this.#add({ mass: 1, meanTokens: promptTokens, meanMs: ttftMs, tokensSquared: 0, tokensMs: 0 }, 1)
  }

  /** Returns the sums as of the last sample, and how long ago that was at `nowMs`. */
  snapshot(nowMs: number): PrefillSlopeSnapshot {
    return {
      idleMs: this.#mass === 0 ? 0 : Math.max(0, nowMs - this.#lastMs),
      mass: this.#mass,
      meanTokens: this.#meanTokens,
      meanMs: this.#meanMs,
      tokensSquared: this.#tokensSquared,
      tokensMs: this.#tokensMs,
    }
  }

  /**
   * Replaces the sums by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is not finite, or negative where it cannot be.
   */
  restore(snapshot: PrefillSlopeSnapshot, nowMs: number): void {
    requireSums(snapshot)
    this.#mass = this.#meanTokens = this.#meanMs = this.#tokensSquared = this.#tokensMs = this.#msPerToken = 0
    this.#lastMs = -Infinity
    this.merge(snapshot, nowMs)
  }

  /**
   * Adds sums whose snapshot was taken at `nowMs`: afterwards they are those of both streams in one.
   *
   * @throws RangeError when a number of the snapshot is not finite, or negative where it cannot be.
   */
  merge(snapshot: PrefillSlopeSnapshot, nowMs: number): void {
    requireSums(snapshot)
    if (snapshot.mass === 0) return
    const lastMs = nowMs - snapshot.idleMs
    this.#advance(lastMs)
    this.#add(snapshot, remainingWeight(this.#lastMs - lastMs, halfLifeMs))
  }

  #advance(nowMs: number): void {
    if (nowMs <= this.#lastMs) return
    const kept = remainingWeight(nowMs - this.#lastMs, halfLifeMs)
    this.#mass *= kept
    this.#tokensSquared *= kept
    this.#tokensMs *= kept
    this.#lastMs = nowMs
  }

  #add(other: Sums, weight: number): void {
    const mass = other.mass * weight
    const tokens = other.meanTokens - this.#meanTokens
    const ms = other.meanMs - this.#meanMs
    const share = mass / (this.#mass + mass)
    const between = this.#mass * share
    this.#tokensSquared += other.tokensSquared * weight + between * tokens * tokens
    this.#tokensMs += other.tokensMs * weight + between * tokens * ms
    this.#meanTokens += tokens * share
    this.#meanMs += ms * share
    this.#mass += mass
    this.#fit()
  }

  #fit(): void {
    const slope = this.#tokensMs / (this.#tokensSquared + ridge)
    const steepest = this.#meanTokens > 0 ? this.#meanMs / this.#meanTokens : 0
    this.#msPerToken = Math.max(0, Math.min(slope, steepest))
  }
}

type Sums = Omit<PrefillSlopeSnapshot, 'idleMs'>

function requireSums(snapshot: PrefillSlopeSnapshot): void {
  requireRange('idleMs', snapshot.idleMs, snapshotBounds)
  requireRange('mass', snapshot.mass, snapshotBounds)
  requireRange('meanTokens', snapshot.meanTokens, snapshotBounds)
  requireRange('meanMs', snapshot.meanMs, snapshotBounds)
  requireRange('tokensSquared', snapshot.tokensSquared, [0, 1e30])
  requireRange('tokensMs', snapshot.tokensMs, [-1e30, 1e30])
}
