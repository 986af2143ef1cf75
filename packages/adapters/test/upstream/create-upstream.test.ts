import { setImmediate as turn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  type ChatChunk,
  type ChatCompletion,
  defineEndpoint,
  type FailureEvidence,
  type TokenUsage,
} from '@nextbest/core'
import { afterEach, describe, expect, test } from 'vitest'
import type { Adapter, StreamPart } from '../../src/adapter.ts'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { createUpstream } from '../../src/upstream/create-upstream.ts'
import type { AttemptHandle, AttemptListener, Upstream } from '../../src/upstream/upstream.ts'
import type { UpstreamOptions } from '../../src/upstream/upstream-options.ts'
import {
  chunk,
  chunkedHead,
  type RawServer,
  reset,
  response,
  serve,
  type serveRaw,
} from '../transport/raw-server.ts'

const endpoint = defineEndpoint({
  provider: 'test',
  model: 'author/model',
  upstreamModel: 'model-1',
  contextTokens: 8_000,
  price: { prompt: 1, completion: 1 },
})
const request = { model: 'author/model', messages: [{ role: 'user' as const, content: 'Hello' }] }

let server: RawServer
let upstream: Upstream

/** Whatever a test did, no connection is left once its upstream is closed. */
afterEach(async () => {
  await upstream.close()
  await server.drained()
  await server.close()
})

const start = async (
  starting: ReturnType<typeof serveRaw>,
  options: Partial<UpstreamOptions> = {},
): Promise<void> => {
  server = await starting
  upstream = createUpstream({
    provider: 'test',
    adapter: openAiChat(),
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    endpoints: [endpoint],
    allowPrivateNetwork: true,
    random: () => 0.5,
    nowMs: () => performance.now(),
    ...options,
  })
}

/** A listener that writes down what it hears. */
class Listening implements AttemptListener {
  readonly events: string[] = []
  readonly chunks: ChatChunk[] = []
  readonly usages: TokenUsage[] = []
  completion: ChatCompletion | undefined
  evidence: FailureEvidence | undefined
  readonly #over = Promise.withResolvers<void>()
  readonly #firstPart = Promise.withResolvers<void>()

  get over(): Promise<void> {
    return this.#over.promise
  }

  get firstPart(): Promise<void> {
    return this.#firstPart.promise
  }

  get text(): string {
    return this.chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
  }

  onResponse(status: number): void {
    this.events.push(`response ${status}`)
  }

  onPart(part: StreamPart & { readonly type: 'chunk' }): void {
    this.events.push(part.content ? 'content' : 'part')
    this.chunks.push(part.chunk)
    if (part.usage !== undefined) this.usages.push(part.usage)
    this.#firstPart.resolve()
  }

  onBatchEnd(): void {
    this.events.push('batch')
  }

  onAnswer(completion: ChatCompletion, usage: TokenUsage | undefined): void {
    this.events.push('answer')
    this.completion = completion
    if (usage !== undefined) this.usages.push(usage)
    this.#over.resolve()
  }

  onEnd(): void {
    this.events.push('end')
    this.#over.resolve()
  }

  onFailure(evidence: FailureEvidence): void {
    this.events.push('failure')
    this.evidence = evidence
    this.#over.resolve()
  }
}

const send = (stream: boolean): { listening: Listening; handle: AttemptHandle } => {
  const listening = new Listening()
  return { listening, handle: upstream.send({ endpoint, request, stream }, listening) }
}

const sendAndWait = async (stream: boolean): Promise<Listening> => {
  const { listening } = send(stream)
  await listening.over
  await turn()
  return listening
}

const completion = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'model-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
}
const json = response(JSON.stringify(completion), { headers: 'content-type: application/json\r\n' })

const event = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'model-1', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
const done = 'data: [DONE]\n\n'
const streamHead = chunkedHead.replace(
  '200 OK\r\n',
  '200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n',
)
const stream = (...pieces: readonly string[]): string => streamHead + pieces.map(chunk).join('')
const [hello, there, finish] = [
  event({ content: 'Hello' }),
  event({ content: ' there' }),
  event({}, 'stop'),
] as const

