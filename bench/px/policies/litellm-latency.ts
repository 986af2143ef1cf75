// LiteLLM's "latency-based-routing". Source: litellm/router_strategy/lowest_latency.py: the mean of at most ten times to the first
// token per output token; when the list is full the first nine stay and the tenth is replaced; a timeout adds 1000 s; an
// endpoint without values counts as 0, so it goes first; buffer 0; values live for an hour.
import type { Contender } from '../contender.ts'
import { weightedOrder } from '../contender.ts'
import { LiteLlmCooldown } from './litellm-cooldown.ts'

const mostSamples = 10
const timeoutSeconds = 1_000
const livesMs = 3_600_000

interface Samples {
  untilMs: number
  values: number[]
}

export const liteLlmLatency: Contender = {
  name: 'LiteLLM lowest-latency',
  create: () => {
    const cooldown = new LiteLlmCooldown()
    const samples = new Map<string, Samples>()
    const record = (id: string, value: number, nowMs: number): void => {
      const known = samples.get(id)
      const values = known === undefined || known.untilMs <= nowMs ? [] : known.values
      const kept = values.length < mostSamples ? values : values.slice(0, mostSamples - 1)
      samples.set(id, { untilMs: nowMs + livesMs, values: [...kept, value] })
    }
    const latencyOf = (id: string): number => {
      const values = samples.get(id)?.values ?? []
      return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
    }
    return {
      name: 'LiteLLM lowest-latency',
      guards: 'own',
      order(candidates, { random, nowMs }) {
        const shuffled = weightedOrder(cooldown.healthy(candidates, nowMs), () => 1, random)
        return {
          endpoints: shuffled.sort(
            (one, other) => latencyOf(one.known.endpoint.id) - latencyOf(other.known.endpoint.id),
          ),
        }
      },
      observe(event) {
        cooldown.observe(event)
        if (event.type !== 'attempt-ended') return
        const { endpoint, failure, outcome, ttftMs = 0, outputTokens, nowMs } = event
        if (failure?.kind === 'first-token-timeout') record(endpoint.id, timeoutSeconds, nowMs)
        if (outcome === 'success') record(endpoint.id, ttftMs / 1_000 / Math.max(1, outputTokens), nowMs)
      },
    }
  },
}
