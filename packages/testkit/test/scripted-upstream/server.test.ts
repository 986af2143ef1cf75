import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startScriptedUpstream } from '../../src/scripted-upstream/index.ts'
import { settle, until, WireClient } from './client.ts'
import { ask, eventsOf, post, question, start } from './conversation.ts'

const streamed = { ...question, stream: true }

describe('a request', () => {
  test('is refused with 401 unless it bears the key', async () => {
    const upstream = await start({ apiKey: 'sk-right' })
    const client = post(upstream, question, { authorization: 'Bearer sk-right' })
    await until(() => client.answer.whole)
    const refused = await ask(upstream)
    await upstream.whenIdle()

    expect(client.answer.status).toBe(200)
    expect(refused.status).toBe(401)
    expect(JSON.parse(refused.body).error).toMatchObject({ code: 'invalid_api_key' })
    expect(refused.body).not.toContain('sk-right')
    expect(upstream.counters).toMatchObject({ received: 2, completed: 1, faulted: 1 })
  })

  test('is refused with 404 when the model is unknown', async () => {
    const upstream = await start({ models: ['acme/other'] })

    const { status, body } = await ask(upstream)

    expect(status).toBe(404)
    expect(JSON.parse(body)).toEqual({
      error: {
        message: 'The model `acme/thinker` does not exist or you do not have access to it.',
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      },
    })
  })

  test('is refused in the words of OpenAI when prompt and output do not fit the context', async () => {
    const upstream = await start({ contextTokens: 100 })
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(396) }] }]

    const fitting = await ask(upstream, { ...question, messages, max_tokens: 1 })
    const beyond = await ask(upstream, { ...question, messages, max_tokens: 2 })
    const longPrompt = await ask(upstream, { ...question, messages: [...messages, ...messages] })

    expect(fitting.status).toBe(200)
    expect(beyond.status).toBe(400)
    expect(JSON.parse(beyond.body).error).toMatchObject({
      code: 'context_length_exceeded',
      message:
        "This model's maximum context length is 100 tokens. However, you requested 101 tokens " +
        '(99 in the messages, 2 in the completion). Please reduce the length of the messages or completion.',
    })
    expect(JSON.parse(longPrompt.body).error.message).toBe(
      "This model's maximum context length is 100 tokens. However, your messages resulted in 198 tokens. " +
        'Please reduce the length of the messages.',
    )
  })

  test.for([
    [{}, 'you must provide a model parameter'],
    [{ model: 'm' }, "'messages' must be an array of at least one message"],
    [{ model: 'm', messages: [] }, "'messages' must be an array of at least one message"],
    [{ ...question, n: 129 }, "'n' must be an integer in 1..128"],
    [{ ...question, max_tokens: 0 }, "'max_tokens' must be at least 1"],
  ] as const)('is refused with 400 when it is %j', async ([body, message]) => {
    const answer = await ask(await start(), body)

    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body).error).toMatchObject({ message, type: 'invalid_request_error' })
  })

  test.for(['', '{"model":', '[]', 'null', '"text"'])(
    'is refused with 400 when its body is %j',
    async (body) => {
      const client = new WireClient(await start())
      client.send('POST', '/v1/chat/completions', { body })
      await until(() => client.answer.whole)

      expect(client.answer.status).toBe(400)
      client.abort()
    },
  )

  test('is refused with 413 when its body is larger than 32 MiB', async () => {
    const upstream = await start()
    const client = new WireClient(upstream)
    client.send('POST', '/v1/chat/completions', { body: 'x'.repeat(32 * 2 ** 20 + 1) })
    await until(() => client.answer.whole)

    expect(client.answer.status).toBe(413)
    expect(upstream.counters.received).toBe(0)
    client.abort()
  })

  test('for anything but completions and models is refused with 404', async () => {
    const client = new WireClient(await start())
    client.send('POST', '/v1/embeddings', { body: '{}' })
    await until(() => client.answer.whole)

    expect(client.answer.status).toBe(404)
    expect(JSON.parse(client.answer.body).error.message).toBe('Unknown request URL: POST /v1/embeddings')
    client.abort()
  })

  test('for the models is answered with those that are served', async () => {
    const client = new WireClient(await start({ models: ['a/one', 'b/two'] }))
    client.send('GET', '/v1/models?limit=2')
    await until(() => client.answer.whole)

    const list = JSON.parse(client.answer.body)
    expect(list.data.map(({ id, object }: Record<string, unknown>) => [id, object])).toEqual([
      ['a/one', 'model'],
      ['b/two', 'model'],
    ])
    client.abort()
  })

  test('is refused with 429 and Retry-After beyond requestsPerMinute, until the bucket refills', async () => {
    let nowMs = 1_000
    const upstream = await start({ requestsPerMinute: 8, nowMs: () => nowMs })
    const statuses = async (count: number): Promise<number[]> => {
      const seen: number[] = []
      for (let time = 0; time < count; time++) seen.push((await ask(upstream)).status)
      return seen
    }

    expect(await statuses(9)).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 429])
    const { headers, body } = await ask(upstream)
    expect(headers).toMatchObject({ 'retry-after': '8', 'retry-after-ms': '7500' })
    expect(JSON.parse(body).error.code).toBe('rate_limit_exceeded')
    nowMs += 7_499
    expect(await statuses(1)).toEqual([429])
    nowMs += 1
    expect(await statuses(2)).toEqual([200, 429])
    nowMs += 3_600_000
    expect(await statuses(9)).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 429])
  })

  test('is refused with 429 beyond maxConcurrent', async () => {
    const upstream = await start({ maxConcurrent: 2, behaviour: { hang: 'before-headers' } })
    const hanging = [post(upstream), post(upstream)]
    await until(() => upstream.received.length === 2)

    expect((await ask(upstream)).status).toBe(429)

    hanging[0]?.abort()
    await until(() => upstream.counters.clientClosed === 1)
    upstream.setBehaviour({})
    expect((await ask(upstream)).status).toBe(200)
  })
})

