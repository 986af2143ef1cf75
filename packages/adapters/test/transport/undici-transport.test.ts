import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import { createServer, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Exchange, Transport } from '../../src/transport/transport.ts'
import type { TransportOptions } from '../../src/transport/transport-options.ts'
import { createTransport } from '../../src/transport/undici-transport.ts'
import { chunk, chunkedHead, portOf, type RawServer, reset, response, serve, serveRaw } from './raw-server.ts'
import { Recorder } from './recorder.ts'
import { testCertificate } from './test-certificate.ts'

const cleanUps: (() => Promise<unknown>)[] = []

/** Whatever a test did, no connection may be left once its transport is closed. */
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const started = async (starting: Promise<RawServer>): Promise<RawServer> => {
  const server = await starting
  cleanUps.push(async () => {
    await server.drained()
    await server.close()
  })
  return server
}

const transportTo = (
  { port }: { readonly port: number },
  { baseUrl = 'http://127.0.0.1', ...options }: Partial<TransportOptions> = {},
): Transport => {
  const url = new URL(baseUrl)
  url.port = `${port}`
  const transport = createTransport({ allowPrivateNetwork: true, ...options, baseUrl: url.href })
  cleanUps.push(() => transport.close())
  return transport
}

const tls = { baseUrl: 'https://127.0.0.1', certificateAuthority: testCertificate.cert }

const request = {
  path: '/chat',
  headers: { 'content-type': 'application/json', 'x-a': 'b' },
  body: '{"a":1}',
}

const send = (transport: Transport): { recorder: Recorder; exchange: Exchange } => {
  const recorder = new Recorder()
  return { recorder, exchange: transport.send(request, recorder) }
}

/** Afterwards the connection, if it lives, is free again: undici gives the other side one turn to close it. */
const sendAndWait = async (transport: Transport): Promise<Recorder> => {
  const { recorder } = send(transport)
  await recorder.over
  await turn()
  return recorder
}

