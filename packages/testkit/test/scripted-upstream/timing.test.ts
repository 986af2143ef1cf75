import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { settle, until } from './client.ts'
import { eventsOf, post, question, start } from './conversation.ts'

// Sockets need none of these, so that time can stand still while they work.
beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    }),
)
afterEach(() => void vi.useRealTimers())

const streamed = { ...question, stream: true }

async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await settle()
}

/** Sends a request and returns what has come, each time it is asked. */
async function begin(behaviour: object, body: object) {
  const upstream = await start({ behaviour })
  const client = post(upstream, body)
  await until(() => upstream.received.length > 0)
  await settle()
  return {
    upstream,
    client,
    words: () => eventsOf(client.answer.body).filter((event) => /"content":"[^"]/.test(event)).length,
  }
}

describe('a scripted upstream', () => {
  test('sends headers and first token of a stream after latencyMs', async () => {
    const { client, words } = await begin({ latencyMs: 300 }, streamed)

    await pass(299)
    expect(client.answer.status).toBe(0)

    await pass(1)
    expect(client.answer).toMatchObject({ status: 200, whole: true })
    expect(words()).toBe(16)
  })

  test('sends the tokens of a stream at their speed', async () => {
    const { client, words } = await begin({ latencyMs: 100, tokensPerSecond: 10, outputTokens: 4 }, streamed)

    const seen: number[] = []
    for (let time = 0; time < 5; time++) {
      await pass(100)
      seen.push(words())
    }

    expect(seen).toEqual([1, 2, 3, 4, 4])
    expect(client.answer.whole).toBe(true)
  })

  test('keeps up with a speed above one token per timer tick', async () => {
    const { words } = await begin({ tokensPerSecond: 3_000, outputTokens: 3_001 }, streamed)

    await pass(500)
    expect(words()).toBeGreaterThan(1_470)
    expect(words()).toBeLessThanOrEqual(1_501)

    await pass(510)
    expect(words()).toBe(3_001)
  })

  test('sends an answer that is not a stream once it would have been generated', async () => {
    const { client } = await begin({ latencyMs: 100, tokensPerSecond: 10, outputTokens: 4 }, question)

    await pass(499)
    expect(client.answer.status).toBe(0)

    await pass(1)
    expect(client.answer).toMatchObject({ status: 200, whole: true })
  })

  test('resets an answer that is not a stream when the tokens before it would have been generated', async () => {
    const { client } = await begin(
      { latencyMs: 100, tokensPerSecond: 10, reset: { afterTokens: 4 } },
      question,
    )

    await pass(499)
    expect([client.connection, client.answer.status]).toEqual(['open', 0])

    await pass(1)
    await until(() => client.connection === 'reset')
    expect(client.answer.status).toBe(200)
  })

  test('sends errors and resets after latencyMs', async () => {
    const error = await begin({ latencyMs: 250, status: 500 }, question)
    const reset = await begin({ latencyMs: 250, reset: 'before-headers' }, question)

    await pass(249)
    expect([error.client.answer.status, reset.client.connection]).toEqual([0, 'open'])

    await pass(1)
    expect([error.client.answer.status, reset.client.connection]).toEqual([500, 'reset'])
  })

  test('resets a stream when the tokens before it have been sent', async () => {
    const { client, words } = await begin({ tokensPerSecond: 10, reset: { afterTokens: 3 } }, streamed)

    await pass(199)
    expect([client.connection, words()]).toEqual(['open', 2])

    await pass(2)
    await until(() => client.connection === 'reset')
    expect(words()).toBe(3)
  })

  test('sends keep-alive comments before the first token and while it hangs', async () => {
    const { client, words } = await begin(
      { latencyMs: 100, keepAliveComments: true, hang: { afterTokens: 1 } },
      streamed,
    )
    const comments = (): number => client.answer.body.split(': keep-alive\n\n').length - 1

    expect(client.answer.status).toBe(200)
    expect(comments()).toBe(1)
    await pass(80)
    expect([comments(), words()]).toEqual([5, 0])
    await pass(1_000)
    expect([comments(), words()]).toEqual([55, 1])
  })

  test('sends blank lines before an answer that is not a stream', async () => {
    const { client } = await begin({ latencyMs: 100, keepAliveComments: true, text: 'yes' }, question)

    await pass(100)

    const { body, whole } = client.answer
    expect(whole).toBe(true)
    expect(body).toMatch(/^\n{5,6}\{/)
    expect(JSON.parse(body).choices[0].message.content).toBe('yes')
  })

  test('leaves no timer when the client goes away', async () => {
    const { upstream, client } = await begin({ latencyMs: 60_000, keepAliveComments: true }, streamed)
    expect(vi.getTimerCount()).toBe(2)

    client.abort()
    await upstream.whenIdle()

    expect(vi.getTimerCount()).toBe(0)
    expect(upstream.received[0]?.outcome).toBe('client-closed')
  })
})