describe('the script', () => {
  test('may say of each call what happens', async () => {
    const upstream = await start({
      behaviour: ({ index, model, stream }) =>
        index === 0 ? { status: 500 } : { text: `${model} ${stream}` },
    })

    expect((await ask(upstream)).status).toBe(500)
    expect(JSON.parse((await ask(upstream)).body).choices[0].message.content).toBe('acme/thinker false')
  })

  test('may change at run time, for the calls to come', async () => {
    const upstream = await start({ behaviour: { text: 'before' } })
    expect((await ask(upstream)).body).toContain('before')

    upstream.setBehaviour({ status: 503 })

    expect((await ask(upstream)).status).toBe(503)
  })

  test('that throws is a 500 that says so', async () => {
    const upstream = await start({
      behaviour: () => {
        throw new Error('no such scene')
      },
    })

    const { status, body } = await ask(upstream)

    expect(status).toBe(500)
    expect(JSON.parse(body).error.message).toBe('the script failed: Error: no such scene')
  })

  test('that gives a number out of range is refused, at once where it is no function', async () => {
    const upstream = await start({ behaviour: () => ({ tokensPerSecond: 0 }) })

    expect((await ask(upstream)).body).toContain('tokensPerSecond must be in')
    expect(() => upstream.setBehaviour({ latencyMs: -1 })).toThrow('latencyMs must be in 0..3600000, got -1')
    expect(() => upstream.setBehaviour({ hang: { afterTokens: NaN } })).toThrow('hang.afterTokens must be in')
    await expect(startScriptedUpstream({ behaviour: { status: 200 } })).rejects.toThrow(RangeError)
    await expect(startScriptedUpstream({ contextTokens: 0 })).rejects.toThrow(
      'contextTokens must be at least 1',
    )
    await expect(startScriptedUpstream({ requestsPerMinute: 0 })).rejects.toThrow('requestsPerMinute must be')
    await expect(startScriptedUpstream({ maxConcurrent: 0.5 })).rejects.toThrow('maxConcurrent must be')
  })
})

