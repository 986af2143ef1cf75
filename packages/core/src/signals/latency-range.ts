/** What latencies are told apart; smaller and larger ones count as the nearest end. */
export interface LatencyRange {
  /** In ms, above 0. */
  readonly minMs: number
  /** In ms, above `minMs`. */
  readonly maxMs: number
}

/** Times to the first content token: 1 ms to 10 min. */
export const ttftRange: LatencyRange = Object.freeze({ minMs: 1, maxMs: 600_000 })

/** Times per output token: 0.05 ms (20,000 tokens per second) to 1 min. */
export const perTokenRange: LatencyRange = Object.freeze({ minMs: 0.05, maxMs: 60_000 })
