import type { PlannedEndpoint, StandbyEndpoint } from '../call/call-state.ts'
import type { Demand } from '../demand/demand.ts'
import { exclusionBy } from '../eligibility/eligible.ts'
import type { Exclusion } from '../eligibility/exclusion.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import type { EndpointHold, ExclusionQuestion } from '../eligibility/question.ts'
import { rulesFor } from '../eligibility/rules.ts'
import type { Random } from '../runtime/random.ts'
import { unavailabilityOf } from './candidate.ts'
import type { KnownEndpoint, Unavailability } from './candidate.ts'
import type { DemotionMemory } from './demotion-memory.ts'
import { orderOf } from './order.ts'
import type { Order } from './order.ts'
import type { RoutingPolicy } from './policy.ts'
import { rank } from './rank.ts'
import type { CacheLookup } from './rank.ts'
import type { Ranking } from './ranking.ts'
import type { RankingOptions } from './ranking-options.ts'
import type { LearnedCapabilities } from '../signals/learned-capabilities.ts'
import type { ScoredEndpoint } from './scored-endpoint.ts'

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
  /** Orders the candidates. Default: by expected cost. */
  readonly policy?: RoutingPolicy | undefined
  /** What providers are expected to have cached of the prompt. Default: nothing. */
  readonly cache?: CacheLookup | undefined
  /** Probability that an answer that breaks off is gone on with to its end, 0..1. Default: 0. */
  readonly continuation?: number | undefined
  /** Whether breakers are ever ignored. Default: they are while none of them is closed. */
  readonly panic?: 'never' | undefined
  /** Remembers who is demoted. Default: nobody is. */
  readonly demotions?: DemotionMemory | undefined
}

/** How a call would be served, and why. */
export interface Decision {
  /** Endpoints that could serve now: by tier, then by increasing index. */
  readonly ranked: readonly ScoredEndpoint[]
  /** Probability of each ranked endpoint to be tried first. */
  readonly probabilities: Float64Array
  /** Endpoints that could serve, but not now. */
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
  const panic = isPanic(sorted, question)
  const ready = panic
    ? [...sorted.ready, ...sorted.unavailable.filter(isOpen).map((one) => one.known)]
    : sorted.ready
  const unavailable = panic ? sorted.unavailable.filter((one) => !isOpen(one)) : sorted.unavailable
  const maxAttempts = attemptsOf(question, panic)
  const { demand, preferences, nowMs, options, cache, continuation } = question
  const demotions = question.demotions?.of(endpoints, question)
  const ranking = rank(ready, { demand, preferences, nowMs, options, cache, continuation, demotions })
  const order = orderOf(ranking, { ...question, maxAttempts }, question.policy)
  const { exclusions } = sorted
  return new Decided(ranking, order, { unavailable, exclusions, maxAttempts, panic })
}

type Circumstances = Pick<Decision, 'unavailable' | 'exclusions' | 'maxAttempts' | 'panic'>

/** A decision. Its candidates become objects when someone looks at them: a call that goes well needs two of them. */
class Decided implements Decision {
  readonly probabilities: Float64Array
  readonly unavailable: readonly UnavailableEndpoint[]
  readonly exclusions: readonly Exclusion[]
  readonly plan: readonly PlannedEndpoint[]
  readonly standby: readonly StandbyEndpoint[]
  readonly maxAttempts: number
  readonly panic: boolean
  readonly #ranking: Ranking
  #ranked: readonly ScoredEndpoint[] | undefined

  constructor(ranking: Ranking, { ranks, probabilities }: Order, circumstances: Circumstances) {
    this.#ranking = ranking
    this.probabilities = probabilities
    this.unavailable = circumstances.unavailable
    this.exclusions = circumstances.exclusions
    this.maxAttempts = circumstances.maxAttempts
    this.panic = circumstances.panic
    this.plan = planOf(ranking, ranks)
    this.standby = this.unavailable.map(standbyOf)
  }

  get ranked(): readonly ScoredEndpoint[] {
    this.#ranked ??= this.#ranking.list()
    return this.#ranked
  }
}

function planOf(ranking: Ranking, ranks: readonly number[]): readonly PlannedEndpoint[] {
  return ranks.map((position) => ({
    endpoint: ranking.knownAt(position).endpoint,
    usefulMs: ranking.ttftMsAt(position) * usefulShare,
  }))
}

function standbyOf({ known, retryAtMs }: UnavailableEndpoint): StandbyEndpoint {
  return { endpoint: known.endpoint, usefulMs: 0, retryAtMs }
}

interface SortedOut {
  readonly ready: KnownEndpoint[]
  readonly unavailable: UnavailableEndpoint[]
  readonly exclusions: Exclusion[]
}

function sortOut(endpoints: readonly KnownEndpoint[], question: DecisionQuestion): SortedOut {
  const { demand, nowMs, policy } = question
  const rules = rulesFor(question)
  const ownGuards = policy?.guards === 'own'
  const sorted: SortedOut = { ready: [], unavailable: [], exclusions: [] }
  const tokens = demand.promptTokens + demand.expectedOutputTokens
  // One question for all endpoints: a copy for each would be the path's only allocation per endpoint.
  const asked: ExclusionQuestion & { hold?: EndpointHold; learned?: LearnedCapabilities } = {
    demand,
    preferences: question.preferences,
    nowMs,
  }
  for (const known of endpoints) {
    asked.hold = known.signals.hold
    asked.learned = known.signals.learned
    const exclusion = exclusionBy(rules, known.endpoint, asked)
    if (exclusion !== undefined) {
      sorted.exclusions.push(exclusion)
      continue
    }
    const unavailability = ownGuards ? undefined : unavailabilityOf(known, tokens, nowMs)
    if (unavailability === undefined) sorted.ready.push(known)
    else sorted.unavailable.push({ known, ...unavailability })
  }
  return sorted
}

/** A probe is no sign of recovery yet: panic lasts until a breaker has closed, or none of them is open any more. */
function isPanic({ ready, unavailable }: SortedOut, { panic }: DecisionQuestion): boolean {
  return panic !== 'never' && unavailable.some(isOpen) && !ready.some(isClosed)
}

/** Without fallbacks or an order, one endpoint is tried, once; in panic two at most. */
function attemptsOf({ preferences, maxAttempts }: DecisionQuestion, panic: boolean): number {
  if (preferences.allowFallbacks === false && preferences.order === undefined) return 1
  return panic ? Math.min(panicAttempts, maxAttempts) : maxAttempts
}

function isClosed({ breaker }: KnownEndpoint): boolean {
  return breaker.state === 'closed'
}

function isOpen(one: UnavailableEndpoint): boolean {
  return one.reason === 'breaker-open'
}
