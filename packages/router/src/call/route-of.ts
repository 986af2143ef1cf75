import type { Decision, TokenUsage } from '@nextbest/core'
import type { FleetEndpoint } from '../fleet.ts'
import type { Route, RouteAttempt } from '../route.ts'

/** What is known of a call when its route is written. */
export interface CallRecord {
  readonly callId: string
  readonly model: string
  readonly decision: Decision
  readonly attempts: readonly RouteAttempt[]
  /** The endpoint whose answer was delivered, whole or in part. */
  readonly served: FleetEndpoint | undefined
  readonly usage: TokenUsage | undefined
  readonly startedAtMs: number
  readonly nowMs: number
}

/** Writes a call's route. A dry run writes it by the same function, without attempts. */
export function routeOf(record: CallRecord): Route {
  const { decision, attempts, served, startedAtMs, nowMs } = record
  const answered = attempts.find((attempt) => attempt.firstTokenMs !== undefined)
  return {
    callId: record.callId,
    model: record.model,
    endpoint: served?.endpoint.id,
    provider: served?.endpoint.provider,
    plan: decision.plan.map((planned) => planned.endpoint.id),
    ranked: decision.ranked.map((scored, i) => ({
      endpoint: scored.known.endpoint.id,
      indexUsd: scored.indexUsd,
      parts: scored.parts,
      probability: decision.probabilities[i] ?? 0,
      tier: scored.tier,
      demotion: scored.demotion,
    })),
    unavailable: decision.unavailable.map((one) => ({
      endpoint: one.known.endpoint.id,
      reason: one.reason,
      retryInMs: one.retryAtMs === undefined ? undefined : Math.max(0, one.retryAtMs - startedAtMs),
    })),
    exclusions: decision.exclusions,
    attempts,
    durationMs: nowMs - startedAtMs,
    firstTokenMs:
      answered?.firstTokenMs === undefined ? undefined : answered.startedAfterMs + answered.firstTokenMs,
    usage: record.usage,
    costNanoUsd: attempts.reduce((sum, attempt) => sum + attempt.costNanoUsd, 0),
  }
}
