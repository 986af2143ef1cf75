import { expectedCostUsd } from '../catalog/cost.ts'
import type { ExpectedUsage } from '../catalog/cost.ts'
import type { KnownEndpoint } from './candidate.ts'
import { attemptUsd, indexUsd } from './index-parts.ts'
import type { IndexParts } from './index-parts.ts'

/** A candidate with its index for one demand. */
export interface ScoredEndpoint {
  readonly known: KnownEndpoint
  readonly parts: IndexParts
  /** `a`, as the plan wants it. */
  readonly early: number
  /** `e`, as the plan wants it. */
  readonly attemptUsd: number
  readonly indexUsd: number
  /** Expected time to the first token, load included, in ms. */
  readonly ttftMs: number
  /** Expected time per output token, in ms. */
  readonly msPerToken: number
  /** Expected price of the answer, in US dollars. */
  readonly priceUsd: number
}

export interface ScoringQuestion {
  /** What the whole answer is expected to use, and what a failed attempt is. */
  readonly answerUsage: ExpectedUsage
  readonly promptUsage: ExpectedUsage
  readonly usdPerSecond: number
  readonly failureUsd: number
  readonly nowMs: number
}

/**
 * Scores an endpoint for a demand:
 * `s = price·tokens + v·(TTFT·hot + n_out·TPOT)`, `f = v·t_detect + price of the prompt`, `F_b = s + penalty`.
 *
 * Load is a guard on the first token only, never an addend. The prompt of a failed attempt counts as billed, since
 * nobody can know. Source: derivation at `indexUsd`; guard after Envoy's least-request weights.
 */
export function scoreEndpoint(known: KnownEndpoint, question: ScoringQuestion): ScoredEndpoint {
  const { answerUsage, promptUsage, usdPerSecond, nowMs } = question
  const { signals, endpoint } = known
  const usdPerMs = usdPerSecond / 1_000
  const ttftMs = signals.expectedTtftMs(answerUsage.promptTokens, nowMs) * signals.hotFactor(nowMs)
  const msPerToken = signals.expectedMsPerToken(nowMs)
  const priceUsd = expectedCostUsd(endpoint.pricing, answerUsage)
  const promptUsd = expectedCostUsd(endpoint.pricing, promptUsage)
  const answerUsd = priceUsd + usdPerMs * (ttftMs + answerUsage.outputTokens * msPerToken)
  const rates = signals.rates(nowMs)
  const parts: IndexParts = {
    success: rates.success,
    early: rates.early,
    late: rates.late,
    answerUsd,
    earlyFailureUsd: usdPerMs * signals.expectedDetectMs + promptUsd,
    lateFailureUsd: answerUsd + question.failureUsd,
  }
  return {
    known,
    parts,
    early: parts.early,
    attemptUsd: attemptUsd(parts),
    indexUsd: indexUsd(parts),
    ttftMs,
    msPerToken,
    priceUsd,
  }
}
