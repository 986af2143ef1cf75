import type { Objective, PolicyOrder, RoutingPolicy, ScoredEndpoint } from '@nextbest/core'

/** Who decides when a trace is played again. */
export interface ReplayPolicy {
  readonly name: string
  /** What waiting is worth to it. Default: what it was worth to each caller. */
  readonly objective?: Objective
  /** Returns the policy as it is before it has seen anything; asked once for each play. Default: by expected cost. */
  readonly create?: () => RoutingPolicy
  /** Decides nothing anew: the picks are those of the trace. */
  readonly logged?: boolean
}

/** The names by which policies are known. */
export const replayPolicyNames: readonly string[] = Object.freeze([
  'cheapest',
  'balanced',
  'fastest',
  'random',
  'cheapest-first',
  'fastest-first',
  'logged',
])

/** The picks of the trace itself: what all others are compared with. */
export const loggedPolicy: ReplayPolicy = Object.freeze({ name: 'logged', logged: true })

/** Returns the policy of a name, or nothing. */
export function namedReplayPolicy(name: string): ReplayPolicy | undefined {
  switch (name) {
    case 'cheapest':
    case 'balanced':
    case 'fastest':
      return { name, objective: name }
    case 'random':
      return { name, create: () => randomOrder }
    case 'cheapest-first':
      return { name, create: () => orderedBy(name, (one) => one.priceUsd) }
    case 'fastest-first':
      return { name, create: () => fastestFirst }
    case 'logged':
      return loggedPolicy
    default:
      return undefined
  }
}

/** Any order with the same probability. */
const randomOrder: RoutingPolicy = {
  name: 'random',
  order(candidates, { random }): PolicyOrder {
    const endpoints = [...candidates]
    for (let last = endpoints.length - 1; last > 0; last -= 1) {
      const place = Math.floor(random() * (last + 1))
      const [one, other] = [endpoints[last], endpoints[place]]
      if (one !== undefined && other !== undefined) [endpoints[last], endpoints[place]] = [other, one]
    }
    return { endpoints, probabilities: candidates.map(() => 1 / candidates.length) }
  },
}

const fastestFirst: RoutingPolicy = {
  name: 'fastest-first',
  order(candidates, { demand }) {
    const timeMs = (one: ScoredEndpoint): number => one.ttftMs + demand.expectedOutputTokens * one.msPerToken
    return { endpoints: candidates.toSorted((one, other) => timeMs(one) - timeMs(other)) }
  },
}

function orderedBy(name: string, key: (scored: ScoredEndpoint) => number): RoutingPolicy {
  return {
    name,
    order: (candidates) => ({ endpoints: candidates.toSorted((one, other) => key(one) - key(other)) }),
  }
}

/** Returns a policy that tries the endpoints of these ids, and no others. */
export function prescribedOrder(ids: readonly string[]): RoutingPolicy {
  return {
    name: 'prescribed',
    guards: 'own',
    order: (candidates) => ({
      endpoints: ids.flatMap((id) => candidates.find(({ known }) => known.endpoint.id === id) ?? []),
    }),
  }
}
