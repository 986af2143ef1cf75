import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../src/index.ts'
import type { VirtualClock } from '../../src/index.ts'
import { startFaultProxy } from '../../src/wall/index.ts'
import type { FaultProxy, FaultProxyOptions } from '../../src/wall/index.ts'
import { portOf } from '../../src/wall/origins/origin.ts'
import { until } from './wire.ts'

/** One end of a connection. */
class End {
  readonly socket: Socket
  received = ''
  /** `open` until the other side ends it: with a FIN or with a RST. */
  connection: 'open' | 'fin' | 'reset' = 'open'

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => (this.received += bytes.toString()))
    socket.once('end', () => (this.connection = 'fin'))
    socket.on('error', () => (this.connection = 'reset'))
  }
}

let clock: VirtualClock
let server: Server
let far: End[]
const cleanUps: (() => unknown)[] = []

beforeEach(async () => {
  clock = createVirtualClock()
  far = []
  server = createServer({ allowHalfOpen: true }, (socket) => far.push(new End(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
  for (const { socket } of far) socket.destroy()
  server.close()
  await once(server, 'close')
})

async function startProxy(settings: Omit<FaultProxyOptions, 'target'> = {}): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ target: { port: portOf(server) }, clock, ...settings })
  cleanUps.push(() => proxy.close())
  return proxy
}

