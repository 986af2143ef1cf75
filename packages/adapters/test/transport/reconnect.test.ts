import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { withReconnect } from '../../src/transport/reconnect.ts'
import type { Transport } from '../../src/transport/transport.ts'
import { createTransport } from '../../src/transport/undici-transport.ts'
import { chunk, chunkedHead, type RawServer, reset, response, serve, serveRaw } from './raw-server.ts'
import { Recorder } from './recorder.ts'
import { testCertificate } from './test-certificate.ts'

let server: RawServer
let transport: Transport
/** Tries made so far. */
let tries: number

afterEach(async () => {
  await transport.close()
  await server.drained()
  await server.close()
})

const request = { path: '/chat', headers: {}, body: '{"a":1}' }

const start = async (starting: Promise<RawServer>, scheme: 'http' | 'https' = 'http'): Promise<void> => {
  server = await starting
  const inner = createTransport({
    baseUrl: `${scheme}://127.0.0.1:${server.port}`,
    allowPrivateNetwork: true,
    certificateAuthority: testCertificate.cert,
  })
  tries = 0
  transport = withReconnect({
    send(request, handler) {
      tries++
      return inner.send(request, handler)
    },
    close: () => inner.close(),
  })
}

const sendAndWait = async (): Promise<Recorder> => {
  const recorder = new Recorder()
  transport.send(request, recorder)
  await recorder.over
  await turn()
  return recorder
}

describe('a connection that was kept alive and is reset as the request comes', () => {
  test('leads to one more request, on a new connection, and nobody notices', async () => {
    await start(
      serve((socket, count) => (count === 2 ? reset(socket) : socket.write(response(`answer ${count}`)))),
    )
    await sendAndWait()

    const recorder = await sendAndWait()

    expect([recorder.events, recorder.body]).toEqual([['response', 'data', 'end'], 'answer 3'])
    expect([server.requests, server.accepted]).toEqual([3, 2])
  })

  test('leads to no third request', async () => {
    await start(serve((socket, count) => (count === 1 ? socket.write(response('hello')) : reset(socket))))
    await sendAndWait()

    const recorder = await sendAndWait()

    expect(recorder.events).toEqual(['failure'])
    expect(recorder.evidence).toMatchObject({ code: 'ECONNRESET', phase: 'sent' })
    expect([server.requests, tries]).toEqual([3, 3])
  })

  test('leads to one more request that may fail in its own way', async () => {
    await start(
      serve((socket, count) => {
        if (count === 1) socket.write(response('hello'))
        if (count === 2) reset(socket)
        if (count === 3) socket.end(chunkedHead + chunk('half'))
      }),
    )
    await sendAndWait()

    const recorder = await sendAndWait()

    expect([recorder.events, recorder.body]).toEqual([['response', 'data', 'failure'], 'half'])
    expect(recorder.evidence).toMatchObject({ phase: 'receiving' })
    expect(server.requests).toBe(3)
  })
})

// case 20
describe('no second request is made', () => {
  test('when a connection that was kept alive ends in order: the request may have run', async () => {
    await start(serve((socket, count) => (count === 1 ? socket.write(response('hello')) : socket.end())))
    await sendAndWait()

    const recorder = await sendAndWait()

    expect(recorder.evidence).toMatchObject({ code: 'UND_ERR_SOCKET', phase: 'sent' })
    expect(server.requests).toBe(2)
  })

  test('when the first request on a connection is reset', async () => {
    await start(serve((socket) => reset(socket)))

    expect((await sendAndWait()).evidence).toMatchObject({ code: 'ECONNRESET', phase: 'sent' })
    expect(server.requests).toBe(1)
  })

  test('when a byte of the response had come', async () => {
    await start(
      serve((socket, count) => {
        if (count === 1) return socket.write(response('hello'))
        socket.write('HTTP/1.1')
        return setImmediate(() => reset(socket))
      }),
    )
    await sendAndWait()

    expect((await sendAndWait()).evidence).toMatchObject({ code: 'ECONNRESET', phase: 'sent' })
    expect(server.requests).toBe(2)
  })

  test('when the connection is refused', async () => {
    await start(serve(() => undefined))
    await server.close()

    expect((await sendAndWait()).evidence).toMatchObject({ code: 'ECONNREFUSED', phase: 'connecting' })
    expect(tries).toBe(1)
  })

  test('when the time to connect is over', async () => {
    await start(serveRaw(() => undefined))
    const slow = createTransport({
      baseUrl: `https://127.0.0.1:${server.port}`,
      allowPrivateNetwork: true,
      connectTimeoutMs: 30,
    })
    const recorder = new Recorder()

    withReconnect(slow).send(request, recorder)
    await recorder.over
    await slow.close()

    expect(recorder.evidence).toMatchObject({ type: 'timeout', timer: 'connect' })
    expect(server.accepted).toBe(1)
  })
})

describe('a handshake that is reset', () => {
  /** Resets the first handshakes below TLS. */
  const resettingHandshakes = (count: number) => {
    let handshakes = 0
    return serveRaw((socket) => {
      socket.once('data', () => {
        handshakes++
        if (handshakes <= count) reset(socket)
        else socket.end('no TLS')
      })
    })
  }

  test('leads to one more connection', async () => {
    await start(resettingHandshakes(1), 'https')

    expect((await sendAndWait()).evidence).toMatchObject({ code: expect.stringMatching(/^ERR_SSL/) })
    expect(server.accepted).toBe(2)
  })

  test('leads to no third one', async () => {
    await start(resettingHandshakes(9), 'https')

    expect((await sendAndWait()).evidence).toMatchObject({ code: 'ECONNRESET', phase: 'connecting' })
    expect(server.accepted).toBe(2)
  })
})

describe('the second try', () => {
  test('is not made once the exchange is cancelled', async () => {
    const recorder = new Recorder()
    const inner: Transport = {
      send: (_request, handler) => {
        queueMicrotask(() => {
          handler.onFailure({ type: 'network', code: 'EAI_AGAIN', message: '', phase: 'connecting' }, false)
          exchange.cancel()
        })
        sends++
        return { sent: false, cancel: () => undefined, pause: () => undefined, resume: () => undefined }
      },
      close: () => Promise.resolve(),
    }
    let sends = 0
    await start(serve(() => undefined))

    const exchange = withReconnect(inner).send(request, recorder)
    await turn()

    expect([sends, recorder.events]).toEqual([1, []])
  })

  test('is cancelled, paused and resumed like the first', async () => {
    const closed = Promise.withResolvers<void>()
    await start(
      serve((socket, count) => {
        if (count === 1) socket.write(response('hello'))
        if (count === 2) reset(socket)
        if (count === 3) socket.once('close', () => closed.resolve()).write(chunkedHead + chunk('half'))
        if (count > 3) socket.write(response('hello'))
      }),
    )
    await sendAndWait()
    const recorder = new Recorder()
    const exchange = transport.send(request, recorder)
    exchange.pause()
    await server.requested(3)
    for (let time = 0; time < 5; time++) expect((await sendAndWait()).body).toBe('hello')
    expect(recorder.body).toBe('')

    exchange.resume()
    await recorder.firstData
    exchange.cancel()
    await closed.promise
    await turn()

    expect([recorder.events, recorder.body]).toEqual([['response', 'data'], 'half'])
  })
})
