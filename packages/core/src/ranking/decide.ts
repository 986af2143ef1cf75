import type { PlannedEndpoint, StandbyEndpoint } from '../call/call-state.ts'
import type { Demand } from '../demand/demand.ts'
import { exclusionOf } from '../eligibility/eligible.ts'
import type { Exclusion } from '../eligibility/exclusion.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import type { EndpointHold, ExclusionQuestion } from '../eligibility/question.ts'
import type { Random } from '../runtime/random.ts'
import { unavailabilityOf } from './candidate.ts'
import type { KnownEndpoint, Unavailability } from './candidate.ts'
import { usdPerSecondOf } from './objective.ts'
import { orderOf } from './order.ts'
import type { RankingOptions } from './ranking-options.ts'
import { scoreEndpoint } from './scored-endpoint.ts'
import type { ScoredEndpoint, ScoringQuestion } from './scored-endpoint.ts'

/** Attempts of a call that must ignore breakers because all of them are open. */
const panicAttempts = 2

/**
 * Share of an endpoint's expected time to the first token that a failover needs: less is hardly ever enough (one first token
 * in a hundred at the spread that signals assume), and with more left the caller has nothing better to do. Source: choice.
 */
const usefulShare = 0.25

export interface DecisionQuestion {
  readonly demand: Demand
  readonly preferences: RoutingPreferences
  /** Attempts of the call, the first included. */
  readonly maxAttempts: number
  readonly nowMs: number
  readonly random: Random
  readonly options: RankingOptions
}

/** What a call will do, and why. */
export interface Decision {
  /** Endpoints that can serve now, best index first. */
  readonly ranked: readonly ScoredEndpoint[]
  /** Probability of each of them to be tried first. */
  readonly probabilities: Float64Array
  readonly unavailable: readonly UnavailableEndpoint[]
  readonly exclusions: readonly Exclusion[]
  /** The order in which this call tries them. */
  readonly plan: readonly PlannedEndpoint[]
  readonly standby: readonly StandbyEndpoint[]
  /** At most the question's; fewer in panic. */
  readonly maxAttempts: number
  /** Every breaker is open: they are ignored for this call. */
  readonly panic: boolean
}

export interface UnavailableEndpoint extends Unavailability {
  readonly known: KnownEndpoint
}

/** Decides how a call is served by the endpoints that offer its model. A live call and a dry run both ask this. */
export function decide(endpoints: readonly KnownEndpoint[], question: DecisionQuestion): Decision {
  const sorted = sortOut(endpoints, question)
  const panic = sorted.ready.length === 0 && sorted.unavailable.some(isOpen)
  const ready = panic ? sorted.unavailable.filter(isOpen).map((one) => one.known) : sorted.ready
  const unavailable = panic ? sorted.unavailable.filter((one) => !isOpen(one)) : sorted.unavailable
  const maxAttempts = panic ? Math.min(panicAttempts, question.maxAttempts) : question.maxAttempts
  const ranked = rank(ready, question)
  const order = orderOf(ranked, { ...question, maxAttempts })
  return {
    ranked,
    probabilities: order.probabilities,
    unavailable,
    exclusions: sorted.exclusions,
    plan: order.endpoints.map((scored) => ({
      endpoint: scored.known.endpoint,
      usefulMs: scored.ttftMs * usefulShare,
    })),
    standby: unavailable.map(({ known, retryAtMs }) => ({
      endpoint: known.endpoint,
      usefulMs: 0,
      retryAtMs,
    })),
    maxAttempts,
    panic,
  }
}

interface SortedOut {
  readonly ready: KnownEndpoint[]
  readonly unavailable: UnavailableEndpoint[]
  readonly exclusions: Exclusion[]
}

function sortOut(endpoints: readonly KnownEndpoint[], question: DecisionQuestion): SortedOut {
  const { demand, nowMs } = question
  const sorted: SortedOut = { ready: [], unavailable: [], exclusions: [] }
  const tokens = demand.promptTokens + demand.expectedOutputTokens
  // One question for all endpoints: a copy for each would be the path's only allocation per endpoint.
  const asked: ExclusionQuestion & { hold?: EndpointHold } = {
    demand,
    preferences: question.preferences,
    nowMs,
  }
  for (const known of endpoints) {
    asked.hold = known.signals.hold
    const exclusion = exclusionOf(known.endpoint, asked)
    const unavailability = exclusion === undefined ? unavailabilityOf(known, tokens, nowMs) : undefined
    if (exclusion !== undefined) sorted.exclusions.push(exclusion)
    else if (unavailability === undefined) sorted.ready.push(known)
    else sorted.unavailable.push({ known, ...unavailability })
  }
  return sorted
}

function isOpen(one: UnavailableEndpoint): boolean {
  return one.reason === 'breaker-open'
}

function rank(
  ready: readonly KnownEndpoint[],
  { demand, preferences, nowMs, options }: DecisionQuestion,
): ScoredEndpoint[] {
  const { promptTokens, images } = demand
  const question: ScoringQuestion = {
    answerUsage: { promptTokens, images, outputTokens: demand.expectedOutputTokens },
    promptUsage: { promptTokens, images, outputTokens: 0 },
    usdPerSecond: usdPerSecondOf(preferences.objective ?? 'balanced'),
    failureUsd: options.failureUsd,
    nowMs,
  }
  return ready
    .map((known) => scoreEndpoint(known, question))
    .sort((one, other) => one.indexUsd - other.indexUsd)
}