describe('what is sent', () => {
  test('is what the adapter made of it, with the headers of the upstream over its own', async () => {
    await start(
      serve((socket) => socket.write(json)),
      {
        apiKey: 'key-1',
        headers: { 'X-Title': 'app', Accept: '*/*' },
      },
    )

    await sendAndWait(false)

    const [head = '', body = ''] = (server.received[0] ?? '').split('\r\n\r\n')
    expect(head.split('\r\n')).toEqual(
      expect.arrayContaining([
        'POST /v1/chat/completions HTTP/1.1',
        'authorization: Bearer key-1',
        'accept-encoding: identity',
        'x-title: app',
        'accept: */*',
      ]),
    )
    expect(JSON.parse(body)).toEqual({ model: 'model-1', messages: request.messages, stream: false })
  })

  test('holds the key of the moment, or none', async () => {
    const keys: (string | undefined)[] = ['key-1', 'key-2', undefined]
    await start(
      serve((socket) => socket.write(json)),
      { apiKey: () => keys.shift() },
    )

    for (let time = 0; time < 3; time++) await sendAndWait(false)

    expect(server.received[0]?.match(/key-\d/g)).toEqual(['key-1', 'key-2'])
    expect(server.requests).toBe(3)
  })
})

describe('an answer', () => {
  test('is told whole, with its usage', async () => {
    await start(serve((socket) => socket.write(json)))

    const listening = await sendAndWait(false)

    expect(listening.events).toEqual(['response 200', 'answer'])
    expect(listening.completion).toEqual(completion)
    expect(listening.usages).toMatchObject([{ promptTokens: 3, completionTokens: 2 }])
  })

  test('may come in pieces, cut anywhere', async () => {
    const body = JSON.stringify({ ...completion, id: 'ä€😀' })
    const bytes = [...Buffer.from(body)]
    await start(
      serve((socket) => {
        socket.write(chunkedHead)
        for (const byte of bytes)
          socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.of(byte), Buffer.from('\r\n')]))
        socket.write(chunk(''))
      }),
    )

    expect((await sendAndWait(false)).completion?.id).toBe('ä€😀')
  })

  test('counts whatever its content type says', async () => {
    await start(serve((socket) => socket.write(json.replace('application/json', 'text/plain'))))

    expect((await sendAndWait(false)).events).toEqual(['response 200', 'answer'])
  })

  test('leaves its connection for the next attempt', async () => {
    await start(serve((socket) => socket.write(json)))

    for (let time = 0; time < 4; time++) await sendAndWait(false)

    expect([server.requests, server.accepted]).toEqual([4, 1])
  })

  test.each([
    ['a page', response('<html></html>', { headers: 'content-type: text/html\r\n' })],
    ['nothing', response('')],
    ['half of one that looks whole', 'HTTP/1.1 200 OK\r\n\r\n{"id":'],
    ['compressed', json.replace('content-length', 'content-encoding: gzip\r\ncontent-length')],
  ])('%s is malformed', async (_name, bytes) => {
    await start(
      serve((socket) => (bytes.includes('content-length') ? socket.write(bytes) : socket.end(bytes))),
    )

    const listening = await sendAndWait(false)

    expect(listening.events).toEqual(['response 200', 'failure'])
    expect(listening.evidence).toMatchObject({ type: 'malformed' })
  })

  test.each([
    ['JSON', chunkedHead],
    ['a stream', streamHead],
  ])('is refused, and its connection closed, as soon as it is too large (%s)', async (_name, head) => {
    await start(
      serve((socket) => socket.write(head + chunk('x'.repeat(2_000)))),
      { limits: { maxAnswerBytes: 1_024 } },
    )

    const listening = await sendAndWait(false)
    await server.drained()

    expect(listening.evidence).toEqual({ type: 'malformed', detail: 'an answer of more than 1024 bytes' })
  })

  test('that comes as a stream is put together', async () => {
    const usage = JSON.stringify({ ...completion, object: 'chat.completion.chunk', choices: [] })
    await start(
      serve((socket) => socket.write(stream(hello + there, finish, `data: ${usage}\n\n`, done, ''))),
    )

    const listening = await sendAndWait(false)

    expect(listening.events).toEqual(['response 200', 'answer'])
    expect(listening.completion).toEqual(completion)
    expect(listening.usages).toMatchObject([{ promptTokens: 3, completionTokens: 2 }])
  })

  test.each([
    ['that breaks off', [hello, ''], { type: 'incomplete' }],
    ['with an error in it', [hello, 'data: {"error":{"message":"m"}}\n\n', done, ''], { type: 'in-band' }],
    ['without content', [finish, done, ''], { type: 'empty' }],
  ])('that comes as a stream %s is a failure', async (_name, pieces, evidence) => {
    await start(serve((socket) => socket.write(stream(...pieces))))

    const listening = await sendAndWait(false)

    expect(listening.events).toEqual(['response 200', 'failure'])
    expect(listening.evidence).toMatchObject(evidence)
  })

  test('that comes as JSON under the name of a stream is told whole', async () => {
    await start(serve((socket) => socket.write(json.replace('application/json', 'text/event-stream'))))

    expect((await sendAndWait(false)).completion).toEqual(completion)
  })

  test('that is cut is a failure of the network', async () => {
    await start(serve((socket) => socket.end(json.slice(0, -10))))

    expect((await sendAndWait(false)).evidence).toMatchObject({ type: 'network', phase: 'receiving' })
  })
})

