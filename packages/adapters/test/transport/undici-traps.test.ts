import { AssertionError } from 'node:assert'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { Client } from 'undici'
import { describe, expect, test } from 'vitest'
import { networkEvidence } from '../../src/transport/network-evidence.ts'
import { withReconnect } from '../../src/transport/reconnect.ts'
import { transportDefaults } from '../../src/transport/transport-options.ts'
import {
  barePool,
  codeOf,
  outcomeOf,
  poolOf,
  send,
  sendAndWait,
  sendBare,
  started,
  startedSecure,
  tls,
  transportTo,
} from './opened.ts'
import { type RawServer, reset, response, serve, serveRaw } from './raw-server.ts'

/** What undici does with connections by itself, and what ours does with the same ones. */

/** What a client of undici's was made with, by the names of its symbols. */
const settingsOf = (client: object) => {
  const symbols = Object.getOwnPropertySymbols(client)
  const numberOf = (name: string): unknown =>
    Reflect.get(client, symbols.find(({ description }) => description === name) ?? '')
  return {
    headersTimeout: numberOf('headers timeout'),
    bodyTimeout: numberOf('body timeout'),
    keepAlive: numberOf('default keep alive timeout'),
    maxKeepAlive: numberOf('max keep alive timeout'),
  }
}

test('trap U3: undici opens a connection per request and keeps an idle one for as long as the other side says; ours has bounds for both', async () => {
  const count = transportDefaults.connections + 10
  const [unbounded, bounded] = [await started(serve(() => undefined)), await started(serve(() => undefined))]
  const pool = barePool(unbounded)
  const transport = transportTo(bounded)
  const bare = Array.from({ length: count }, () => sendBare(pool))
  const ours = Array.from({ length: count }, () => send(transport))
  await Promise.all([unbounded.requested(count), bounded.requested(transportDefaults.connections)])
  await turn()
  expect([unbounded.accepted, bounded.accepted]).toEqual([count, transportDefaults.connections])
  await Promise.all([
    pool.destroy(),
    transport.close(),
    ...bare,
    ...ours.map(({ recorder }) => recorder.over),
  ])

  const keeping = () => started(serve((socket) => socket.write(response('hello', { headers: keep600 }))))
  const [kept, left] = [await keeping(), await keeping()]
  const patient = barePool(kept, { keepAliveTimeout: 50 })
  await sendBare(patient)
  await sendAndWait(transportTo(left, { keepAliveMs: 50 }))
  await left.drained()
  await sendBare(patient)
  expect(kept.accepted).toBe(1)
})

const keep600 = 'keep-alive: timeout=600\r\n'

test('trap U3, times: undici gives the headers and each silence five minutes; ours sets every time that undici has', async () => {
  const server = await started(serve((socket) => socket.write(response('hello'))))
  const client = new Client(`http://127.0.0.1:${server.port}`)
  expect(settingsOf(client)).toEqual({
    headersTimeout: 300_000,
    bodyTimeout: 300_000,
    keepAlive: 4_000,
    maxKeepAlive: 600_000,
  })
  await client.destroy()

  const transport = transportTo(server, { keepAliveMs: 7_000, backstopMs: 77_000 })
  const clients: object[] = []
  poolOf(transport).on('connect', (_origin, targets) => clients.push(...targets))
  await sendAndWait(transport)
  expect(settingsOf(clients.find((target) => target instanceof Client) ?? {})).toEqual({
    headersTimeout: 77_000,
    bodyTimeout: 77_000,
    keepAlive: 7_000,
    maxKeepAlive: 7_000,
  })
})

