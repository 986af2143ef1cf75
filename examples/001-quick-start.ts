// The shortest useful router: two providers that serve the same model.
// Run: NORTHWIND_URL=… BLUEPEAK_URL=… node --conditions=@nextbest/source examples/001-quick-start.ts
const { NORTHWIND_URL = '', BLUEPEAK_URL = '', NORTHWIND_KEY = '', BLUEPEAK_KEY = '' } = process.env
const local = { allowPrivateNetwork: true }

// #region quick-start
import { createRouter } from 'nextbest'

const coder = { model: 'deepseek/deepseek-coder', contextTokens: 128_000 }
const cheap = { ...coder, price: { prompt: 0.25, completion: 0.75 } }
const fast = { ...coder, price: { prompt: 0.9, completion: 2.7 } }
const router = createRouter({
  upstreams: [
    { provider: 'northwind', baseUrl: NORTHWIND_URL, apiKey: NORTHWIND_KEY, models: [cheap], ...local },
    { provider: 'bluepeak', baseUrl: BLUEPEAK_URL, apiKey: BLUEPEAK_KEY, models: [fast], ...local },
  ],
})
const messages = [{ role: 'user', content: 'What is the meaning of life?' }] as const
const reply = await router.chat({ model: coder.model, messages }, { timeoutMs: 30_000 })
console.log(reply.text, 'from', reply.route.endpoint)
// #endregion

await router.close()