describe('the ledger', () => {
  test('tells what came, what was sent and what became of it', async () => {
    let nowMs = 500
    const upstream = await start({ behaviour: { text: 'to be or not' }, nowMs: () => nowMs++ })
    const client = post(upstream, { ...streamed, user: 'u1' }, { authorization: 'Bearer k', 'X-Trace': 't' })
    await until(() => client.answer.whole)
    await upstream.whenIdle()

    const [call] = upstream.received
    expect(call).toMatchObject({
      index: 0,
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer k', 'x-trace': 't' },
      body: { ...streamed, user: 'u1' },
      model: 'acme/thinker',
      stream: true,
      promptTokens: 7,
      status: 200,
      tokensSent: 4,
      outcome: 'completed',
    })
    expect(call?.closedAtMs).toBeGreaterThan(call?.atMs ?? Infinity)
    expect(call?.atMs).toBeGreaterThanOrEqual(500)
    expect(upstream.counters).toEqual({
      received: 1,
      completed: 1,
      clientClosed: 0,
      faulted: 0,
      promptTokens: 7,
      tokensSent: 4,
    })
  })

  test('tells a client that went away from a fault', async () => {
    const upstream = await start({ behaviour: { tokensPerSecond: 1, outputTokens: 100 } })
    const client = post(upstream, streamed)
    await until(() => eventsOf(client.answer.body).length === 2)

    client.abort()
    await upstream.whenIdle()

    expect(upstream.received[0]).toMatchObject({ outcome: 'client-closed', tokensSent: 1 })
    expect(upstream.counters).toMatchObject({ received: 1, completed: 0, clientClosed: 1, tokensSent: 1 })
  })

  test('counts the tokens of every choice', async () => {
    const upstream = await start({ behaviour: { text: 'a b c' } })
    await ask(upstream, { ...question, n: 2 })
    await ask(upstream, { ...streamed, n: 4 })
    await upstream.whenIdle()

    expect(upstream.received.map((call) => call.tokensSent)).toEqual([6, 12])
    expect(upstream.counters.tokensSent).toBe(18)
  })

  test('counts as faulted what close breaks off', async () => {
    const upstream = await start({ behaviour: { hang: 'after-headers' } })
    const client = post(upstream, streamed)
    await until(() => client.answer.status === 200)

    await upstream.close()

    expect(upstream.received[0]?.outcome).toBe('faulted')
    await until(() => client.connection !== 'open')
  })
})

describe('connections', () => {
  test('serve one call after another, and are counted while open', async () => {
    const upstream = await start()
    const client = new WireClient(upstream)
    for (let time = 0; time < 3; time++) {
      client.send('POST', '/v1/chat/completions', { body: JSON.stringify(streamed) })
      await until(() => client.answer.whole)
    }
    await upstream.whenIdle()

    expect(upstream.openConnections).toBe(1)
    expect(upstream.counters.completed).toBe(3)

    client.abort()
    await until(() => upstream.openConnections === 0)
  })

  test('are all destroyed by close, which may be called again, and none is taken afterwards', async () => {
    const upstream = await start()
    const idle = new WireClient(upstream)
    await until(() => upstream.openConnections === 1)

    await upstream.close()
    await upstream.close()

    expect(upstream.openConnections).toBe(0)
    await until(() => idle.connection !== 'open')
    const refused = await new Promise<unknown>((resolve) => {
      connect(upstream.port, '127.0.0.1').on('error', resolve)
    })
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('are destroyed when the upstream goes out of scope', async () => {
    let port = 0
    {
      await using upstream = await startScriptedUpstream()
      port = upstream.port
    }

    const refused = await new Promise<unknown>((resolve) => connect(port, '127.0.0.1').on('error', resolve))
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('that are not read slow the upstream down instead of filling its memory', async () => {
    const upstream = await start({ behaviour: { outputTokens: 100_000 } })
    const client = post(upstream, streamed)
    await until(() => client.answer.status === 200)
    client.pause()
    await settle()
    const sent = upstream.received[0]?.tokensSent
    await settle()

    expect(sent).toBeLessThan(100_000)
    expect(upstream.received[0]?.tokensSent).toBe(sent)

    client.resume()
    await upstream.whenIdle()
    expect(upstream.received[0]).toMatchObject({ outcome: 'completed', tokensSent: 100_000 })
    client.abort()
  })
})

describe('the port', () => {
  test('is part of the base URL', async () => {
    const upstream = await start()

    expect(upstream.port).toBeGreaterThan(0)
    expect(upstream.baseUrl).toBe(`http://127.0.0.1:${upstream.port}/v1`)
  })

  test('that is taken is an error', async () => {
    const { port } = await start()

    await expect(startScriptedUpstream({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
