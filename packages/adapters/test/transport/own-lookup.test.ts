import type { LookupAddress, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { withReconnect } from '../../src/transport/reconnect.ts'
import type { TransportOptions } from '../../src/transport/transport-options.ts'
import { createTransport } from '../../src/transport/undici-transport.ts'
import { type RawServer, response, serve } from './raw-server.ts'
import { Recorder } from './recorder.ts'
import { testCertificate } from './test-certificate.ts'

const cleanUps: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function started(): Promise<RawServer> {
  const server = await serve((socket) => socket.write(response('hello')), testCertificate)
  cleanUps.push(() => server.close())
  return server
}

interface Asked {
  readonly recorder: Recorder
  readonly close: () => Promise<void>
}

/** Sends one request, to `localhost` at the server's port, whatever the look-up makes of the name. */
async function ask(server: Pick<RawServer, 'port'>, options: Partial<TransportOptions>): Promise<Recorder> {
  const { recorder, close } = begin(server, options)
  await recorder.over
  await close()
  return recorder
}

function begin({ port }: Pick<RawServer, 'port'>, options: Partial<TransportOptions>): Asked {
  const transport = createTransport({
    baseUrl: `https://localhost:${port}`,
    certificateAuthority: testCertificate.cert,
    ...options,
  })
  const recorder = new Recorder()
  cleanUps.push(() => transport.close())
  transport.send({ path: '/chat', headers: {}, body: '{}' }, recorder)
  return { recorder, close: () => transport.close() }
}

/** Resolves to these addresses, and notes what it is asked. */
function resolving(...addresses: readonly string[]): LookupFunction & { readonly asked: string[] } {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname)
    callback(null, addresses.map(addressOf))
  }
  return Object.assign(lookup, { asked })
}

function addressOf(address: string): LookupAddress {
  return { address, family: address.includes(':') ? 6 : 4 }
}

describe('a look-up of one’s own', () => {
  test('is asked for the host name, once per connection, and its address is connected to', async () => {
    const server = await started()
    const lookup = resolving('127.0.0.1')

    const recorder = await ask(server, { lookup, allowPrivateNetwork: true })

    expect([recorder.body, lookup.asked, server.accepted]).toEqual(['hello', ['localhost'], 1])
  })

  test('is not asked where the base URL has an address', async () => {
    const server = await started()
    const lookup = resolving('127.0.0.1')

    const recorder = await ask(server, {
      lookup,
      allowPrivateNetwork: true,
      baseUrl: `https://127.0.0.1:${server.port}`,
    })

    expect([recorder.body, lookup.asked]).toEqual(['hello', []])
  })

  test('may give one address where all were asked for', async () => {
    const server = await started()

    const recorder = await ask(server, {
      allowPrivateNetwork: true,
      lookup: (_hostname, _options, callback) => callback(null, '127.0.0.1', 4),
    })

    expect(recorder.body).toBe('hello')
  })

  test('is asked for all addresses, with what Node asks beside', async () => {
    const server = await started()
    const asked: LookupOptions[] = []

    await ask(server, {
      allowPrivateNetwork: true,
      lookup(_hostname, options, callback) {
        asked.push(options)
        callback(null, [addressOf('127.0.0.1')])
      },
    })

    expect(asked).toEqual([expect.objectContaining({ all: true })])
  })

  test('gives way to the next address where one cannot be reached', async () => {
    const server = await started()

    const recorder = await ask(server, {
      lookup: resolving('::1', '127.0.0.1'),
      allowPrivateNetwork: true,
    })

    expect(recorder.body).toBe('hello')
  })

  test.each([
    ['loopback', ['127.0.0.1']],
    ['private', ['10.0.0.1']],
    ['link-local', ['169.254.169.254']],
    ['of IPv6', ['::1']],
    ['an IPv4 address in IPv6', ['::ffff:127.0.0.1']],
    ['beside a public one', ['2e00::1', '127.0.0.1']],
    ['no address at all', ['localhost']],
  ])('is refused an address that is not public: %s', async (_name, addresses) => {
    const server = await started()

    const recorder = await ask(server, { lookup: resolving(...addresses) })

    expect(recorder.evidence).toEqual({
      type: 'network',
      code: 'ERR_PRIVATE_NETWORK',
      message: 'the host is on a private network',
      phase: 'connecting',
    })
    expect(server.accepted).toBe(0)
  })

  test('that gives one private address where all were asked for is refused as well', async () => {
    const server = await started()

    const recorder = await ask(server, {
      lookup: (_hostname, _options, callback) => callback(null, '127.0.0.1', 4),
    })

    expect(recorder.evidence).toMatchObject({ code: 'ERR_PRIVATE_NETWORK' })
  })

  test.each(['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL', 'EMFILE'])(
    'that fails with %s fails the exchange, without the name',
    async (code) => {
      const error = Object.assign(new Error(`getaddrinfo ${code} localhost`), {
        code,
        syscall: 'getaddrinfo',
        hostname: 'localhost',
      })

      const recorder = await ask(
        { port: 443 },
        { lookup: (_hostname, _options, callback) => callback(error, []) },
      )

      expect(recorder.evidence).toEqual({
        type: 'network',
        code,
        message: `getaddrinfo ${code}`,
        phase: 'connecting',
      })
    },
  )

  test.each([
    ['EAI_AGAIN', 2],
    ['ESERVFAIL', 2],
    ['ENOTFOUND', 1],
  ])('that fails with %s is asked %i times in all by a transport that reconnects', async (code, times) => {
    let asked = 0
    const transport = withReconnect(
      createTransport({
        baseUrl: 'https://api.example.com',
        lookup(_hostname, _options, callback) {
          asked++
          callback(Object.assign(new Error(code), { code, syscall: 'getaddrinfo' }), [])
        },
      }),
    )
    const recorder = new Recorder()
    transport.send({ path: '/chat', headers: {}, body: '{}' }, recorder)
    await recorder.over
    await transport.close()

    expect([asked, recorder.evidence]).toMatchObject([times, { code, phase: 'connecting' }])
  })

  test.each([true, false])(
    'that finds nothing fails the exchange (private networks: %s)',
    async (allowed) => {
      const recorder = await ask(
        { port: 443 },
        { allowPrivateNetwork: allowed, lookup: (_hostname, _options, callback) => callback(null, []) },
      )

      expect(recorder.evidence).toMatchObject({ code: 'ENOTFOUND', phase: 'connecting' })
    },
  )

  test('that never answers runs into the time to connect', async () => {
    const recorder = await ask({ port: 443 }, { lookup: () => undefined, connectTimeoutMs: 50 })

    expect(recorder.evidence).toEqual({ type: 'timeout', timer: 'connect', afterMs: 50 })
  })

  test('that throws fails the exchange, without its words', async () => {
    const { recorder, close } = begin(
      { port: 443 },
      {
        lookup() {
          throw new Error('secret')
        },
      },
    )
    await recorder.over
    await close()

    expect(recorder.evidence).toEqual({
      type: 'network',
      code: 'Error',
      message: 'Error',
      phase: 'connecting',
    })
  })

  test('must be a function', () => {
    const baseUrl = 'https://api.example.com'
    expect(() => createTransport({ baseUrl, lookup: 'system' as never })).toThrow(
      new TypeError('transport.lookup must be a function'),
    )
  })
})