/** Connects through the proxy. Returns both ends. */
async function connected(proxy: FaultProxy): Promise<{ near: End; there: End }> {
  const before = far.length
  const near = new End(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
  cleanUps.push(() => near.socket.destroy())
  await until(() => far.length > before)
  const there = far[before]
  if (there === undefined) throw new Error('nobody connected')
  return { near, there }
}

/** Lets the sockets do what is left to do: bytes of another connection go to and fro meanwhile. */
async function settle(): Promise<void> {
  const before = far.length
  const near = new End(connect(portOf(server), '127.0.0.1'))
  await until(() => far.length > before)
  const there = far[before]
  for (let round = 1; round <= 5; round++) {
    near.socket.write('x')
    await until(() => there?.received.length === round)
    there?.socket.write('y')
    await until(() => near.received.length === round)
  }
  near.socket.destroy()
  there?.socket.destroy()
}

describe('a proxy without settings', () => {
  test('passes on every byte, both ways, and counts them', async () => {
    const proxy = await startProxy()
    const { near, there } = await connected(proxy)

    near.socket.write('hello')
    await until(() => there.received === 'hello')
    there.socket.write('good day')
    await until(() => near.received === 'good day')

    expect(proxy.passedBytes).toEqual({ 'to-target': 5, 'to-client': 8 })
    expect([proxy.connections, proxy.openConnections]).toEqual([1, 1])
  })

  test('passes on megabytes, and each end by itself', async () => {
    const proxy = await startProxy()
    const { near, there } = await connected(proxy)
    const text = 'x'.repeat(8 * 2 ** 20)

    near.socket.end(text)
    await until(() => there.connection === 'fin')
    there.socket.end(text)
    await until(() => near.connection === 'fin')

    expect([there.received.length, near.received.length]).toEqual([text.length, text.length])
    await until(() => proxy.openConnections === 0)
  })

  test('passes on a reset', async () => {
    const proxy = await startProxy()
    const [one, other] = [await connected(proxy), await connected(proxy)]

    one.near.socket.resetAndDestroy()
    other.there.socket.resetAndDestroy()
    await until(() => one.there.connection === 'reset' && other.near.connection === 'reset')
    await until(() => proxy.openConnections === 0)
  })

  test('resets clients where the target refuses them', async () => {
    const proxy = await startProxy()
    server.close()
    const near = new End(connect(proxy.port, '127.0.0.1'))

    await until(() => near.connection === 'reset')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
})

describe('a delay', () => {
  test('holds each byte, and the end, for just so long', async () => {
    const proxy = await startProxy({ delayMs: 40 })
    const { near, there } = await connected(proxy)

    near.socket.write('one')
    await until(() => clock.pendingTimers === 1)
    clock.advance(30)
    near.socket.end('two')
    await settle()
    clock.advance(9)
    await settle()
    expect(there.received).toBe('')

    clock.advance(1)
    await until(() => there.received === 'one')
    clock.advance(29)
    await settle()
    expect([there.received, there.connection]).toEqual(['one', 'open'])
    clock.advance(1)
    await until(() => there.connection === 'fin')
    expect(there.received).toBe('onetwo')
  })

  test('that is changed holds for what comes from then on', async () => {
    const proxy = await startProxy({ delayMs: 40 })
    const { near, there } = await connected(proxy)
    near.socket.write('slow')
    await until(() => clock.pendingTimers === 1)

    proxy.set({ delayMs: 0 })
    near.socket.write(' fast')
    await settle()
    expect(there.received).toBe('')
    clock.advance(40)
    await until(() => there.received === 'slow fast')
  })
})

test('a bandwidth lets just so many bytes pass in a second', async () => {
  const proxy = await startProxy({ bytesPerSecond: 1_000 })
  const { near, there } = await connected(proxy)

  there.socket.write('x'.repeat(1_000))
  await until(() => near.received.length === 20)
  for (let atMs = 20; atMs < 1_000; atMs += 20) {
    expect(proxy.passedBytes['to-client']).toBe(atMs)
    clock.advance(20)
  }
  await until(() => near.received.length === 1_000)
  near.socket.write('a')
  await until(() => there.received === 'a')
})

describe('a cut', () => {
  test.each([0, 1, 7])('after %i bytes to the client lets just these pass', async (cutAfterBytes) => {
    const proxy = await startProxy({ cutAfterBytes })
    const { near, there } = await connected(proxy)

    near.socket.write('a whole request')
    await until(() => there.received === 'a whole request')
    there.socket.write('an answer')
    await until(() => near.connection === 'fin' && there.connection === 'fin')

    expect(near.received).toBe('an answer'.slice(0, cutAfterBytes))
  })

  test('in the other direction lets whole answers pass', async () => {
    const proxy = await startProxy({ cutAfterBytes: 10, cutDirection: 'to-target' })
    const { near, there } = await connected(proxy)

    near.socket.write('hello')
    there.socket.write('a much longer answer')
    await until(() => there.received === 'hello' && near.received === 'a much longer answer')
    near.socket.write(' and more')
    await until(() => near.connection === 'fin' && there.connection === 'fin')

    expect(there.received).toBe('hello and ')
  })

  test('with a reset resets both sides behind what has passed', async () => {
    const proxy = await startProxy({ cutAfterBytes: 7, ending: 'reset' })
    const { near, there } = await connected(proxy)

    there.socket.write('an answer')
    await until(() => near.connection === 'reset' && there.connection === 'reset')

    expect(near.received).toBe('an answ')
    await until(() => proxy.openConnections === 0)
  })

  test('that leaves the connection half open is heard of by nobody, and neither side hears of the other any more', async () => {
    const proxy = await startProxy({ cutAfterBytes: 7, ending: 'half-open' })
    const { near, there } = await connected(proxy)

    there.socket.write('an answer')
    await until(() => near.received === 'an answ')
    near.socket.write('are you there?')
    there.socket.write('more')
    await settle()
    expect([near.received, near.connection, there.received, there.connection]).toEqual([
      'an answ',
      'open',
      '',
      'open',
    ])

    near.socket.destroy()
    await until(() => proxy.openConnections === 0)
    await settle()
    expect(there.connection).toBe('open')
  })

  test('that is set while the proxy runs ends open connections at their next byte', async () => {
    const proxy = await startProxy()
    const { near, there } = await connected(proxy)
    there.socket.write('an answer')
    await until(() => near.received === 'an answer')

    proxy.set({ cutAfterBytes: 4, ending: 'reset' })
    await settle()
    expect(near.connection).toBe('open')
    there.socket.write('!')
    await until(() => near.connection === 'reset')

    expect(near.received).toBe('an answer')
  })

  test('by hand ends every open connection, and no later one', async () => {
    const proxy = await startProxy()
    const open = [await connected(proxy), await connected(proxy)]

    proxy.cut('reset')
    await until(() =>
      open.every(({ near, there }) => near.connection === 'reset' && there.connection === 'reset'),
    )
    const { near } = await connected(proxy)
    await settle()

    expect(near.connection).toBe('open')
  })
})

test('closing ends everything, also what is under way, and may be done again', async () => {
  const proxy = await startProxy({ delayMs: 1_000 })
  const { near, there } = await connected(proxy)
  near.socket.write('hello')
  await until(() => clock.pendingTimers === 1)

  await proxy.close()
  await until(() => near.socket.destroyed || near.connection !== 'open')
  await until(() => there.connection !== 'open')
  await proxy[Symbol.asyncDispose]()

  expect([clock.pendingTimers, proxy.openConnections]).toEqual([0, 0])
})

describe('settings out of their range', () => {
  test.each([
    [{ delayMs: -1 }, 'delayMs must be in 0..600000, got -1'],
    [{ delayMs: Number.NaN }, 'delayMs must be in 0..600000, got NaN'],
    [{ bytesPerSecond: 0 }, 'bytesPerSecond must be in 1..Infinity, got 0'],
    [{ cutAfterBytes: -1 }, 'cutAfterBytes must be in 0..Infinity, got -1'],
  ])('are refused, at the start and later: %j', async (settings, message) => {
    await expect(startProxy(settings)).rejects.toThrow(new RangeError(message))
    const proxy = await startProxy({ delayMs: 5 })

    expect(() => proxy.set({ bytesPerSecond: 9, ...settings })).toThrow(new RangeError(message))
    expect(proxy.settings).toMatchObject({ delayMs: 5, bytesPerSecond: Infinity, cutAfterBytes: Infinity })
  })
})
