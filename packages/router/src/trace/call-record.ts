import type { Decision, Endpoint, RankingOptions, ScoredEndpoint } from '@nextbest/core'
import { usdPerSecondOf } from '@nextbest/core'
import type { CallFacts } from '../call-facts.ts'
import type { Route, RouteAttempt } from '../route.ts'
import { roundedMs, roundedRatio, roundedUsd } from './rounded.ts'
import { traceBounds, traceVersion } from './trace-record.ts'
import type {
  TraceAttempt,
  TraceCall,
  TraceCandidate,
  TraceEndpoint,
  TraceHeader,
  TraceUnavailable,
} from './trace-record.ts'

/** What a router tells of a call that is over. */
export interface EndedCall {
  readonly route: Route
  readonly facts: CallFacts
}

export function headerOf({ failureUsd, sharpness, explorationRate }: RankingOptions): TraceHeader {
  return { type: 'header', ...traceVersion, options: { failureUsd, sharpness, explorationRate } }
}

/** The provider's own name for the model stays behind: it may be that of a private deployment. */
export function endpointRecordOf(endpoint: Endpoint): TraceEndpoint {
  const { capabilities, pricing } = endpoint
  const { tiers } = pricing
  return {
    type: 'endpoint',
    endpoint: {
      ...endpoint,
      upstreamModel: slugOf(endpoint.model),
      disabled: endpoint.disabled ?? false,
      capabilities: {
        ...capabilities,
        parameters: new Set([...capabilities.parameters].slice(0, traceBounds.described)),
      },
      pricing: { ...pricing, ...(tiers !== undefined && { tiers: tiers.slice(0, traceBounds.described) }) },
    },
  }
}

/** Returns the part of a model's id that most providers call it by. */
export function slugOf(model: string): string {
  return model.slice(model.indexOf('/') + 1)
}

/** Returns the record of a call, its numbers rounded. It takes nothing that a caller or a provider has written. */
export function callRecordOf({ route, facts }: EndedCall): TraceCall {
  const { decision, demand, preferences, outcome } = facts
  const candidates = candidatesOf(decision, route)
  return {
    type: 'call',
    atMs: roundedMs(facts.startedAtMs),
    demand,
    usdPerSecond: usdPerSecondOf(preferences.objective ?? 'balanced'),
    prescribed: preferences.order !== undefined || preferences.sort !== undefined,
    timeoutMs: facts.timeoutMs,
    maxAttempts: decision.maxAttempts,
    panic: decision.panic,
    candidates,
    moreCandidates: decision.ranked.length - candidates.length,
    unavailable: decision.unavailable
      .slice(0, traceBounds.listed)
      .map((one) => unavailableOf(one, facts.startedAtMs)),
    exclusions: decision.exclusions
      .slice(0, traceBounds.listed)
      .map(({ endpoint, rule }) => ({ endpoint, rule })),
    plan: route.plan.slice(0, traceBounds.planned),
    attempts: route.attempts.slice(0, traceBounds.planned).map((attempt) => attemptOf(attempt, route)),
    outcome: outcome.type,
    reason: outcome.type === 'failed' ? outcome.reason : undefined,
    durationMs: roundedMs(route.durationMs),
    firstTokenMs: roundedIfGiven(route.firstTokenMs),
    usage: route.usage,
    costNanoUsd: route.costNanoUsd,
  }
}

function candidatesOf({ ranked, probabilities }: Decision, route: Route): readonly TraceCandidate[] {
  const candidates = ranked.map((scored, rank) => candidateOf(scored, probabilities[rank] ?? 0))
  if (candidates.length <= traceBounds.listed) return candidates
  const tried = new Set([route.plan[0], ...route.attempts.map((attempt) => attempt.endpoint)])
  return candidates.filter(({ endpoint }, rank) => rank < traceBounds.listed || tried.has(endpoint))
}

function candidateOf({ known, parts, ...scored }: ScoredEndpoint, probability: number): TraceCandidate {
  return {
    endpoint: known.endpoint.id,
    probability: roundedRatio(probability),
    success: roundedRatio(parts.success),
    early: roundedRatio(parts.early),
    late: roundedRatio(parts.late),
    answerUsd: roundedUsd(parts.answerUsd),
    earlyFailureUsd: roundedUsd(parts.earlyFailureUsd),
    lateFailureUsd: roundedUsd(parts.lateFailureUsd),
    priceUsd: roundedUsd(scored.priceUsd),
    cacheSavingUsd: roundedUsd(scored.cacheSavingUsd),
    ttftMs: roundedMs(scored.ttftMs),
    msPerToken: roundedUsd(scored.msPerToken),
    tier: scored.tier,
    share: roundedRatio(scored.share),
  }
}

function unavailableOf(
  { known, reason, retryAtMs }: Decision['unavailable'][number],
  startedAtMs: number,
): TraceUnavailable {
  const inMs = Math.max(0, (retryAtMs ?? Infinity) - startedAtMs)
  return { endpoint: known.endpoint.id, reason, retryInMs: inMs === Infinity ? undefined : roundedMs(inMs) }
}

function attemptOf(attempt: RouteAttempt, route: Route): TraceAttempt {
  const { failure } = attempt
  return {
    endpoint: attempt.endpoint,
    kind: attempt.kind ?? 'plain',
    startedAfterMs: roundedMs(attempt.startedAfterMs),
    durationMs: roundedMs(attempt.durationMs),
    firstTokenMs: roundedIfGiven(attempt.firstTokenMs),
    outcome: attempt.outcome,
    failure: failure?.kind,
    status: failure?.status,
    retryAfterMs: roundedIfGiven(failure?.retryAfterMs),
    usage: attempt.outcome === 'answered' ? route.usage : undefined,
    billing: attempt.billing,
    costNanoUsd: attempt.costNanoUsd,
  }
}

function roundedIfGiven(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : roundedMs(ms)
}
