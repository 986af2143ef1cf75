// LiteLLM's "usage-based-routing-v2". Source: litellm/router_strategy/lowest_tpm_rpm_v2.py: fewest tokens in this clock minute, counted
// when an answer is whole, among those whose requests of the minute, counted when they start, stay below their limit.
import type { Contender } from '../contender.ts'
import { weightedOrder } from '../contender.ts'
import { LiteLlmCooldown } from './litellm-cooldown.ts'

interface Usage {
  readonly minute: number
  requests: number
  tokens: number
}

export const liteLlmUsage: Contender = {
  name: 'LiteLLM usage-based',
  create: ({ requestsPerMinute }) => {
    const cooldown = new LiteLlmCooldown()
    const usages = new Map<string, Usage>()
    const usageOf = (id: string, nowMs: number): Usage => {
      const minute = Math.floor(nowMs / 60_000)
      const known = usages.get(id)
      if (known?.minute === minute) return known
      const usage = { minute, requests: 0, tokens: 0 }
      usages.set(id, usage)
      return usage
    }
    return {
      name: 'LiteLLM usage-based',
      guards: 'own',
      order(candidates, { random, nowMs }) {
        const open = cooldown.healthy(candidates, nowMs).filter(({ known: { endpoint } }) => {
          const limit = requestsPerMinute.get(endpoint.provider) ?? Infinity
          return usageOf(endpoint.id, nowMs).requests + 1 < limit
        })
        const tokensOf = (one: (typeof open)[number]) => usageOf(one.known.endpoint.id, nowMs).tokens
        const shuffled = weightedOrder(open, () => 1, random)
        return { endpoints: shuffled.sort((one, other) => tokensOf(one) - tokensOf(other)) }
      },
      observe(event) {
        cooldown.observe(event)
        const usage = usageOf(event.endpoint.id, event.nowMs)
        if (event.type === 'attempt-started') usage.requests += 1
        else if (event.outcome === 'success') usage.tokens += event.promptTokens + event.outputTokens
      },
    }
  },
}