describe('a stream', () => {
  test('is told part by part, with a mark after each read, then its end', async () => {
    await start(
      serve((socket) => {
        socket.write(stream(event({ role: 'assistant', content: '' }) + hello))
        setImmediate(() => setImmediate(() => socket.write(chunk(there + finish + done) + chunk(''))))
      }),
    )

    const listening = await sendAndWait(true)

    expect(listening.events).toEqual([
      'response 200',
      'part',
      'content',
      'batch',
      'content',
      'part',
      'batch',
      'end',
    ])
    expect(listening.text).toBe('Hello there')
  })

  test('leaves its connection for the next attempt', async () => {
    await start(serve((socket) => socket.write(stream(hello, finish, done, ''))))

    for (let time = 0; time < 4; time++) expect((await sendAndWait(true)).events.at(-1)).toBe('end')

    expect([server.requests, server.accepted]).toEqual([4, 1])
  })

  test('tells nothing of what comes after its end mark', async () => {
    await start(serve((socket) => socket.write(stream(hello + finish + done + there, there + done, ''))))

    const listening = await sendAndWait(true)

    expect([listening.text, listening.events.at(-1)]).toEqual(['Hello', 'end'])
  })

  test('ends at its end mark, though the body goes on; then the connection is closed', async () => {
    await start(serve((socket) => socket.write(stream(hello + finish + done))))

    const { listening, handle } = send(true)
    await listening.over
    handle.cancel()
    expect(listening.events.at(-1)).toBe('end')
    expect(server.accepted).toBe(1)
    await server.drained()
  })

  test('that its listener paused at the last moment still leaves its connection', async () => {
    await start(serve((socket) => socket.write(stream(hello + finish + done, ''))))

    for (let time = 0; time < 6; time++) {
      const listening = new Listening()
      const handle = upstream.send(
        { endpoint, request, stream: true },
        Object.assign(listening, { onPart: () => handle.pause() }),
      )
      await listening.over
      await turn()
    }

    expect(server.accepted).toBeLessThan(4)
  })

  test('tells nothing after the end mark, whatever the adapter makes of it', async () => {
    const adapter = openAiChat()
    const endless: Adapter = {
      ...adapter,
      createStreamDecoder: () => {
        const decoder = adapter.createStreamDecoder()
        return {
          decode: (event) => (event.data === '[DONE]' ? { type: 'end' } : decoder.decode(event)),
          end: () => decoder.end(),
        }
      },
    }
    await start(
      serve((socket) => socket.write(stream(hello + finish + done + there, ''))),
      { adapter: endless },
    )

    const listening = await sendAndWait(true)

    expect([listening.text, listening.events.at(-1)]).toEqual(['Hello', 'end'])
  })

  test.each([
    ['with a finish reason and without an end mark is whole', [hello, finish, ''], undefined],
    ['that ends without a finish reason is incomplete', [hello, ''], { type: 'incomplete' }],
    ['with an end mark and without a finish reason is incomplete', [hello, done, ''], { type: 'incomplete' }],
    [
      'with an error in it fails',
      [hello, 'data: {"error":{"message":"overloaded"}}\n\n', done, ''],
      { type: 'in-band', committed: true },
    ],
    ['without content is empty', [finish, done, ''], { type: 'empty' }],
    ['without JSON is malformed', ['data: {"a\n\n', ''], { type: 'malformed' }],
  ])('%s', async (_name, pieces, evidence) => {
    await start(serve((socket) => socket.write(stream(...pieces))))

    const listening = await sendAndWait(true)

    expect(listening.events.at(-1)).toBe(evidence === undefined ? 'end' : 'failure')
    if (evidence !== undefined) expect(listening.evidence).toMatchObject(evidence)
  })

  test.each([
    ['silent', () => undefined],
    ['kept alive by comments', (write: () => unknown) => write()],
  ])('whose end mark does not come is whole by its finish reason (%s)', async (_name, keepAlive) => {
    await start(
      serve((socket) => {
        socket.write(stream(hello, there, finish))
        keepAlive(() => {
          const timer = setInterval(() => socket.write(chunk(': keep-alive\n\n')), 1)
          socket.on('close', () => clearInterval(timer))
        })
      }),
      { limits: { endMarkTimeoutMs: 20 } },
    )

    const listening = await sendAndWait(true)

    expect([listening.text, listening.events.at(-1)]).toEqual(['Hello there', 'end'])
  })

  test('whose choices have not all begun is incomplete without an end mark, and whole with it', async () => {
    await start(serve((socket, count) => socket.end(stream(hello, finish, ...(count === 1 ? [] : [done])))))
    const two = { ...request, n: 2 }
    const listenings = [new Listening(), new Listening()] as const

    for (const listening of listenings) {
      upstream.send({ endpoint, request: two, stream: true }, listening)
      await listening.over
    }

    expect(listenings.map(({ events }) => events.at(-1))).toEqual(['failure', 'end'])
  })

  test('that is cut behind an error that no blank line closed fails with that error', async () => {
    await start(serve((socket) => socket.end(stream(hello, 'data: {"error":{"message":"overloaded"}}'))))

    expect((await sendAndWait(true)).evidence).toEqual({
      type: 'in-band',
      error: { message: 'overloaded' },
      committed: true,
    })
  })

  test('that is cut after its finish reason is whole, by its meaning', async () => {
    await start(serve((socket) => socket.end(stream(hello, there, finish))))

    const listening = await sendAndWait(true)

    expect([listening.text, listening.events.at(-1)]).toEqual(['Hello there', 'end'])
  })

  test.each([
    ['ended', (socket: { end(text: string): unknown }, text: string) => socket.end(text)],
    [
      'reset',
      (socket: Parameters<typeof reset>[0], text: string) => {
        socket.write(text)
        setImmediate(() => setImmediate(() => reset(socket)))
      },
    ],
  ])('that is cut at any byte before it is a failure, never an end (%s)', async (_name, cut) => {
    const body = hello + there
    const cuts = Array.from({ length: 8 }, (_, index) => Math.floor(((index + 1) * body.length) / 8))
    await start(serve((socket, count) => cut(socket, stream(body.slice(0, cuts[count - 1])))))

    for (const _ of cuts) {
      const listening = await sendAndWait(true)
      expect(listening.events.at(-1)).toBe('failure')
      expect(listening.evidence).toMatchObject({ type: 'network', phase: 'receiving' })
      expect('Hello there').toContain(listening.text)
    }
  })

  test('that comes as an error in JSON, whatever it is called, fails with that error', async () => {
    const headers = 'content-type: text/event-stream\r\n'
    await start(serve((socket) => socket.write(response('\uFEFF\n{"error":{"message":"no"}}', { headers }))))

    expect((await sendAndWait(true)).evidence).toMatchObject({ type: 'in-band', error: { message: 'no' } })
  })

  test('is read as one whatever its content type says and white space it begins with', async () => {
    const head = chunkedHead.replace('200 OK', '200 OK\r\ncontent-type: text/plain')
    const pieces = ['\uFEFF', '\n', hello, finish, done, '']
    await start(serve((socket) => socket.write(head + pieces.map(chunk).join(''))))

    const listening = await sendAndWait(true)

    expect([listening.text, listening.events.at(-1)]).toEqual(['Hello', 'end'])
  })

  test('with an event beyond the bound is malformed', async () => {
    await start(
      serve((socket) => socket.write(stream(hello, `data: ${'x'.repeat(2_000)}`))),
      { limits: { maxEventBytes: 1_024 } },
    )

    const listening = await sendAndWait(true)
    await server.drained()

    expect([listening.text, listening.evidence]).toMatchObject(['Hello', { type: 'malformed' }])
  })

  test('of an endpoint that answers with images may bring one in an event', async () => {
    const images = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(2_000)}` } }]
    const artist = {
      ...endpoint,
      id: 'test:author/artist',
      capabilities: { ...endpoint.capabilities, outputModalities: new Set(['text', 'image'] as const) },
    }
    await start(
      serve((socket) => socket.write(stream(event({ images }), finish, done, ''))),
      { endpoints: [endpoint, artist], limits: { maxEventBytes: 1_024 } },
    )
    const listening = new Listening()

    upstream.send({ endpoint: artist, request, stream: true }, listening)
    await listening.over

    expect(listening.events.at(-1)).toBe('end')
    expect(listening.chunks[0]?.choices[0]?.delta.images).toEqual(images)
    expect((await sendAndWait(true)).evidence).toMatchObject({ type: 'malformed' })
  })

  test.each(['application/json', 'text/event-stream', 'text/plain'])(
    'that comes as JSON is told as chunks, even as %s',
    async (type) => {
      await start(serve((socket) => socket.write(json.replace('application/json', type))))

      const listening = await sendAndWait(true)

      expect(listening.events).toEqual(['response 200', 'content', 'part', 'batch', 'end'])
      expect(listening.text).toBe('Hello there')
      expect(listening.chunks[0]).toMatchObject({
        object: 'chat.completion.chunk',
        choices: [{ finish_reason: 'stop' }],
      })
      expect(listening.usages).toMatchObject([{ promptTokens: 3, completionTokens: 2 }])
    },
  )

  test.each([
    ['a page', response('<html></html>', { headers: 'content-type: text/html; charset=utf-8\r\n' })],
    [
      'compressed',
      stream(hello, finish, done, '').replace('content-type', 'content-encoding: GZIP\r\ncontent-type'),
    ],
    ['JSON that is none', response('{"half":', { headers: 'content-type: application/json\r\n' })],
  ])('%s is malformed', async (_name, bytes) => {
    await start(serve((socket) => socket.write(bytes)))

    const listening = await sendAndWait(true)

    expect([listening.events, listening.evidence]).toMatchObject([
      ['response 200', 'failure'],
      { type: 'malformed' },
    ])
  })
})

describe('an error', () => {
  test.each([400, 401, 404, 429, 500, 503, 529, 302])(
    '%d is told with its headers and body',
    async (status) => {
      const headers = 'retry-after: 7\r\nlocation: /v2\r\n'
      await start(
        serve((socket) => socket.write(response('{"error":"no"}', { status: `${status} X`, headers }))),
      )

      const listening = await sendAndWait(false)

      expect(listening.events).toEqual([`response ${status}`, 'failure'])
      expect(listening.evidence).toEqual({
        type: 'status',
        status,
        headers: { 'retry-after': '7', location: '/v2', 'content-length': '14' },
        body: '{"error":"no"}',
      })
      expect([server.requests, server.accepted]).toEqual([1, 1])
    },
  )

  test('with a body beyond the bound is told with the beginning of it, and the connection closed', async () => {
    const head = chunkedHead.replace('200', '500')
    await start(serve((socket) => socket.write(head + chunk('x'.repeat(70_000)))))

    const listening = await sendAndWait(true)
    await server.drained()

    expect(listening.evidence).toMatchObject({ type: 'status', status: 500, body: 'x'.repeat(65_536) })
  })

  test('with a body that does not come is told without it, and the connection closed', async () => {
    const head = chunkedHead.replace('200', '503')
    await start(
      serve((socket) => socket.write(head + chunk('half'))),
      { limits: { errorBodyTimeoutMs: 20 } },
    )

    const listening = await sendAndWait(false)
    await server.drained()

    expect(listening.evidence).toMatchObject({ type: 'status', status: 503, body: 'half' })
  })

  test('with a body that is cut is told with what came of it', async () => {
    await start(serve((socket) => socket.end(chunkedHead.replace('200', '502') + chunk('half'))))

    expect((await sendAndWait(false)).evidence).toMatchObject({ type: 'status', status: 502, body: 'half' })
  })

  test('with a compressed body is told without it', async () => {
    const zipped = gzipSync('{"error":"no"}')
    const head = `HTTP/1.1 429 X\r\ncontent-encoding: gzip\r\ncontent-length: ${zipped.length}\r\n\r\n`
    await start(serve((socket) => socket.write(Buffer.concat([Buffer.from(head), zipped]))))

    expect((await sendAndWait(false)).evidence).toMatchObject({ type: 'status', status: 429, body: '' })
  })
})

describe('the network', () => {
  test('is tried once more when a connection that was kept alive was closed', async () => {
    await start(serve((socket, count) => (count === 2 ? reset(socket) : socket.write(json))))
    await sendAndWait(false)

    expect((await sendAndWait(false)).events).toEqual(['response 200', 'answer'])
    expect([server.requests, server.accepted]).toEqual([3, 2])
  })

  test('that refuses is a failure, once send has returned', async () => {
    await start(serve(() => undefined))
    await server.close()
    const { listening } = send(true)
    expect(listening.events).toEqual([])

    await listening.over

    expect(listening.evidence).toMatchObject({ type: 'network', code: 'ECONNREFUSED', phase: 'connecting' })
  })
})

describe('cancelling', () => {
  test('an attempt that hangs closes its connection and tells nothing more', async () => {
    await start(serve(() => undefined))
    const { listening, handle } = send(true)
    await server.requested(1)

    handle.cancel()
    handle.cancel()
    await server.drained()
    await turn()

    expect(listening.events).toEqual([])
  })

  test('in the middle of a batch tells nothing of the rest of it', async () => {
    await start(serve((socket) => socket.write(stream(hello + there + finish + done))))
    const listening = new Listening()
    const handle = upstream.send(
      { endpoint, request, stream: true },
      {
        onPart: (part) => {
          listening.onPart(part)
          handle.cancel()
        },
        onBatchEnd: () => listening.onBatchEnd(),
        onAnswer: (...answer) => listening.onAnswer(...answer),
        onEnd: () => listening.onEnd(),
        onFailure: (evidence) => listening.onFailure(evidence),
      },
    )

    await listening.firstPart
    await server.drained()
    await turn()

    expect(listening.events).toEqual(['content'])
  })

  test('while the body of an error comes tells nothing more', async () => {
    await start(
      serve((socket) => socket.write(chunkedHead.replace('200', '503') + chunk('half'))),
      {
        limits: { errorBodyTimeoutMs: 10 },
      },
    )
    const listening = new Listening()
    const responded = Promise.withResolvers<void>()
    const handle = upstream.send(
      { endpoint, request, stream: false },
      Object.assign(listening, { onResponse: () => responded.resolve() }),
    )
    await responded.promise

    handle.cancel()
    await server.drained()

    expect(listening.events).toEqual([])
  })
})

test('a paused attempt stops reading, and a resumed one gets everything', async () => {
  const count = 20_000
  const large = event({ content: 'x'.repeat(1_000) })
  await start(
    serve((socket, number) => {
      if (number > 1) return socket.write(json)
      socket.write(streamHead)
      for (let index = 0; index < count; index++) socket.write(chunk(large))
      return socket.write(chunk(finish + done) + chunk(''))
    }),
  )
  const { listening, handle } = send(true)
  await listening.firstPart

  handle.pause()
  for (let time = 0; time < 10; time++) await sendAndWait(false)
  const paused = listening.chunks.length
  for (let time = 0; time < 10; time++) await sendAndWait(false)
  expect(listening.chunks).toHaveLength(paused)
  expect(paused).toBeLessThan(count)
  handle.resume()
  await listening.over

  expect([listening.chunks.length, listening.events.at(-1)]).toEqual([count + 1, 'end'])
})

describe('a listener or an adapter that throws', () => {
  const thrower = (): never => {
    throw new TypeError('a secret prompt')
  }

  test.each([
    ['onResponse', true, 'receiving'],
    ['onPart', true, 'receiving'],
    ['onBatchEnd', true, 'receiving'],
    ['onEnd', true, 'receiving'],
    ['onAnswer', false, 'receiving'],
  ])('%s hears a failure without the words of its error', async (method, streaming, phase) => {
    await start(serve((socket) => socket.write(streaming ? stream(hello, finish, done, '') : json)))
    const listening = new Listening()

    upstream.send({ endpoint, request, stream: streaming }, Object.assign(listening, { [method]: thrower }))
    await listening.over
    await turn()

    expect(listening.events.filter((name) => name === 'failure')).toHaveLength(1)
    expect(listening.evidence).toEqual({
      type: 'network',
      code: 'ERR_HANDLER',
      message: 'a listener or an adapter threw TypeError',
      phase,
    })
  })

  test('onFailure ends nothing but its attempt', async () => {
    await start(serve((socket, count) => (count === 1 ? socket.end() : socket.write(json))))
    const threw = new Promise((resolve) => process.once('warning', ({ message }) => resolve(message)))

    upstream.send({ endpoint, request, stream: true }, Object.assign(new Listening(), { onFailure: thrower }))

    await expect(threw).resolves.toBe('the listener of an attempt threw TypeError from onFailure')
    expect((await sendAndWait(false)).events).toEqual(['response 200', 'answer'])
  })

  test.each([
    ['encode', 'connecting'],
    ['decode', 'receiving'],
  ])('%s of an adapter is a failure', async (method, phase) => {
    const adapter: Adapter = { ...openAiChat(), [method]: thrower }
    await start(
      serve((socket) => socket.write(json)),
      { adapter },
    )

    const { listening } = send(false)
    expect(listening.events).toEqual([])
    await listening.over

    expect(listening.evidence).toMatchObject({ code: 'ERR_HANDLER', phase })
  })

  test('a key that cannot be read is a failure', async () => {
    await start(
      serve((socket) => socket.write(json)),
      { apiKey: thrower },
    )

    const listening = await sendAndWait(false)

    expect([listening.evidence, server.accepted]).toMatchObject([
      { code: 'ERR_HANDLER', phase: 'connecting' },
      0,
    ])
  })
})

describe('guards', () => {
  const other = { ...endpoint, id: 'test:author/other' }

  test('each endpoint has one breaker, which send leaves alone', async () => {
    await start(
      serve((socket) => socket.end()),
      { endpoints: [endpoint, other], breaker: { consecutiveFailures: 1 } },
    )
    const breaker = upstream.breakerOf(endpoint)

    for (let time = 0; time < 3; time++) await sendAndWait(false)

    expect(upstream.breakerOf({ ...endpoint })).toBe(breaker)
    expect(upstream.breakerOf(other)).not.toBe(breaker)
    expect(breaker.state).toBe('closed')
    const permit = breaker.tryAcquire()
    if (permit !== undefined) breaker.report(permit, 'failure')
    expect([breaker.state, upstream.breakerOf(other).state]).toEqual(['open', 'closed'])
  })

  test('each endpoint has one queue', async () => {
    await start(
      serve(() => undefined),
      { endpoints: [endpoint, other], limits: { maxQueued: 1 } },
    )
    const wait = (tryAdmit: () => number | undefined) => ({
      deadlineAtMs: performance.now() + 60_000,
      tryAdmit,
      abandoned: () => false,
    })
    const never = (): number => performance.now() + 10
    const blocked = [upstream.waitFor(endpoint, wait(never)), upstream.waitFor(endpoint, wait(never))]

    await expect(upstream.waitFor(endpoint, wait(never))).resolves.toBe('queue-full')
    await expect(
      upstream.waitFor(
        other,
        wait(() => undefined),
      ),
    ).resolves.toBe('admitted')

    await upstream.close()
    await expect(Promise.all(blocked)).resolves.toEqual(['abandoned', 'abandoned'])
    await expect(
      upstream.waitFor(
        other,
        wait(() => undefined),
      ),
    ).resolves.toBe('abandoned')
  })

  test('an endpoint of another upstream has none', async () => {
    await start(serve(() => undefined))

    expect(() => upstream.breakerOf(other)).toThrow(
      new RangeError('test:author/other is not an endpoint of this upstream'),
    )
  })

  test('a closed upstream fails its attempts and keeps no breaker', async () => {
    await start(serve(() => undefined))
    const { listening } = send(true)
    await server.requested(1)

    await upstream.close()
    await listening.over
    const late = await sendAndWait(false)

    expect(listening.evidence).toMatchObject({ code: 'UND_ERR_DESTROYED', phase: 'sent' })
    expect(late.evidence).toMatchObject({ code: 'UND_ERR_DESTROYED', phase: 'connecting' })
    const breaker = upstream.breakerOf(endpoint)
    for (let time = 0; time < 20; time++) {
      const permit = breaker.tryAcquire()
      if (permit !== undefined) breaker.report(permit, 'failure')
    }
    expect(breaker.admits).toBe(true)
  })
})

describe('options', () => {
  const options = {
    provider: 'test',
    adapter: openAiChat(),
    baseUrl: 'https://api.example.com',
    endpoints: [endpoint],
    random: () => 0.5,
    nowMs: () => 0,
  }

  test.each([
    [{ endpoints: [endpoint, endpoint] }, 'endpoints must have ids that differ'],
    [{ baseUrl: 'http://api.example.com' }, 'baseUrl must use https: unless allowPrivateNetwork is set'],
    [{ breaker: { probesToClose: 0 } }, 'breaker.probesToClose must be an integer of 1..10, got 0'],
    [{ transport: { connections: 0 } }, 'transport.connections must be an integer of 1..10000, got 0'],
    [{ limits: { maxAnswerBytes: 1 } }, 'limits.maxAnswerBytes must be an integer of 1024..268435456, got 1'],
    [
      { limits: { maxErrorBytes: 2_000_000 } },
      'limits.maxErrorBytes must be an integer of 1024..1048576, got 2000000',
    ],
    [
      { limits: { errorBodyTimeoutMs: 0 } },
      'limits.errorBodyTimeoutMs must be an integer of 1..60000, got 0',
    ],
    [
      { limits: { endMarkTimeoutMs: 60_001 } },
      'limits.endMarkTimeoutMs must be an integer of 1..60000, got 60001',
    ],
    [
      { limits: { maxEventBytes: 0.5 } },
      'limits.maxEventBytes must be an integer of 1024..268435456, got 0.5',
    ],
    [{ limits: { maxQueued: 0 } }, 'limits.maxQueued must be an integer of 1..10000, got 0'],
  ])('refuses %j', async (wrong, message) => {
    await start(serve(() => undefined))
    expect(() => createUpstream({ ...options, ...wrong })).toThrow(message)
  })
})
