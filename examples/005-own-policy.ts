// An order of one's own, and its test: no provider, no waiting.
import assert from 'node:assert/strict'
import { createRouter } from 'nextbest'
import type { RoutingPolicy } from 'nextbest'

/** The cheapest endpoint first, but every tenth call at random, to learn of the others. */
const mostlyCheapest: RoutingPolicy = {
  name: 'mostly cheapest',
  order(candidates, { random }) {
    const byPrice = candidates.toSorted((one, other) => one.priceUsd - other.priceUsd)
    if (random() >= 0.1) return { endpoints: byPrice }
    const picked = candidates[Math.floor(random() * candidates.length)]
    return { endpoints: picked === undefined ? byPrice : [picked, ...byPrice] }
  },
}

const model = 'deepseek/deepseek-coder'
const offer = (provider: string, usd: number) => ({
  provider,
  baseUrl: `https://${provider}.example/v1`,
  models: [{ model, contextTokens: 32_000, price: { prompt: usd, completion: usd } }],
})
const numbers = [0.5, 0.05, 0.99]
const router = createRouter({
  upstreams: [offer('northwind', 0.9), offer('bluepeak', 0.3), offer('quickstack', 0.6)],
  policy: mostlyCheapest,
  runtime: { random: () => numbers.shift() ?? 0.5 },
})
const plan = (): string[] =>
  router
    .explain({ model, messages: [{ role: 'user', content: 'Hi' }] })
    .plan.map((id) => id.split(':')[0] ?? id)

assert.deepEqual(plan(), ['bluepeak', 'quickstack', 'northwind'])
console.log('mostly:', plan().join(', '))
console.log(
  'the caller decides:',
  router.explain({ model: `${model}:floor`, messages: [{ role: 'user', content: 'Hi' }] }).plan[0],
)
await router.close()
