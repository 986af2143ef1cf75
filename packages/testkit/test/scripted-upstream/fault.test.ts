import { describe, expect, test } from 'vitest'
import type { Behaviour } from '../../src/scripted-upstream/index.ts'
import { settle, until } from './client.ts'
import { ask, askScripted, eventsOf, post, question, start } from './conversation.ts'

const streamed = { ...question, stream: true }
const text = 'one two three four'

/** Sends a request and returns the client and the call once the connection is gone. */
async function breakWith(behaviour: Behaviour, body: object) {
  const upstream = await start({ behaviour: { text, ...behaviour } })
  const client = post(upstream, body)
  await until(() => client.connection !== 'open')
  await upstream.whenIdle()
  return { client, answer: client.answer, call: upstream.received[0] }
}

/** Sends a request and returns the client and the call once nothing comes any more. */
async function hangWith(behaviour: Behaviour, body: object) {
  const upstream = await start({ behaviour: { text, ...behaviour } })
  const client = post(upstream, body)
  await until(() => upstream.received.length > 0)
  await settle()
  return { upstream, client, answer: client.answer, call: upstream.received[0] }
}

describe.for([
  ['a stream', streamed],
  ['an answer that is not a stream', question],
] as const)('the connection of %s', ([, body]) => {
  test('is reset before the headers', async () => {
    const { client, answer, call } = await breakWith({ reset: 'before-headers' }, body)

    expect(client.connection).toBe('reset')
    expect(answer.status).toBe(0)
    expect(call).toMatchObject({ outcome: 'faulted', status: undefined, tokensSent: 0 })
  })

  test('is reset after the headers', async () => {
    const { client, answer, call } = await breakWith({ reset: 'after-headers' }, body)

    expect(client.connection).toBe('reset')
    expect(answer).toMatchObject({ status: 200, body: '', whole: false })
    expect(call).toMatchObject({ outcome: 'faulted', status: 200 })
  })

  test('hangs before the headers until the client goes away', async () => {
    const { upstream, client, answer } = await hangWith({ hang: 'before-headers' }, body)

    expect(client.connection).toBe('open')
    expect(answer.status).toBe(0)
    expect(upstream.received[0]?.outcome).toBeUndefined()

    client.abort()
    await upstream.whenIdle()
    expect(upstream.received[0]?.outcome).toBe('client-closed')
  })

  test('hangs after the headers', async () => {
    const { client, answer } = await hangWith({ hang: 'after-headers' }, body)

    expect(client.connection).toBe('open')
    expect(answer).toMatchObject({ status: 200, body: '', whole: false })
  })
})

describe('a stream', () => {
  const wordsOf = (body: string): string =>
    eventsOf(body)
      .map((event) => JSON.parse(event).choices[0].delta.content)
      .join('')

  test.for([0, 1, 3, 4, 100])('is reset after %i tokens', async (afterTokens) => {
    const { client, answer, call } = await breakWith({ reset: { afterTokens } }, streamed)

    expect(client.connection).toBe('reset')
    expect(answer.whole).toBe(false)
    expect(wordsOf(answer.body)).toBe(['', 'one ', '', 'one two three ', text][afterTokens] ?? text)
    expect(call).toMatchObject({ outcome: 'faulted', tokensSent: Math.min(4, afterTokens) })
  })

  test.for([0, 2, 100])('hangs after %i tokens', async (afterTokens) => {
    const { client, answer, call } = await hangWith({ hang: { afterTokens } }, streamed)

    expect(client.connection).toBe('open')
    expect(answer.whole).toBe(false)
    expect(wordsOf(answer.body)).toBe(['', '', 'one two '][afterTokens] ?? text)
    expect(call).toMatchObject({ outcome: undefined, tokensSent: Math.min(4, afterTokens) })
  })

  test('is cut by a FIN, in the middle of its framing', async () => {
    const { client, answer, call } = await breakWith({ cutAfterTokens: 2 }, streamed)

    expect(client.connection).toBe('fin')
    expect(answer.whole).toBe(false)
    expect(wordsOf(answer.body)).toBe('one two ')
    expect(call?.outcome).toBe('faulted')
  })

  test('ends as its framing wants, but without finish reason or end mark', async () => {
    const upstream = await start({ behaviour: { text, endAfterTokens: 3 } })
    const answer = await ask(upstream, streamed)
    await upstream.whenIdle()

    expect(answer.whole).toBe(true)
    expect(wordsOf(answer.body)).toBe('one two three ')
    expect(answer.body).not.toMatch(/stop|DONE/)
    expect(upstream.received[0]?.outcome).toBe('faulted')
  })

  test('ends with an error event', async () => {
    const { body, whole } = await askScripted({ text, errorAfterTokens: 1 }, streamed)
    const lastEvent = body.lastIndexOf('data: ')

    expect(whole).toBe(true)
    expect(wordsOf(body.slice(0, lastEvent))).toBe('one ')
    expect(JSON.parse(body.slice(lastEvent + 6))).toMatchObject({ error: { type: 'server_error' } })
  })

  test('ends with the error event that its behaviour names', async () => {
    const { body } = await askScripted(
      { text, errorAfterTokens: 0, errorBody: { error: 'overloaded' } },
      streamed,
    )

    expect(eventsOf(body).at(-1)).toBe('{"error":"overloaded"}')
  })

  test('breaks off within JSON', async () => {
    const { body } = await askScripted({ malformedJson: true }, streamed)
    const events = eventsOf(body)

    expect(events).toHaveLength(2)
    expect(() => JSON.parse(events[1] ?? '')).toThrow(SyntaxError)
  })
})

