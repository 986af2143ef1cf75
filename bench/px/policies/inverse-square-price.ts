// OpenRouter's default until autumn 2026: "prioritize providers that have not seen significant outages in the last 30 seconds;
// for the stable providers, look at the lowest-cost candidates and select one weighted by inverse square of the price; use the
// remaining providers as fallbacks". Source: openrouter.ai/docs, provider routing. It does not say what a significant outage is:
// here, more than half of at least two attempts failed, refusals included. The price is that of the request.
import type { Contender } from '../contender.ts'
import { weightedOrder } from '../contender.ts'

const outageMs = 30_000
const leastAttempts = 2

interface Ended {
  readonly atMs: number
  readonly failed: boolean
}

export const inverseSquarePrice: Contender = {
  name: '1/price², 30 s outages',
  create: () => {
    const recent = new Map<string, Ended[]>()
    const hasOutage = (id: string, nowMs: number): boolean => {
      const ended = recent.get(id)
      if (ended === undefined) return false
      while (ended[0] !== undefined && ended[0].atMs < nowMs - outageMs) ended.shift()
      const failures = ended.filter((one) => one.failed).length
      return ended.length >= leastAttempts && failures > ended.length / 2
    }
    return {
      name: 'inverse square of the price',
      guards: 'own',
      order(candidates, { random, nowMs }) {
        const out = candidates.filter((one) => hasOutage(one.known.endpoint.id, nowMs))
        const stable = candidates.filter((one) => !out.includes(one))
        const draw = (list: typeof candidates) => weightedOrder(list, (one) => one.priceUsd ** -2, random)
        return { endpoints: [...draw(stable), ...draw(out)] }
      },
      observe(event) {
        if (event.type !== 'attempt-ended') return
        const ended = recent.get(event.endpoint.id) ?? []
        recent.set(event.endpoint.id, ended)
        ended.push({ atMs: event.nowMs, failed: event.failure !== undefined })
      },
    }
  },
}
