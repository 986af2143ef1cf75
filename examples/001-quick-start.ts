// The shortest useful router: two providers that serve the same model.
// Run: NORTHWIND_URL=… BLUEPEAK_URL=… node --conditions=@nextbest/source examples/001-quick-start.ts
import { createRouter } from 'nextbest'

const { NORTHWIND_URL = '', BLUEPEAK_URL = '', NORTHWIND_KEY = '', BLUEPEAK_KEY = '' } = process.env
const own = { allowPrivateNetwork: true }

// #region quick-start
const coder = { model: 'deepseek/deepseek-coder', contextTokens: 128_000 }
const router = createRouter({
  upstreams: [
    { provider: 'northwind', baseUrl: NORTHWIND_URL, apiKey: NORTHWIND_KEY, models: [{ ...coder, price: { prompt: 0.25, completion: 0.75 } }], ...own },
    { provider: 'bluepeak', baseUrl: BLUEPEAK_URL, apiKey: BLUEPEAK_KEY, models: [{ ...coder, price: { prompt: 0.35, completion: 1 } }], ...own },
  ],
})
const messages = [{ role: 'user', content: 'What is the meaning of life?' }] as const
const reply = await router.chat({ model: 'deepseek/deepseek-coder', messages }, { timeoutMs: 30_000 })
console.log(reply.text, 'from', reply.route.endpoint)
// #endregion

await router.close()
