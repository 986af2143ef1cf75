// Why would which endpoint be tried, and why not the others? Nothing is sent.
import { createRouter, RouterError } from 'nextbest'

const model = 'deepseek/deepseek-coder'
const router = createRouter({
  upstreams: [
    {
      provider: 'northwind',
      baseUrl: 'https://northwind.example/v1',
      models: [{ model, contextTokens: 32_000, price: { prompt: 0.25, completion: 0.75 } }],
    },
    {
      provider: 'bluepeak',
      baseUrl: 'https://bluepeak.example/v1',
      models: [{ model, contextTokens: 128_000, price: { prompt: 0.35, completion: 1 } }],
    },
  ],
})

const long = 'word '.repeat(40_000)
const route = router.explain({ model, messages: [{ role: 'user', content: long }] })
console.log('plan:', route.plan.join(', '))
for (const { endpoint, reason } of route.exclusions) console.log(`not ${endpoint}: ${reason}`)

// When nothing is left, a call says so at once and names every exclusion.
try {
  await router.chat(
    { model, messages: [{ role: 'user', content: long }] },
    { preferences: { only: ['northwind'] } },
  )
} catch (error) {
  if (RouterError.is(error)) console.log(`${error.status} ${error.kind}: ${error.message}`)
}
await router.close()
