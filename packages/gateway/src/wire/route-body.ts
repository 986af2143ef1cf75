import type { IndexParts } from '@nextbest/core'
import type { RankedRoute, Route, RouteAttempt } from 'nextbest'
import { costedUsage, usdOfNano } from './usage.ts'

/** A route as JSON: the names of `Route` in snake case, money in US dollars, null where something is not known. */
export interface RouteBody {
  /** The call's id; null in a dry run. */
  readonly id: string | null
  readonly model: string
  readonly endpoint: string | null
  readonly provider: string | null
  readonly plan: readonly string[]
  readonly ranked: readonly object[]
  readonly unavailable: readonly object[]
  readonly exclusions: readonly object[]
  readonly attempts: readonly object[]
  readonly duration_ms: number
  readonly first_token_ms: number | null
  readonly usage: object | null
  readonly cost_usd: number
}

/** Writes a route down, whole. */
export function routeBody(route: Route): RouteBody {
  return {
    id: route.callId === '' ? null : route.callId,
    model: route.model,
    endpoint: route.endpoint ?? null,
    provider: route.provider ?? null,
    plan: route.plan,
    ranked: route.ranked.map(rankedBody),
    unavailable: route.unavailable.map(({ endpoint, reason, retryInMs }) => ({
      endpoint,
      reason,
      retry_in_ms: retryInMs ?? null,
    })),
    exclusions: route.exclusions,
    attempts: route.attempts.map(attemptBody),
    duration_ms: route.durationMs,
    first_token_ms: route.firstTokenMs ?? null,
    usage: route.usage === undefined ? null : costedUsage(route.usage, route.costNanoUsd),
    cost_usd: usdOfNano(route.costNanoUsd),
  }
}

function rankedBody({ endpoint, indexUsd, probability, parts, tier, demotion }: RankedRoute): object {
  return {
    endpoint,
    index_usd: indexUsd,
    probability,
    tier,
    demotion: demotion ?? null,
    parts: partsBody(parts),
  }
}

function partsBody(parts: IndexParts): object {
  return {
    success: parts.success,
    early: parts.early,
    late: parts.late,
    answer_usd: parts.answerUsd,
    early_failure_usd: parts.earlyFailureUsd,
    late_failure_usd: parts.lateFailureUsd,
  }
}

function attemptBody(attempt: RouteAttempt): object {
  const { failure } = attempt
  return {
    number: attempt.number,
    endpoint: attempt.endpoint,
    started_after_ms: attempt.startedAfterMs,
    duration_ms: attempt.durationMs,
    first_token_ms: attempt.firstTokenMs ?? null,
    outcome: attempt.outcome,
    failure:
      failure === undefined
        ? null
        : {
            kind: failure.kind,
            status: failure.status ?? null,
            code: failure.code ?? null,
            message: failure.message,
            retry_after_ms: failure.retryAfterMs ?? null,
          },
    served_model: attempt.servedModel ?? null,
    billing: attempt.billing,
    cost_usd: usdOfNano(attempt.costNanoUsd),
  }
}
