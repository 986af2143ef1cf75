// LiteLLM's default, "simple-shuffle": random with the configured requests per minute as weights, among those that do not cool
// down. Source: litellm/router_strategy/simple_shuffle.py.
import type { Contender } from '../contender.ts'
import { weightedOrder } from '../contender.ts'
import { LiteLlmCooldown } from './litellm-cooldown.ts'

export const liteLlmShuffle: Contender = {
  name: 'LiteLLM simple-shuffle',
  create: ({ requestsPerMinute }) => {
    const cooldown = new LiteLlmCooldown()
    return {
      name: 'LiteLLM simple-shuffle',
      guards: 'own',
      order: (candidates, { random, nowMs }) => ({
        endpoints: weightedOrder(
          cooldown.healthy(candidates, nowMs),
          (one) => requestsPerMinute.get(one.known.endpoint.provider) ?? 0,
          random,
        ),
      }),
      observe: (event) => cooldown.observe(event),
    }
  },
}
