import type { ClientRequest, IncomingMessage } from 'node:http'
import { seededRandom } from '@nextbest/testkit'
import { startScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import type { ReceivedCall, ScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import { createRouter } from 'nextbest'
import type { RouterEvent } from 'nextbest'
import { expect, onTestFinished, test } from 'vitest'
import { chatPath, open, question } from '../support/client.ts'
import { gatewayFor } from '../support/gateway.ts'

const aborts = 120
const atOnce = 8
const tokens = 16

/** Ways to go away: each fulfils when it is time to. */
type Moment = (call: CallUnderWay, draw: number) => Promise<unknown>

interface CallUnderWay {
  readonly sent: ClientRequest
  readonly answered: Promise<IncomingMessage>
  /** Fulfils once a provider has the request. */
  readonly arrived: Promise<unknown>
}

const moments: readonly Moment[] = [
  ({ sent }) => new Promise((resolve) => sent.once('finish', resolve)),
  ({ arrived }) => arrived,
  ({ answered }) => answered,
  async ({ answered }, draw) => chunksOf(await answered, 1 + Math.floor(draw * tokens)),
  async ({ answered }) => chunksOf(await answered, tokens),
]

/** Fulfils once an answer has shown so many pieces of content, or is over. */
async function chunksOf(response: IncomingMessage, count: number): Promise<void> {
  let text = ''
  for await (const bytes of response.setEncoding('utf8')) {
    text += String(bytes)
    if (text.split('"content":"').length > count) return
  }
}

/** Three providers that tell of each request, by its text, when it has come. */
async function providersThatTell(
  arrivals: ReadonlyMap<string, PromiseWithResolvers<void>>,
): Promise<readonly ScriptedUpstream[]> {
  const behaviour = (call: ReceivedCall): object => {
    const [{ content }] = call.body['messages'] as readonly [{ readonly content: string }]
    arrivals.get(content)?.resolve()
    return { outputTokens: tokens, latencyMs: 5, tokensPerSecond: 1_000 }
  }
  const providers = await Promise.all([1, 2, 3].map(() => startScriptedUpstream({ behaviour })))
  onTestFinished(async () => void (await Promise.all(providers.map((provider) => provider.close()))))
  return providers
}

test('clients that go away at any moment leave nothing behind', async () => {
  const arrivals = new Map<string, PromiseWithResolvers<void>>()
  const providers = await providersThatTell(arrivals)
  const events: RouterEvent[] = []
  const router = createRouter({
    upstreams: providers.map(({ baseUrl }, n) => ({
      provider: `provider-${n}`,
      baseUrl,
      allowPrivateNetwork: true,
      models: [{ model: question.model, contextTokens: 128_000, price: { prompt: 1, completion: 4 } }],
    })),
    onEvent: (event) => void events.push(event),
  })
  onTestFinished(() => router.close())
  const gateway = await gatewayFor({ router })
  const random = seededRandom(1)

  const abort = async (content: string): Promise<void> => {
    const arrival = Promise.withResolvers<void>()
    arrivals.set(content, arrival)
    const [stream, moment, draw] = [random() < 0.5, moments[Math.floor(random() * moments.length)], random()]
    const body = JSON.stringify({ ...question, messages: [{ role: 'user', content }], stream })
    const { sent, answered } = open(`${gateway.url}${chatPath}`, { method: 'POST', body })
    // It fails as the client goes away before it has come.
    answered.catch(() => undefined)
    await moment?.({ sent, answered, arrived: arrival.promise }, draw)
    sent.destroy()
  }
  const left = Array.from({ length: aborts }, (_, n) => `Question ${n}`)
  const client = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await abort(next)
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  await gateway.close({ drainMs: 5_000 })
  await Promise.all(providers.map((provider) => provider.whenIdle()))

  const idsOf = (type: 'call-start' | 'call-end'): readonly string[] =>
    events.flatMap((event) => (event.type === type ? [event.callId] : [])).sort()
  expect(idsOf('call-start').length).toBeGreaterThan(aborts / 2)
  expect(idsOf('call-end')).toEqual(idsOf('call-start'))
  expect(router.status().map(({ breaker, signals }) => ({ breaker, inFlight: signals.inFlight }))).toEqual(
    providers.map(() => ({ breaker: 'closed', inFlight: 0 })),
  )
  const sumOf = (name: 'clientClosed' | 'faulted'): number =>
    providers.reduce((sum, { counters }) => sum + counters[name], 0)
  expect(sumOf('clientClosed')).toBeGreaterThan(0)
  expect(sumOf('faulted')).toBe(0)
})
