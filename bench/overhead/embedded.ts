// What a call costs inside a process of one's own: the embedded router, or undici alone, its baseline.
// Usage: node embedded.ts router|undici <upstream port>
import { Agent, request } from 'undici'

import { model, requestBody } from './conversation.ts'
import { answerQuestions } from './questions.ts'

/** What the runner asks. */
export interface EmbeddedQuestion {
  readonly id: number
  readonly kind: 'calls'
  readonly windowMs: number
  /** Calls under way at once. */
  readonly concurrency: number
}

/** What a window of calls cost. */
export interface EmbeddedCost {
  readonly callsPerSecond: number
  readonly cpuUsPerCall: number
}

const [client, upstreamPort] = process.argv.slice(2)
const baseUrl = `http://127.0.0.1:${upstreamPort}/v1`
const call = client === 'router' ? await routerCall() : undiciCall()

answerQuestions<EmbeddedQuestion>({ calls: measureCalls })

async function measureCalls({ windowMs, concurrency }: EmbeddedQuestion): Promise<EmbeddedCost> {
  const startedAtMs = performance.now()
  const before = process.cpuUsage()
  let calls = 0
  const repeat = async (): Promise<void> => {
    while (performance.now() - startedAtMs < windowMs) {
      const text = await call()
      if (!text.startsWith('All is well.')) throw new Error(`unexpected answer: ${text.slice(0, 100)}`)
      calls += 1
    }
  }
  await Promise.all(Array.from({ length: concurrency }, repeat))
  const { user, system } = process.cpuUsage(before)
  return {
    callsPerSecond: (calls / (performance.now() - startedAtMs)) * 1000,
    cpuUsPerCall: (user + system) / calls,
  }
}

function undiciCall(): () => Promise<string> {
  const dispatcher = new Agent({ connections: 256 })
  const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' }
  const question = JSON.parse(requestBody(0))
  return async () => {
    const body = JSON.stringify(question)
    const answer = await request(`${baseUrl}/chat/completions`, { dispatcher, method: 'POST', headers, body })
    const completion: { choices: { message: { content: string } }[] } = JSON.parse(await answer.body.text())
    return completion.choices[0]?.message.content ?? ''
  }
}

async function routerCall(): Promise<() => Promise<string>> {
  // Only here, so that the baseline's process never loads it.
  const { createRouter } = await import('nextbest')
  const router = createRouter({
    upstreams: ['one', 'two', 'three', 'four', 'five'].map((provider, index) => ({
      provider,
      baseUrl,
      apiKey: 'bench',
      allowPrivateNetwork: true,
      models: [{ model, contextTokens: 128_000, price: { prompt: (10 + index) / 10, completion: 2 } }],
    })),
  })
  const question = JSON.parse(requestBody(0))
  return async () => (await router.chat(question)).text
}
