// A policy in the benchmark, and what it is given.
import type { Random, RoutingPolicy } from '@nextbest/core'

import type { Objective } from './objective.ts'
import type { World } from './testkit.ts'

/** What a policy may be made from. Only the oracle looks at the world. */
export interface Setting {
  readonly world: World
  readonly objective: Objective
  /** Router instances that share the traffic. */
  readonly instances: number
  /** Number of the request that is being decided. */
  readonly currentRequest: () => number
  /** Requests per minute that each provider states, by its name: what a user of such a system configures as weights. */
  readonly requestsPerMinute: ReadonlyMap<string, number>
}

export interface Contender {
  readonly name: string
  /** Returns the policy of one router instance; nothing for nextbest's own. */
  readonly create: (setting: Setting) => RoutingPolicy | undefined
  /** How often the provider's connection tries again by itself, at the same endpoint. Default: never. */
  readonly retries?: number
}

/** Takes items out one by one, each time with a probability in proportion to its weight; those of weight 0 come last. */
export function weightedOrder<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  random: Random,
): Item[] {
  const left = [...items]
  const order: Item[] = []
  while (left.length > 0) {
    const weights = left.map(weightOf)
    const sum = weights.reduce((total, weight) => total + weight, 0)
    let rest = random() * sum
    const place = sum > 0 ? weights.findIndex((weight) => (rest -= weight) < 0) : 0
    order.push(...left.splice(Math.max(0, place), 1))
  }
  return order
}
