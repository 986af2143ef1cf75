// Cheapest first and fastest first, by the engine's own estimates and with its breakers and gates: what `sort` by price or speed does.
import type { PolicyQuestion, ScoredEndpoint } from '@nextbest/core'

import type { Contender } from '../contender.ts'

export const cheapestFirst: Contender = sortedBy('cheapest first', (one) => one.priceUsd)

export const fastestFirst: Contender = sortedBy(
  'fastest first',
  (one, { demand }) => one.ttftMs + demand.expectedOutputTokens * one.msPerToken,
)

function sortedBy(
  name: string,
  keyOf: (candidate: ScoredEndpoint, question: PolicyQuestion) => number,
): Contender {
  return {
    name,
    create: () => ({
      name,
      order: (candidates, question) => ({
        endpoints: candidates.toSorted((one, other) => keyOf(one, question) - keyOf(other, question)),
      }),
    }),
  }
}