describe('an exchange that works', () => {
  test('sends what it was given and no more, below the path of the base URL', async () => {
    const server = await started(serve((socket) => socket.write(response('hello'))))

    const recorder = await sendAndWait(transportTo(server, { baseUrl: 'http://127.0.0.1/api/v1/' }))

    expect(recorder.body).toBe('hello')
    expect(server.received).toEqual([
      `POST /api/v1/chat HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\n` +
        'content-type: application/json\r\nx-a: b\r\ncontent-length: 7\r\n\r\n{"a":1}',
    ])
  })

  test('tells the status, the headers in lower case with the first of each, the body and the end', async () => {
    const headers = 'X-One: a\r\nX-Two: b\r\nx-two: c\r\nSet-Cookie: d\r\n'
    const server = await started(
      serve((socket) => socket.write(response('hello', { status: '418 No', headers }))),
    )

    const recorder = await sendAndWait(transportTo(server))

    expect(recorder.events).toEqual(['response', 'data', 'end'])
    expect(recorder.status).toBe(418)
    expect(recorder.headers).toEqual({ 'x-one': 'a', 'x-two': 'b', 'set-cookie': 'd', 'content-length': '5' })
  })

  test('uses a connection again', async () => {
    const server = await started(serve((socket) => socket.write(response('hello'))))
    const transport = transportTo(server)

    for (let time = 0; time < 5; time++) expect((await sendAndWait(transport)).events).toContain('end')

    expect(server.accepted).toBe(1)
  })

  test('passes over early hints', async () => {
    const server = await started(
      serve((socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${response('hello')}`)),
    )

    const recorder = await sendAndWait(transportTo(server))

    expect([recorder.status, recorder.body, recorder.events]).toEqual([
      200,
      'hello',
      ['response', 'data', 'end'],
    ])
  })

  test('tells a redirect and does not follow it', async () => {
    const server = await started(
      serve((socket) => socket.write(response('', { status: '307 Away', headers: 'location: /chat\r\n' }))),
    )

    const recorder = await sendAndWait(transportTo(server))

    expect([recorder.status, recorder.headers['location']]).toEqual([307, '/chat'])
    expect(server.received[0]?.match(/POST/g)).toHaveLength(1)
  })

  test('works over TLS with an authority of its own', async () => {
    const server = await started(serve((socket) => socket.write(response('hello')), testCertificate))

    const recorder = await sendAndWait(transportTo(server, tls))

    expect(recorder.body).toBe('hello')
  })

  test.each([
    [false, '1.1'],
    [true, '2.0'],
  ])('http2: %s means HTTP/%s where both are offered', async (http2, version) => {
    const server = createSecureServer({ ...testCertificate, allowHTTP1: true }, (incoming, outgoing) => {
      outgoing.end(incoming.httpVersion)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanUps.push(async () => {
      server.close()
      await once(server, 'close')
    })

    const recorder = await sendAndWait(transportTo({ port: portOf(server) }, { ...tls, http2 }))

    expect([recorder.body, recorder.events]).toEqual([version, ['response', 'data', 'end']])
  })
})

describe('an exchange that fails', () => {
  const later = (socket: Socket): void => {
    setImmediate(() => reset(socket))
  }
  const manyHeaders = Array.from({ length: 5_000 }, (_, index) => `x-${index}: y\r\n`).join('')
  const cases: readonly (readonly [string, (socket: Socket) => unknown, object])[] = [
    ['reset before the headers', (socket) => reset(socket), { code: 'ECONNRESET', phase: 'sent' }],
    ['end before the headers', (socket) => socket.end(), { code: 'UND_ERR_SOCKET', phase: 'sent' }],
    [
      'reset within the headers',
      (socket) => later(socket.setNoDelay()) ?? socket.write('HTTP/1.1 200 OK\r\nx-'),
      { code: 'ECONNRESET', phase: 'sent' },
    ],
    [
      'something that is not HTTP',
      (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
      { code: 'HPE_INVALID', phase: 'sent' },
    ],
    [
      'a 100 that nobody asked for',
      (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${response('hello')}`),
      { code: 'UND_ERR_SOCKET', phase: 'sent' },
    ],
    [
      'a 101 that nobody asked for',
      (socket) => socket.write('HTTP/1.1 101 Other\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      { phase: 'sent' },
    ],
    [
      'headers beyond the bound',
      (socket) => socket.write(response('', { headers: `x: ${'y'.repeat(20_000)}\r\n` })),
      { code: 'UND_ERR_HEADERS_OVERFLOW', phase: 'sent' },
    ],
    [
      '5,000 headers',
      (socket) => socket.write(response('', { headers: manyHeaders })),
      { code: 'UND_ERR_HEADERS_OVERFLOW', phase: 'sent' },
    ],
    [
      'two lengths',
      (socket) => socket.write(response('hello', { headers: 'content-length: 3\r\n' })),
      { phase: 'sent' },
    ],
    [
      'a length and chunks',
      (socket) => socket.write(response(chunk(''), { headers: 'transfer-encoding: chunked\r\n' })),
      { phase: 'sent' },
    ],
    [
      'a status of four digits',
      (socket) => socket.write(response('hello', { status: '2000 OK' })),
      { phase: 'sent' },
    ],
    [
      'a body shorter than its length',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello'),
      { phase: 'receiving' },
    ],
    [
      'chunks that end without the last one',
      (socket) => socket.end(chunkedHead + chunk('hello')),
      { phase: 'receiving' },
    ],
    [
      'chunks that are reset',
      (socket) => later(socket) ?? socket.write(chunkedHead + chunk('hello')),
      { code: 'ECONNRESET', phase: 'receiving' },
    ],
    [
      'a size of a chunk that is none',
      (socket) => socket.write(`${chunkedHead}xyz\r\nhello\r\n`),
      { phase: 'receiving' },
    ],
  ]

  test.each(cases)('%s', async (_name, onRequest, expected) => {
    const server = await started(serve(onRequest))

    const recorder = await sendAndWait(transportTo(server))

    expect(recorder.evidence).toMatchObject({ type: 'network', ...expected })
    expect(recorder.events.at(-1)).toBe('failure')
    expect(recorder.unseen).toBe(false)
    expect([server.accepted, server.requests]).toEqual([1, 1])
  })

  test('a body without framing that is cut looks whole: that is for the codec to judge', async () => {
    const server = await started(serve((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"half":')))

    const recorder = await sendAndWait(transportTo(server))

    expect([recorder.events, recorder.body]).toEqual([['response', 'data', 'end'], '{"half":'])
  })

  test.each(['http://127.0.0.1', 'http://localhost'])('a refused connection to %s', async (baseUrl) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const port = portOf(server)
    server.close()
    await once(server, 'close')

    const recorder = await sendAndWait(transportTo({ port }, { baseUrl }))

    expect(recorder.evidence).toMatchObject({ type: 'network', code: 'ECONNREFUSED', phase: 'connecting' })
    expect(JSON.stringify(recorder.evidence)).not.toMatch(/127|::1|localhost/)
  })

  test('a handshake that is reset', async () => {
    const server = await started(serveRaw((socket) => socket.once('data', () => reset(socket))))

    const recorder = await sendAndWait(transportTo(server, tls))

    expect(recorder.evidence).toMatchObject({ type: 'network', code: 'ECONNRESET', phase: 'connecting' })
    expect(recorder.unseen).toBe(false)
  })

  test('plain HTTP where TLS is expected', async () => {
    const server = await started(
      serveRaw((socket) => socket.once('data', () => socket.end(response('hello')))),
    )

    const recorder = await sendAndWait(transportTo(server, tls))

    expect(recorder.evidence).toMatchObject({ code: expect.stringMatching(/^ERR_SSL_/), phase: 'connecting' })
  })

  test('a certificate that nobody trusts', async () => {
    const server = await started(serve((socket) => socket.write(response('hello')), testCertificate))

    const recorder = await sendAndWait(transportTo(server, { baseUrl: tls.baseUrl }))

    expect(recorder.evidence).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', phase: 'connecting' })
    expect(server.requests).toBe(0)
  })

  test('a handshake that never ends runs into the time to connect', async () => {
    const server = await started(serveRaw(() => undefined))

    // undici's own timer would be later than this one.
    const later = wait(400, 'later')

    const { recorder } = send(transportTo(server, { ...tls, connectTimeoutMs: 50 }))
    const first = await Promise.race([recorder.over, later])

    expect([first, recorder.evidence]).toEqual([
      undefined,
      { type: 'timeout', timer: 'connect', afterMs: 50 },
    ])
  })

  test('a silence runs into the backstop', async () => {
    const server = await started(serve(() => undefined))

    const recorder = await sendAndWait(transportTo(server, { backstopMs: 1_000 }))

    expect(recorder.evidence).toEqual({ type: 'timeout', timer: 'first-token', afterMs: 1_000 })
  })

  test('a header that cannot be sent fails without its value, once send has returned', async () => {
    const transport = transportTo(await started(serve(() => undefined)))
    const recorder = new Recorder()

    transport.send({ ...request, headers: { authorization: 'Bearer secret\r\nx: y' } }, recorder)
    expect(recorder.events).toEqual([])
    await recorder.over

    expect(recorder.evidence).toMatchObject({ code: 'UND_ERR_INVALID_ARG', phase: 'connecting' })
    expect(JSON.stringify(recorder.evidence)).not.toContain('secret')
  })

  test('one more than may wait for a connection fails at once', async () => {
    const server = await started(serve((socket, count) => count > 1 && socket.write(response('hello'))))
    const transport = transportTo(server, { connections: 1, maxWaiting: 2 })
    const first = send(transport)
    await server.requested(1)
    const waiting = [send(transport), send(transport)]

    const refused = await sendAndWait(transport)
    expect(refused.evidence).toMatchObject({ code: 'ERR_TOO_MANY_WAITING', phase: 'connecting' })

    first.exchange.cancel()
    for (const { recorder } of waiting) {
      await recorder.over
      expect(recorder.body).toBe('hello')
    }
    expect((await sendAndWait(transport)).body).toBe('hello')
  })
})

describe('a connection that was kept alive and is closed as the request comes', () => {
  const raced = async (
    close: (socket: Socket) => void,
    options?: Partial<TransportOptions>,
  ): Promise<{ recorder: Recorder; server: RawServer }> => {
    const certificate = options === undefined ? undefined : testCertificate
    const server = await started(
      serve((socket, count) => (count === 1 ? socket.write(response('hello')) : close(socket)), certificate),
    )
    const transport = transportTo(server, options)
    await sendAndWait(transport)
    return { recorder: await sendAndWait(transport), server }
  }

  test.each([
    ['plain', undefined],
    ['TLS', tls],
  ])('saw nothing of it when it is reset (%s)', async (_name, options) => {
    const { recorder, server } = await raced((socket) => reset(socket), options)

    expect(recorder.evidence).toMatchObject({ code: 'ECONNRESET', phase: 'sent' })
    expect(recorder.unseen).toBe(true)
    expect(server.accepted).toBe(1)
  })

  test('may have seen it when it ends in order', async () => {
    const { recorder } = await raced((socket) => socket.end())

    expect([recorder.evidence, recorder.unseen]).toMatchObject([
      { code: 'UND_ERR_SOCKET', phase: 'sent', excused: true },
      false,
    ])
  })

  test('fails it in earnest when that happens again within ten seconds', async () => {
    const server = await started(
      serve((socket, count) => (count % 2 === 1 ? socket.write(response('hello')) : socket.end())),
    )
    const transport = transportTo(server)
    const excuses: unknown[] = []
    for (let time = 0; time < 3; time++) {
      expect((await sendAndWait(transport)).body).toBe('hello')
      excuses.push((await sendAndWait(transport)).evidence)
    }

    expect(excuses).toMatchObject([{ excused: true }, {}, {}])
    expect(excuses.filter((one) => JSON.stringify(one).includes('excused'))).toHaveLength(1)
  })

  test('fails the first request of a connection in earnest', async () => {
    const server = await started(serve((socket) => socket.end()))

    const { evidence } = await sendAndWait(transportTo(server))

    expect(evidence).toEqual({
      type: 'network',
      code: 'UND_ERR_SOCKET',
      message: 'other side closed',
      phase: 'sent',
    })
  })

  test('has seen it when a byte of the response came', async () => {
    const { recorder } = await raced((socket) => {
      socket.write('HTTP/1.1')
      setImmediate(() => reset(socket))
    })

    expect([recorder.evidence, recorder.unseen]).toMatchObject([{ code: 'ECONNRESET', phase: 'sent' }, false])
  })

  test('has seen it when it was the first on its connection (TLS)', async () => {
    const server = await started(serve((socket) => reset(socket), testCertificate))

    const recorder = await sendAndWait(transportTo(server, tls))

    expect([recorder.evidence, recorder.unseen]).toMatchObject([{ code: 'ECONNRESET', phase: 'sent' }, false])
  })
})

test('a connection of HTTP/2 that is reset may have seen every request on it', async () => {
  const sockets: Socket[] = []
  let requests = 0
  const server = createSecureServer(testCertificate, (_incoming, outgoing) => {
    requests++
    if (requests === 1) outgoing.end('hello')
    else sockets[0]?.resetAndDestroy()
  })
  server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => undefined)))
  server.on('sessionError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUps.push(async () => {
    server.close()
    await once(server, 'close')
  })
  const transport = transportTo({ port: portOf(server) }, { ...tls, http2: true })

  expect((await sendAndWait(transport)).body).toBe('hello')
  const recorder = await sendAndWait(transport)

  expect([recorder.events, recorder.unseen, requests]).toEqual([['failure'], false, 2])
})

describe('cancelling', () => {
  test('closes the connection and tells nothing more, before the response', async () => {
    const server = await started(serve(() => undefined))
    const { recorder, exchange } = send(transportTo(server))
    await server.requested(1)

    exchange.cancel()
    exchange.cancel()
    await server.drained()

    expect([recorder.events, exchange.sent]).toEqual([[], true])
  })

  test('closes the connection and tells nothing more, from within a callback', async () => {
    const server = await started(serve((socket) => socket.write(chunkedHead + chunk('one') + chunk('two'))))
    const recorder = new Recorder()
    const exchange = transportTo(server).send(request, {
      onResponse: (...args) => recorder.onResponse(...args),
      onData: (bytes) => {
        recorder.onData(bytes)
        exchange.cancel()
      },
      onEnd: () => recorder.onEnd(),
      onFailure: (...args) => recorder.onFailure(...args),
    })

    await recorder.firstData
    await server.drained()

    expect([recorder.events, recorder.body]).toEqual([['response', 'data'], 'one'])
  })

  test('while it waits for a connection sends nothing and costs the others no connection', async () => {
    const server = await started(serve((socket) => setImmediate(() => socket.write(response('hello')))))
    const transport = transportTo(server, { connections: 1 })
    const first = send(transport)
    const second = send(transport)
    const third = send(transport)

    second.exchange.cancel()
    await third.recorder.over

    expect([second.exchange.sent, third.exchange.sent]).toEqual([false, true])
    expect([first.recorder.body, second.recorder.events, third.recorder.body]).toEqual(['hello', [], 'hello'])
    expect([server.accepted, server.requests]).toEqual([1, 2])
  })

  test('does nothing to an exchange that is over', async () => {
    const server = await started(serve((socket) => socket.write(response('hello'))))
    const transport = transportTo(server)
    const { recorder, exchange } = send(transport)
    await recorder.over
    await turn()

    exchange.cancel()
    exchange.pause()
    const next = await sendAndWait(transport)
    exchange.resume()

    expect([next.body, server.accepted]).toEqual(['hello', 1])
  })
})

describe('back-pressure', () => {
  const size = 64 * 1_048_576

  /** Serves a body much larger than all buffers between there and here; other requests get a short one. */
  const serveLarge = () =>
    serve((socket, count) => socket.write(count === 1 ? response('x'.repeat(size)) : response('hello')))

  test('a paused exchange stops reading, others go on, and a resumed one gets everything', async () => {
    const transport = transportTo(await started(serveLarge()))
    const recorder = new LengthRecorder()
    const exchange = transport.send(request, recorder)
    await recorder.firstData

    exchange.pause()
    for (let time = 0; time < 20; time++) expect((await sendAndWait(transport)).body).toBe('hello')
    const paused = recorder.length
    for (let time = 0; time < 20; time++) await sendAndWait(transport)
    expect(recorder.length).toBe(paused)
    expect(paused).toBeLessThan(size / 2)

    exchange.resume()
    await recorder.over
    expect([recorder.length, recorder.events]).toEqual([size, ['response', 'data', 'end']])
  })

  test('an exchange may be paused before it is sent, and resumed from the callback of another', async () => {
    const server = await started(serveLarge())
    const transport = transportTo(server)
    const recorder = new LengthRecorder()
    const exchange = transport.send(request, recorder)
    exchange.pause()
    await server.requested(1)
    for (let time = 0; time < 20; time++) await sendAndWait(transport)
    expect(recorder.length).toBe(0)

    const other = new Recorder()
    transport.send(request, {
      onResponse: (...args) => other.onResponse(...args),
      onData: (bytes) => {
        other.onData(bytes)
        exchange.resume()
        exchange.pause()
        exchange.resume()
      },
      onEnd: () => other.onEnd(),
      onFailure: (...args) => other.onFailure(...args),
    })
    await Promise.all([recorder.over, other.over])

    expect([recorder.length, other.body]).toEqual([size, 'hello'])
  })

  class LengthRecorder extends Recorder {
    length = 0

    override onData(bytes: Uint8Array): void {
      this.length += bytes.length
      super.onData(bytes.subarray(0, 0))
    }
  }
})

describe('closing', () => {
  test('ends a connection in the making', async () => {
    const accepted = Promise.withResolvers<void>()
    const server = await started(serveRaw(() => accepted.resolve()))
    const transport = transportTo(server, { ...tls, connectTimeoutMs: 120_000 })
    const { recorder } = send(transport)
    await accepted.promise

    await transport.close()
    await Promise.all([recorder.over, server.drained()])

    expect(recorder.evidence).toMatchObject({ code: 'UND_ERR_DESTROYED', phase: 'connecting' })
  })

  test('fails exchanges under way, those that wait and those that come later', async () => {
    const server = await started(serve(() => undefined))
    const transport = transportTo(server, { connections: 1 })
    const underWay = send(transport)
    await server.requested(1)
    const waiting = send(transport)

    await transport.close()
    await server.drained()
    const late = await sendAndWait(transport)

    expect(underWay.recorder.evidence).toMatchObject({ code: 'UND_ERR_DESTROYED', phase: 'sent' })
    expect(waiting.recorder.evidence).toMatchObject({ code: 'UND_ERR_DESTROYED', phase: 'connecting' })
    expect(late.evidence).toMatchObject({ code: 'UND_ERR_DESTROYED', phase: 'connecting' })
    await transport.close()
  })
})

describe('options', () => {
  test.each([
    [{ connections: 0 }, 'transport.connections must be an integer of 1..10000, got 0'],
    [{ maxWaiting: 1.5 }, 'transport.maxWaiting must be an integer of 1..100000, got 1.5'],
    [{ connectTimeoutMs: 0 }, 'transport.connectTimeoutMs must be an integer of 1..120000, got 0'],
    [{ keepAliveMs: 600_001 }, 'transport.keepAliveMs must be an integer of 1..600000, got 600001'],
    [{ backstopMs: 0 }, 'transport.backstopMs must be an integer of 1000..86400000, got 0'],
    [{ maxHeaderBytes: Number.NaN }, 'transport.maxHeaderBytes must be an integer of 1024..1048576, got NaN'],
  ])('refuses %j', (options, message) => {
    expect(() => createTransport({ baseUrl: 'https://api.example.com', ...options })).toThrow(
      new RangeError(message),
    )
  })
})
