import { matchesProvider } from '../catalog/slug.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import type { Random } from '../runtime/random.ts'
import { cappedPlan } from './capped-plan.ts'
import { drawPosition, firstPickProbabilities } from './first-pick.ts'
import type { RankingOptions } from './ranking-options.ts'
import type { ScoredEndpoint } from './scored-endpoint.ts'

export interface OrderQuestion {
  readonly preferences: RoutingPreferences
  readonly maxAttempts: number
  readonly options: RankingOptions
  readonly random: Random
}

export interface Order {
  /** The endpoints in the order in which a call tries them. */
  readonly endpoints: readonly ScoredEndpoint[]
  /** Probability of each endpoint to be tried first, in the order of `ranked`. */
  readonly probabilities: Float64Array
}

/**
 * Orders endpoints, which come by increasing index, for one call.
 *
 * An explicit order or sort is obeyed to the letter and takes no random number. Else an endpoint that has a probe due goes
 * first, if there is another to fall back to; else the first is drawn. The rest is the capped plan, and behind it, so that
 * no attempt is left unused, whatever the plan left out.
 */
export function orderOf(ranked: readonly ScoredEndpoint[], question: OrderQuestion): Order {
  const { preferences, options } = question
  if (preferences.order !== undefined || preferences.sort !== undefined) {
    return certainOrder(ranked, explicitOrder(ranked, preferences))
  }
  const probe = ranked.length > 1 ? ranked.find(hasProbeDue) : undefined
  if (probe !== undefined) return certainOrder(ranked, followedBy(probe, ranked, question))
  const probabilities = firstPickProbabilities(
    ranked.map((scored) => scored.indexUsd),
    options,
  )
  const first = ranked.length > 1 ? ranked[drawPosition(probabilities, question.random)] : ranked[0]
  return { endpoints: first === undefined ? [] : followedBy(first, ranked, question), probabilities }
}

function certainOrder(ranked: readonly ScoredEndpoint[], endpoints: readonly ScoredEndpoint[]): Order {
  return {
    endpoints,
    probabilities: Float64Array.from(ranked, (scored) => (scored === endpoints[0] ? 1 : 0)),
  }
}

function followedBy(
  first: ScoredEndpoint,
  ranked: readonly ScoredEndpoint[],
  { preferences, maxAttempts, options }: OrderQuestion,
): readonly ScoredEndpoint[] {
  if (preferences.allowFallbacks === false) return [first]
  const rest = ranked.filter((scored) => scored !== first)
  const planned = new Set(cappedPlan(rest, maxAttempts - 1, options.failureUsd))
  const chosen = rest.filter((_, i) => planned.has(i))
  const others = rest.filter((_, i) => !planned.has(i))
  return [first, ...chosen, ...others]
}

function hasProbeDue(scored: ScoredEndpoint): boolean {
  return scored.known.breaker.state === 'half-open'
}

function explicitOrder(
  ranked: readonly ScoredEndpoint[],
  { order, sort, allowFallbacks }: RoutingPreferences,
): readonly ScoredEndpoint[] {
  const sorted =
    sort === undefined ? ranked : ranked.toSorted((one, other) => sortKey(one, sort) - sortKey(other, sort))
  if (order === undefined) return allowFallbacks === false ? sorted.slice(0, 1) : sorted
  const listed = order.flatMap((selector) =>
    sorted.filter((scored) => matchesProvider(selector, scored.known.endpoint)),
  )
  return [...new Set([...listed, ...sorted])]
}

function sortKey(scored: ScoredEndpoint, sort: 'price' | 'latency' | 'throughput'): number {
  if (sort === 'price') return scored.priceUsd
  return sort === 'latency' ? scored.ttftMs : scored.msPerToken
}