test('trap U4: undici’s timers are half a second late; ours for connecting is its own, and a caller may cancel at any instant', async () => {
  const silent = await started(serve(() => undefined))
  const stalled = await started(serveRaw(() => undefined))
  const order: string[] = []
  const noted = async (name: string, over: Promise<unknown>): Promise<unknown> => {
    const result = await over
    order.push(name)
    return result
  }
  const { recorder: ours } = send(transportTo(stalled, { ...tls, connectTimeoutMs: 50 }))
  const [, , headers, connect] = await Promise.all([
    noted('ours', ours.over),
    noted('a timer of 400 ms', wait(400)),
    noted('undici', sendBare(barePool(silent, { headersTimeout: 50 }))),
    noted('undici', sendBare(barePool(stalled, { connect: { timeout: 50 } }))),
  ])
  expect([headers, connect]).toEqual(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'])
  expect(ours.evidence).toEqual({ type: 'timeout', timer: 'connect', afterMs: 50 })
  expect(order).toEqual(['ours', 'a timer of 400 ms', 'undici', 'undici'])

  const { recorder, exchange } = send(transportTo(silent))
  await silent.requested(2)
  setTimeout(() => exchange.cancel(), 1)
  await silent.drained()
  expect(recorder.events).toEqual([])
})

test('trap U7: undici fails the request that meets the end of an idle connection; ours sends it anew only where nobody can have seen it', async () => {
  const raced = (close: (socket: Socket) => void) =>
    started(serve((socket, count) => (count === 2 ? close(socket) : socket.write(response(`${count}`)))))
  const bareTwice = async (server: RawServer): Promise<string> => {
    const pool = barePool(server)
    await sendBare(pool)
    await turn()
    return sendBare(pool)
  }
  const oursTwice = async (server: RawServer): Promise<string> => {
    const transport = withReconnect(transportTo(server))
    await sendAndWait(transport)
    return outcomeOf(await sendAndWait(transport))
  }
  const finish = (socket: Socket): unknown => socket.end()
  expect(await bareTwice(await raced(reset))).toBe('ECONNRESET')
  expect(await bareTwice(await raced(finish))).toBe('UND_ERR_SOCKET')

  const [unseen, perhapsSeen] = [await raced(reset), await raced(finish)]
  expect(await oursTwice(unseen)).toBe('200 3')
  expect(await oursTwice(perhapsSeen)).toBe('UND_ERR_SOCKET')
  expect([unseen.requests, perhapsSeen.requests]).toEqual([3, 2])
})

test('trap U12: an abort closes the connection, or resets the stream of HTTP/2 alone; so does cancelling ours', async () => {
  const silent = await started(serve(() => undefined))
  const controller = new AbortController()
  const request = { method: 'POST' as const, path: '/chat', body: '{}', signal: controller.signal }
  const aborted = barePool(silent).request(request).catch(codeOf)
  const { exchange } = send(transportTo(silent))
  await silent.requested(2)
  controller.abort()
  exchange.cancel()
  expect(await aborted).toBe('AbortError')
  await silent.drained()

  const [opened, reset] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const server = await startedSecure((stream, count) => {
    if (count > 1) answerHello(stream)
    else stream.once('aborted', () => reset.resolve())
    opened.resolve()
  })
  const transport = transportTo(server, { ...tls, http2: true, connections: 1 })
  const hanging = send(transport)
  await opened.promise
  hanging.exchange.cancel()
  await reset.promise
  expect(outcomeOf(await sendAndWait(transport))).toBe('200 hello')
  expect([hanging.recorder.events, server.sockets.length]).toEqual([[], 1])
})

const answerHello = (stream: ServerHttp2Stream): void => {
  stream.respond({ ':status': 200 })
  stream.end('hello')
}

describe('trap U13: what undici fails with has no common class; ours has a code for it, whatever it is', () => {
  test.each([
    ['101 Other', 'upgrade: x\r\n'],
    ['100 Continue', ''],
  ])('an unasked %s is a failure with a code', async (status, header) => {
    const bytes = `HTTP/1.1 ${status}\r\nconnection: upgrade\r\n${header}\r\n`
    const server = await started(serve((socket) => socket.write(bytes)))

    expect(await sendBare(barePool(server))).toBe('UND_ERR_SOCKET')
    const { events, evidence, unseen } = await sendAndWait(transportTo(server))
    expect([events, unseen]).toEqual([['failure'], false])
    expect(evidence).toMatchObject({ type: 'network', phase: 'sent' })
  })

  test.each([
    [new AssertionError({ actual: 1, expected: 2 }), 'ERR_ASSERTION'],
    [new TypeError('any'), 'TypeError'],
    [{ code: 'ECONNRESET' }, 'ECONNRESET'],
    ['any', 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('an error of any kind has a code: %#', (error, code) => {
    const evidence = networkEvidence(error, 'sent', { ...transportDefaults, baseUrl: 'http://127.0.0.1' })
    expect(evidence).toMatchObject({ type: 'network', code, phase: 'sent' })
  })
})
