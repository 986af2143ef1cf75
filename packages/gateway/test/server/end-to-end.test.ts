import { startScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import type { Script, ScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import { createRouter } from 'nextbest'
import OpenAI from 'openai'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chat, chatPath, json, open, question, send } from '../support/client.ts'
import { gatewayFor } from '../support/gateway.ts'

interface World {
  readonly url: string
  readonly first: ScriptedUpstream
  readonly second: ScriptedUpstream
}

const order = { provider: { order: ['first', 'second'] } }

/** A gateway over two scripted providers, tried in the order of their names when the request says so. */
async function worldOf(firstBehaviour: Script, secondBehaviour: Script = {}): Promise<World> {
  const first = await startScriptedUpstream({ behaviour: firstBehaviour })
  const second = await startScriptedUpstream({ behaviour: secondBehaviour })
  const upstream = (
    provider: string,
    { baseUrl }: ScriptedUpstream,
  ): Parameters<typeof createRouter>[0]['upstreams'][number] => ({
    provider,
    baseUrl,
    allowPrivateNetwork: true,
    models: [{ model: question.model, contextTokens: 128_000, price: { prompt: 0.25, completion: 0.75 } }],
  })
  const router = createRouter({ upstreams: [upstream('first', first), upstream('second', second)] })
  onTestFinished(async () => {
    await router.close()
    await Promise.all([first.close(), second.close()])
  })
  const { url } = await gatewayFor({ router })
  return { url, first, second }
}

describe('a gateway over real providers’ ways', () => {
  test('answers from the next one when the first fails, and says so', async () => {
    const { url, first, second } = await worldOf({ status: 401 })

    const answer = await chat(url, { ...question, ...order }, { 'x-nextbest-route': '1' })

    expect(answer.status).toBe(200)
    expect(json(answer)).toMatchObject({
      provider: 'second',
      model: question.model,
      nextbest: {
        attempts: [
          { endpoint: `first:${question.model}`, outcome: 'failed' },
          { endpoint: `second:${question.model}`, outcome: 'answered' },
        ],
      },
    })
    expect([first.counters.received, second.counters.received]).toEqual([1, 1])
    expect(Object.keys(JSON.parse(JSON.stringify(second.received[0]?.body)) as object)).not.toContain(
      'provider',
    )
  })

  test('streams from the next one when the first fails before its content', async () => {
    const { url } = await worldOf({ errorAfterTokens: 0 })

    const answer = await chat(url, { ...question, ...order, stream: true })
    const events = answer.text.split('\n\n').slice(0, -1)

    expect(answer.status).toBe(200)
    expect(events.at(-1)).toBe('data: [DONE]')
    const chunks = events
      .slice(0, -1)
      .map(
        (event) =>
          JSON.parse(event.slice('data: '.length)) as { readonly provider: string; readonly usage?: object },
      )
    expect(new Set(chunks.map((chunk) => chunk.provider))).toEqual(new Set(['second']))
    expect(chunks.filter((chunk) => chunk.usage !== undefined)).toHaveLength(1)
  })

  test('breaks off with an error event when a stream is cut', async () => {
    const { url } = await worldOf({ cutAfterTokens: 3 })

    const answer = await chat(url, { ...question, ...order, stream: true })

    expect(answer.text).not.toContain('[DONE]')
    expect(answer.text.trimEnd().split('\n\n').at(-1)).toContain('"finish_reason":"error"')
  })

  test('stops the provider when the client goes away', async () => {
    const { url, first } = await worldOf({ tokensPerSecond: 20, outputTokens: 10_000 })
    const { sent, answered } = open(`${url}${chatPath}`, {
      method: 'POST',
      body: JSON.stringify({ ...question, ...order, stream: true }),
    })
    const response = await answered
    response.on('error', () => undefined)

    sent.destroy()
    await first.whenIdle()

    expect(first.counters.received).toBe(1)
  })

  test.each([
    [{ model: question.model }, 400, 'messages'],
    [{ ...question, max_tokens: -1 }, 400, 'max_tokens'],
    [{ ...question, model: 'no/such' }, 404, 'model'],
    [{ ...question, temperature: '1e400' }, 400, 'temperature'],
  ])('refuses %j with %i and names %s', async (body, status, param) => {
    const { url, first } = await worldOf({})

    const answer = await chat(url, body)

    expect(answer.status).toBe(status)
    expect(json(answer)).toMatchObject({ error: { param, type: 'invalid_request_error' } })
    expect(answer.headers['x-should-retry']).toBe('false')
    expect(first.counters.received).toBe(0)
  })

  test('tells the endpoints’ statistics once they were tried', async () => {
    const { url } = await worldOf({})
    for (let i = 0; i < 3; i += 1) await chat(url, { ...question, ...order, stream: true })

    const answer = json(await send(`${url}/api/v1/models/${question.model}/endpoints`))

    expect(answer).toMatchObject({
      data: {
        endpoints: [
          {
            tag: 'first',
            status: 0,
            uptime_last_30m: expect.any(Number),
            latency_last_30m: { p75: expect.any(Number) },
          },
          { tag: 'second', uptime_last_30m: null },
        ],
      },
    })
  })
})

describe('OpenAI’s own client', () => {
  test('gets whole answers, streams and the list of models', async () => {
    const { url } = await worldOf({ text: 'Hello there' }, { text: 'Hello there' })
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'Hi' }]

    const whole = await client.chat.completions.create({ model: question.model, messages })
    const stream = await client.chat.completions.create({ model: question.model, messages, stream: true })
    let streamed = ''
    for await (const chunk of stream) {
      expect(chunk.choices).toHaveLength(1)
      streamed += chunk.choices[0]?.delta.content ?? ''
    }
    const models = await client.models.list()

    expect(whole.choices[0]?.message.content).toBe('Hello there')
    expect(whole.usage?.total_tokens).toBeGreaterThan(0)
    expect(streamed).toBe('Hello there')
    expect(models.data.map((model) => model.id)).toEqual([question.model])
  })

  test('does not try again what the gateway has tried everywhere', async () => {
    const { url, first, second } = await worldOf({ status: 500 }, { status: 500 })
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })

    const answer = client.chat.completions.create({
      ...question,
      messages: [{ role: 'user', content: 'Hi' }],
    })

    await expect(answer).rejects.toMatchObject({ status: 502, type: 'server_error' })
    expect(first.counters.received + second.counters.received).toBe(2)
  })

  test('throws when a stream breaks off', async () => {
    const { url } = await worldOf({ cutAfterTokens: 2 }, { cutAfterTokens: 2 })
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })

    const stream = await client.chat.completions.create({
      ...question,
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    })
    const read = async (): Promise<void> => {
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk')
    }

    await expect(read()).rejects.toThrow('broke off')
  })
})
