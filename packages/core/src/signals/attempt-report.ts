import type { AttemptOutcome } from './outcome-counts.ts'

/** What one attempt showed of its endpoint. */
export interface AttemptReport {
  /** `neutral` says nothing of the endpoint: the caller's fault, a 429, an abort, a lost hedge. */
  readonly outcome: AttemptOutcome | 'neutral'
  /** How much of an outcome it is, 0..1. */
  readonly weight: number
  /** Tokens of the prompt, those that the provider read from cache left out where that is known. */
  readonly promptTokens: number
  /** Tokens that came. */
  readonly outputTokens: number
  /** Time to the first content token, in ms; absent when none came, or when the answer came whole. */
  readonly ttftMs?: number | undefined
  /** Time from start to end, in ms. */
  readonly durationMs: number
}
