// Power of two choices: of two endpoints drawn at random the one with the lower load goes first, then the same among the rest.
// With the engine's breakers and gates.
import type { Random, ScoredEndpoint } from '@nextbest/core'

import type { Contender } from '../contender.ts'
import { weightedOrder } from '../contender.ts'

export function orderByTwoChoices(
  candidates: readonly ScoredEndpoint[],
  loadOf: (candidate: ScoredEndpoint) => number,
  random: Random,
): ScoredEndpoint[] {
  const left = weightedOrder(candidates, () => 1, random)
  const order: ScoredEndpoint[] = []
  for (let [one, other] = left; one !== undefined; [one, other] = left) {
    const better = other !== undefined && loadOf(other) < loadOf(one) ? 1 : 0
    order.push(...left.splice(better, 1))
  }
  return order
}

/** Least loaded, as in Finagle and Envoy. Source: finagle P2CPick.scala. */
export const leastLoaded: Contender = {
  name: 'P2C least loaded',
  create: () => ({
    name: 'P2C least loaded',
    order: (candidates, { random }) => ({
      endpoints: orderByTwoChoices(candidates, (one) => one.known.signals.inFlight, random),
    }),
  }),
}
