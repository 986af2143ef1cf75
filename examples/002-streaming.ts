// An answer as chunks, and the route it took. Breaking out of the loop cancels the upstream.
import { createRouter } from 'nextbest'

const { NORTHWIND_URL = '' } = process.env

const router = createRouter({
  upstreams: [
    {
      provider: 'northwind',
      baseUrl: NORTHWIND_URL,
      allowPrivateNetwork: true,
      models: [
        {
          model: 'deepseek/deepseek-coder',
          contextTokens: 128_000,
          price: { prompt: 0.25, completion: 0.75 },
        },
      ],
    },
  ],
})

const stream = router.stream({
  model: 'deepseek/deepseek-coder',
  messages: [{ role: 'user', content: 'What is the meaning of life?' }],
})
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta.content ?? '')
}

const route = await stream.route
console.log(`\nfrom ${route.endpoint} after ${route.attempts.length} attempt(s)`)
await router.close()
