import type { KnownEndpoint } from '../ranking/candidate.ts'

/** Recent first tokens below which the tail of an endpoint is not known well enough to call an attempt late. Source: choice. */
const leastSamples = 50

/** Share of what an answer costs that the prompt of a lost hedge may cost. Source: choice. */
const cheapShare = 0.05

/** An attempt on `first`, and a hedge of it on `second`. */
export interface HedgeQuestion {
  readonly first: KnownEndpoint
  readonly second: KnownEndpoint
  readonly promptTokens: number
  /** What an answer of the first is expected to cost, time included: `s` of the index, in US dollars. */
  readonly answerUsd: number
  /** What the prompt costs at the second, in US dollars. */
  readonly promptUsd: number
  /** Whether the second stops billing when its connection is closed. */
  readonly cancelStopsBilling: boolean
  readonly nowMs: number
}

/**
 * Returns after how many ms without a first token the second may be started beside the first: `max(p95 of the first, 1.5 * p50 of the
 * second)`. Returns nothing where a hedge is not worth it: too little is known of the first, the second is not healthy, or what is
 * wasted if it loses is not little. Source: Dean and Barroso, "The tail at scale" (2013): a hedge after the 95th percentile adds 5 %
 * load at most.
 */
export function hedgeAfterMs(question: HedgeQuestion): number | undefined {
  const { first, second, promptTokens, nowMs } = question
  if (first.signals.latencySamples(promptTokens, nowMs).ttft < leastSamples) return undefined
  if (second.breaker.state !== 'closed') return undefined
  if (!question.cancelStopsBilling && question.promptUsd >= cheapShare * question.answerUsd) return undefined
  return Math.max(
    first.signals.ttftQuantileMs(0.95, promptTokens, nowMs),
    1.5 * second.signals.ttftQuantileMs(0.5, promptTokens, nowMs),
  )
}