describe('an answer that is not a stream', () => {
  test('is reset in the middle', async () => {
    const { client, answer, call } = await breakWith({ reset: { afterTokens: 2 } }, question)

    expect(client.connection).toBe('reset')
    expect(answer).toMatchObject({ status: 200, whole: false })
    expect(answer.body).toMatch(/^\{"id":"chatcmpl-0"/)
    expect(call).toMatchObject({ outcome: 'faulted', tokensSent: 0 })
  })

  test('hangs in the middle', async () => {
    const { client, answer } = await hangWith({ hang: { afterTokens: 2 } }, question)

    expect(client.connection).toBe('open')
    expect(answer.whole).toBe(false)
    expect(answer.body).toMatch(/^\{"id":"chatcmpl-0"/)
  })

  test('is cut by a FIN before its announced length', async () => {
    const { client, answer } = await breakWith({ cutAfterTokens: 2 }, question)

    expect(client.connection).toBe('fin')
    expect(answer.whole).toBe(false)
    expect(answer.body.length).toBeGreaterThan(20)
  })

  test.for([{ malformedJson: true }, { endAfterTokens: 2 }])(
    'is broken JSON in a whole body with %j',
    async (behaviour) => {
      const answer = await askScripted(behaviour)

      expect(answer).toMatchObject({ status: 200, whole: true })
      expect(() => JSON.parse(answer.body)).toThrow(SyntaxError)
    },
  )

  test('is an error object with status 200', async () => {
    const upstream = await start({ behaviour: { errorAfterTokens: 0 } })
    const answer = await ask(upstream)
    await upstream.whenIdle()

    expect(answer).toMatchObject({ status: 200, whole: true })
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: 'server_error' } })
    expect(upstream.received[0]?.outcome).toBe('faulted')
  })
})

describe.for([
  ['a stream', streamed],
  ['an answer that is not a stream', question],
] as const)('an error instead of %s', ([, body]) => {
  test('has the status and the headers that its behaviour names, and says what OpenAI says', async () => {
    const upstream = await start({ behaviour: { status: 429, headers: { 'retry-after': '7' } } })
    const answer = await ask(upstream, body)
    await upstream.whenIdle()

    expect(answer.status).toBe(429)
    expect(answer.headers).toMatchObject({ 'retry-after': '7', 'content-type': 'application/json' })
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    expect(upstream.received[0]).toMatchObject({ outcome: 'faulted', status: 429 })
  })

  test.for([300, 400, 401, 402, 404, 418, 500, 502, 503, 529, 999])(
    'has a body of its own for %i',
    async (status) => {
      const answer = await askScripted({ status }, body)

      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.body)).toMatchObject({
        error: { message: expect.any(String), type: expect.any(String) },
      })
    },
  )

  test('has the body that its behaviour names, text as it is and anything else as JSON', async () => {
    const html = await askScripted(
      { status: 502, errorBody: '<html>', headers: { 'content-type': 'text/html' } },
      body,
    )
    const json = await askScripted({ status: 400, errorBody: [{ error: 1 }] }, body)

    expect([html.body, html.headers['content-type']]).toEqual(['<html>', 'text/html'])
    expect(json.body).toBe('[{"error":1}]')
  })
})

describe('of two faults', () => {
  test.for([
    [{ reset: 'before-headers', status: 500 }, 'reset'],
    [{ cutAfterTokens: 0, status: 500 }, 'status'],
    [{ cutAfterTokens: 0, malformedJson: true }, 'fin'],
  ] as const)('the documented one happens with %j', async ([behaviour, wanted]) => {
    const upstream = await start({ behaviour })
    const client = post(upstream, streamed)
    await until(() => client.answer.whole || client.connection !== 'open')

    expect(client.connection === 'open' ? 'status' : client.connection).toBe(wanted)
  })
})
