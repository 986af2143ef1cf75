import type { ExpectedUsage } from '../catalog/cost.ts'
import { expectedCostUsd } from '../catalog/cost.ts'
import { cachedCostUsd, cacheSavingUsd, uncachedTokens } from './cache-term.ts'
import type { KnownEndpoint } from './candidate.ts'
import type { Score } from './ranking.ts'

/** One question for all endpoints; what differs between them is written over. */
export interface ScoringQuestion {
  /** What the whole answer is expected to use, and what a failed attempt is. */
  readonly answerUsage: CachedUsage
  readonly promptUsage: CachedUsage
  readonly usdPerSecond: number
  readonly failureUsd: number
  /** Probability that an answer that breaks off is gone on with to its end, 0..1. */
  readonly continuation: number
  readonly nowMs: number
  /** Largest share of the prompt that any endpoint is expected to have cached, 0..1. */
  writtenShare: number
}

/** An expected usage whose cached part is that of the endpoint asked about. */
export type CachedUsage = Omit<ExpectedUsage, 'cachedTokens'> & { cachedTokens: number }

/**
 * Scores an endpoint for a demand:
 * `s = price·tokens + v·(TTFT·hot + n_out·TPOT)`, `f = v·t_detect + price of the prompt`, `F_b = s + g·s + (1 − g)·penalty`.
 *
 * `g` is the probability that an answer that breaks off is gone on with: then a second answer is paid and waited for instead of the
 * penalty, by an endpoint that is taken to cost what this one does.
 * Load is a guard on the first token only, never an addend. The prompt of a failed attempt counts as billed, since
 * nobody can know. What the provider has cached of the prompt costs its cache price and no time. Source: derivation at
 * `indexUsd`; guard after Envoy's least-request weights.
 */
export function scoreInto(
  score: Score,
  { signals, endpoint, breaker }: KnownEndpoint,
  question: ScoringQuestion,
): void {
  const { answerUsage, promptUsage, usdPerSecond, nowMs, writtenShare } = question
  const usdPerMs = usdPerSecond / 1_000
  signals.rates(nowMs, score)
  score.ttftMs = signals.expectedTtftMs(uncachedTokens(answerUsage), nowMs) * signals.hotFactor(nowMs)
  score.msPerToken = signals.expectedMsPerToken(nowMs)
  const isCached = writtenShare > 0
  const { pricing } = endpoint
  score.priceUsd = isCached
    ? cachedCostUsd(pricing, answerUsage, writtenShare)
    : expectedCostUsd(pricing, answerUsage)
  const promptUsd = isCached
    ? cachedCostUsd(pricing, promptUsage, writtenShare)
    : expectedCostUsd(pricing, promptUsage)
  score.cacheSavingUsd = isCached ? cacheSavingUsd(pricing, answerUsage) : 0
  score.answerUsd = score.priceUsd + usdPerMs * (score.ttftMs + answerUsage.outputTokens * score.msPerToken)
  score.earlyFailureUsd = usdPerMs * signals.expectedDetectMs + promptUsd
  const { failureUsd, continuation } = question
  score.lateFailureUsd = score.answerUsd + continuation * score.answerUsd + (1 - continuation) * failureUsd
  score.share = breaker.admitShare(nowMs) * signals.share(nowMs)
}
