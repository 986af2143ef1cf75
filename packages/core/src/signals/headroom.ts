import type { LimitedDimension, RateLimits } from '../failure/rate-limit-headers.ts'
import { ShadowBucket, type ShadowBucketSnapshot, type ShadowReceipt } from './shadow-bucket.ts'

/** Tokens that an attempt is expected to use, or has used, as the provider counts them. */
export interface AttemptTokens {
  /** Tokens of the prompt, those left out that the provider reads from cache and does not count. */
  readonly promptTokens: number
  /** Tokens of the output; all that it may have where the provider counts those in advance. */
  readonly outputTokens: number
}

/** What one attempt was taken to use of each limit; settled once. */
export type HeadroomReceipt = Readonly<Record<LimitedDimension, ShadowReceipt>>

/** Headroom as of the instant of the snapshot; dimensions of which nothing is known are absent. */
export type HeadroomSnapshot = Readonly<Partial<Record<LimitedDimension, ShadowBucketSnapshot>>>

const dimensions: readonly LimitedDimension[] = ['requests', 'tokens', 'inputTokens', 'outputTokens']

/**
 * What is left of a provider's own limits, as its headers and what was sent since tell: a shadow bucket for
 * each dimension. It shifts traffic away before a 429 comes; it says nothing of health. Reading changes
 * nothing.
 */
export class Headroom {
  readonly #buckets: Readonly<Record<LimitedDimension, ShadowBucket>> = {
    requests: new ShadowBucket(),
    tokens: new ShadowBucket(),
    inputTokens: new ShadowBucket(),
    outputTokens: new ShadowBucket(),
  }

  /** Debits one request and the tokens that it is expected to use, as it is sent. */
  sent({ promptTokens, outputTokens }: AttemptTokens, nowMs: number): HeadroomReceipt {
    const { requests, tokens, inputTokens, outputTokens: output } = this.#buckets
    return {
      requests: requests.send(1, nowMs),
      tokens: tokens.send(promptTokens + outputTokens, nowMs),
      inputTokens: inputTokens.send(promptTokens, nowMs),
      outputTokens: output.send(outputTokens, nowMs),
    }
  }

  /** Takes what the headers of an attempt's answer say, as they come; those of a refusal too. */
  observe(limits: RateLimits, receipt: HeadroomReceipt, nowMs: number): void {
    for (const dimension of dimensions) {
      const said = limits[dimension]
      if (said !== undefined) this.#buckets[dimension].observe(said, receipt[dimension], nowMs)
    }
  }

  /**
   * Corrects the debits by the tokens that the attempt really used; the request stays counted. Only the first
   * settling of a receipt counts.
   */
  settled(receipt: HeadroomReceipt, { promptTokens, outputTokens }: AttemptTokens, nowMs: number): void {
    const { tokens, inputTokens, outputTokens: output } = this.#buckets
    tokens.settle(receipt.tokens, promptTokens + outputTokens, nowMs)
    inputTokens.settle(receipt.inputTokens, promptTokens, nowMs)
    output.settle(receipt.outputTokens, outputTokens, nowMs)
  }

  /** Returns the share of attempts that should be sent here, 0..1: the smallest of all dimensions. */
  admitProbability(nowMs: number): number {
    let least = 1
    for (const dimension of dimensions) {
      least = Math.min(least, this.#buckets[dimension].admitProbability(nowMs))
    }
    return least
  }

  /** Returns what is known at `nowMs`, as plain JSON. */
  snapshot(nowMs: number): HeadroomSnapshot {
    const snapshot: Partial<Record<LimitedDimension, ShadowBucketSnapshot>> = {}
    for (const dimension of dimensions) {
      const bucket = this.#buckets[dimension].snapshot(nowMs)
      if (bucket !== undefined) snapshot[dimension] = bucket
    }
    return snapshot
  }

  /**
   * Replaces what is known of the dimensions in a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  restore(snapshot: HeadroomSnapshot, nowMs: number): void {
    for (const dimension of dimensions) {
      const bucket = snapshot[dimension]
      if (bucket !== undefined) this.#buckets[dimension].restore(bucket, nowMs)
    }
  }

  /**
   * Takes over what another instance knew at `nowMs` of the same limits; see `ShadowBucket`.
   *
   * @throws RangeError when a number of the snapshot is out of bounds.
   */
  merge(snapshot: HeadroomSnapshot, nowMs: number): void {
    for (const dimension of dimensions) {
      const bucket = snapshot[dimension]
      if (bucket !== undefined) this.#buckets[dimension].merge(bucket, nowMs)
    }
  }
}
