import { requireRange } from './range.ts'

/** Sums of the decayed least squares; plain numbers, no instants. */
export interface PrefillSlopeSnapshot {
  readonly samples: number
  readonly meanTokens: number
  readonly meanMs: number
  readonly tokensSquared: number
  readonly tokensMs: number
}

/** What each sample leaves of the weight of those before it: 200 samples of memory. */
const factor = 0.995

/**
 * Evidence for no slope at all, as a sum of squared tokens: 20 prompts that differ by 1,000 tokens. It keeps
 * prompts of nearly one size, whose differences in time are noise, from being stretched to long prompts.
 */
const ridge = 20 * 1_000 ** 2

/**
 * Milliseconds to the first token that each prompt token adds, by decayed least squares with a ridge towards
 * 0. It is never negative, and never so steep that the mean prompt would take no time beside it. Source:
 * weighted incremental mean and covariance, West (CACM 1979); ridge regression, Hoerl and Kennard (1970).
 */
export class PrefillSlope {
  #samples = 0
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
  record(promptTokens: number, ttftMs: number): void {
    this.#samples = this.#samples * factor + 1
    const tokens = promptTokens - this.#meanTokens
    this.#meanTokens += tokens / this.#samples
    this.#meanMs += (ttftMs - this.#meanMs) / this.#samples
    this.#tokensSquared = this.#tokensSquared * factor + tokens * (promptTokens - this.#meanTokens)
    this.#tokensMs = this.#tokensMs * factor + tokens * (ttftMs - this.#meanMs)
    this.#fit()
  }

  snapshot(): PrefillSlopeSnapshot {
    return {
      samples: this.#samples,
      meanTokens: this.#meanTokens,
      meanMs: this.#meanMs,
      tokensSquared: this.#tokensSquared,
      tokensMs: this.#tokensMs,
    }
  }

  /** @throws RangeError when a number of the snapshot is not finite, or negative where it cannot be. */
  restore({ samples, meanTokens, meanMs, tokensSquared, tokensMs }: PrefillSlopeSnapshot): void {
    this.#samples = requireRange('samples', samples, [0, 1 / (1 - factor)])
    this.#meanTokens = requireRange('meanTokens', meanTokens, [0, 1e15])
    this.#meanMs = requireRange('meanMs', meanMs, [0, 1e15])
    this.#tokensSquared = requireRange('tokensSquared', tokensSquared, [0, 1e30])
    this.#tokensMs = requireRange('tokensMs', tokensMs, [-1e30, 1e30])
    this.#fit()
  }

  #fit(): void {
    const slope = this.#tokensMs / (this.#tokensSquared + ridge)
    const steepest = this.#meanTokens > 0 ? this.#meanMs / this.#meanTokens : 0
    this.#msPerToken = Math.max(0, Math.min(slope, steepest))
  }
}
