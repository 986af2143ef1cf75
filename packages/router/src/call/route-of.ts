import type { Decision, TokenUsage } from '@nextbest/core'
import type { RankedRoute, Route, RouteAttempt } from '../route.ts'
import type { AttemptRun } from './attempt-run.ts'

/** What is known of a call when its route is written. */
export interface CallRecord {
  readonly callId: string
  readonly model: string
  readonly decision: Decision
  readonly attempts: readonly RouteAttempt[]
  /** The attempt whose answer was delivered, whole or in part; of several, the last. */
  readonly served: AttemptRun | undefined
  /** The attempt that was delivered from first. */
  readonly firstServed?: AttemptRun | undefined
  readonly usage: TokenUsage | undefined
  /** Characters that were delivered when another attempt went on with the answer. */
  readonly continuedAt?: number | undefined
  readonly startedAtMs: number
  readonly nowMs: number
}

/** Writes a call's route. A dry run writes it by the same function, without attempts. */
export function routeOf(record: CallRecord): Route {
  const { decision, attempts, served, firstServed, continuedAt, startedAtMs, nowMs } = record
  const firstTokenAtMs = firstServed?.firstTokenAtMs
  let ranked: readonly RankedRoute[] | undefined
  return {
    callId: record.callId,
    model: record.model,
    endpoint: served?.endpoint.endpoint.id,
    provider: served?.endpoint.endpoint.provider,
    plan: decision.plan.map((planned) => planned.endpoint.id),
    // Made when someone looks: of most calls nobody asks why.
    get ranked() {
      ranked ??= rankedOf(decision)
      return ranked
    },
    unavailable: decision.unavailable.map((one) => ({
      endpoint: one.known.endpoint.id,
      reason: one.reason,
      retryInMs: one.retryAtMs === undefined ? undefined : Math.max(0, one.retryAtMs - startedAtMs),
    })),
    exclusions: decision.exclusions,
    attempts,
    durationMs: nowMs - startedAtMs,
    firstTokenMs: firstTokenAtMs === undefined ? undefined : firstTokenAtMs - startedAtMs,
    usage: record.usage,
    costNanoUsd: attempts.reduce((sum, attempt) => sum + attempt.costNanoUsd, 0),
    ...(continuedAt !== undefined && { continuedAt, continuedFrom: firstServed?.endpoint.endpoint.provider }),
  }
}

function rankedOf({ ranked, probabilities }: Decision): readonly RankedRoute[] {
  return ranked.map((scored, i) => ({
    endpoint: scored.known.endpoint.id,
    indexUsd: scored.indexUsd,
    parts: scored.parts,
    probability: probabilities[i] ?? 0,
    tier: scored.tier,
    demotion: scored.demotion,
  }))
}
