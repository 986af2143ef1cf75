import { matchesProvider } from '../catalog/slug.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import { cappedPlanOf } from './capped-plan.ts'
import { pinsFirstPick } from './cache-term.ts'
import { drawPosition, pickProbabilities } from './first-pick.ts'
import type { PolicyQuestion, RoutingPolicy } from './policy.ts'
import type { Ranking } from './ranking.ts'
import type { ScoredEndpoint } from './scored-endpoint.ts'

/**
 * Endpoints of an order beyond the attempts that may be made: for those that refuse, or whose window turns out to be too
 * small. Source: choice.
 */
const spareEndpoints = 32

/** The order of a call, as ranks. */
export interface Order {
  /** In the order in which the call tries them. */
  readonly ranks: readonly number[]
  /** Probability of each rank to be tried first. */
  readonly probabilities: Float64Array
}

/**
 * Orders the candidates of one call.
 *
 * An explicit order or sort is obeyed to the letter and takes no random number. Else a policy decides, by default that of
 * the expected cost.
 */
export function orderOf(
  ranking: Ranking,
  question: PolicyQuestion,
  policy: RoutingPolicy | undefined,
): Order {
  const { preferences } = question
  const ordered =
    preferences.order !== undefined || preferences.sort !== undefined
      ? certain(explicitRanks(ranking, preferences), ranking.length)
      : policy === undefined
        ? costOrder(ranking, question)
        : policyOrder(ranking, question, policy)
  if (preferences.allowFallbacks !== false || preferences.order !== undefined) return ordered
  return { ...ordered, ranks: ordered.ranks.slice(0, 1) }
}

/**
 * By expected cost: an endpoint that has a probe due goes first, if there is another to fall back to; one whose cache saves
 * much goes first for certain; else the first is drawn. The rest is the capped plan, and behind it, so that no attempt is
 * left unused, whatever the plan left out.
 */
function costOrder(ranking: Ranking, question: PolicyQuestion): Order {
  const { length } = ranking
  if (length === 0) return certain([], 0)
  const sure = length === 1 ? 0 : (probeRank(ranking) ?? pinnedRank(ranking))
  if (sure !== undefined) return certain(followedBy(sure, ranking, question), length)
  const probabilities = pickProbabilities(ranking, question.options)
  const first = drawPosition(probabilities, question.random)
  return { ranks: followedBy(first, ranking, question), probabilities }
}

function probeRank(ranking: Ranking): number | undefined {
  for (let rank = 0; rank < ranking.length; rank += 1) {
    const { breaker } = ranking.knownAt(rank)
    // In panic, one whose probe is under way is among the candidates.
    if (breaker.state === 'half-open' && breaker.admits) return rank
  }
  return undefined
}

function pinnedRank(ranking: Ranking): number | undefined {
  return pinsFirstPick(ranking.cacheSavingUsdAt(0), ranking.answerUsdAt(0)) ? 0 : undefined
}

function followedBy(
  first: number,
  ranking: Ranking,
  { maxAttempts, options }: PolicyQuestion,
): readonly number[] {
  const plan = cappedPlanOf(ranking, {
    attempts: maxAttempts - 1,
    failureUsd: options.failureUsd,
    without: first,
  })
  const ranks = [first, ...plan]
  const most = maxAttempts + spareEndpoints
  // The plan is ascending, so who is in it is found by walking along.
  let next = 0
  for (let rank = 0; ranks.length < most && rank < ranking.length; rank += 1) {
    if (rank === plan[next]) next += 1
    else if (rank !== first) ranks.push(rank)
  }
  return ranks
}

/** What is no candidate of this call, or comes twice, is ignored. */
function policyOrder(ranking: Ranking, question: PolicyQuestion, policy: RoutingPolicy): Order {
  const candidates = ranking.list()
  const { endpoints, probabilities } = policy.order(candidates, question)
  const ranks = new Set(endpoints.map((one) => candidates.indexOf(one)))
  ranks.delete(-1)
  const order = certain([...ranks], ranking.length)
  return probabilities?.length === ranking.length
    ? { ...order, probabilities: Float64Array.from(probabilities) }
    : order
}

function certain(ranks: readonly number[], length: number): Order {
  const probabilities = new Float64Array(length)
  const [first] = ranks
  if (first !== undefined) probabilities[first] = 1
  return { ranks, probabilities }
}

function explicitRanks(ranking: Ranking, { order, sort }: RoutingPreferences): readonly number[] {
  const candidates = ranking.list()
  const ranks = candidates.map((_, rank) => rank)
  if (sort !== undefined)
    ranks.sort((one, other) => keyAt(candidates, one, sort) - keyAt(candidates, other, sort))
  if (order === undefined) return ranks
  const endpoints = candidates.map((scored) => scored.known.endpoint)
  const listed = order.flatMap((selector) =>
    ranks.filter((rank) => endpoints[rank] !== undefined && matchesProvider(selector, endpoints[rank])),
  )
  return [...new Set([...listed, ...ranks])]
}

type Sort = NonNullable<RoutingPreferences['sort']>

function keyAt(candidates: readonly ScoredEndpoint[], rank: number, sort: Sort): number {
  const scored = candidates[rank]
  if (scored === undefined) return Infinity
  if (sort === 'price') return scored.priceUsd
  return sort === 'latency' ? scored.ttftMs : scored.msPerToken
}
