import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Transport } from '../../src/transport/transport.ts'
import type { TransportOptions } from '../../src/transport/transport-options.ts'
import { createTransport } from '../../src/transport/undici-transport.ts'
import { type HttpProxy, leadTo, type OnTunnel, startHttpProxy } from './http-proxy.ts'
import { portOf, type RawServer, reset, response, serve } from './raw-server.ts'
import { Recorder } from './recorder.ts'
import { testCertificate } from './test-certificate.ts'

const cleanUps: (() => Promise<unknown>)[] = []

/** Whatever a test did, no connection may be left once its transport is closed. */
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

async function started<Server extends RawServer>(starting: Promise<Server>): Promise<Server> {
  const server = await starting
  cleanUps.push(async () => {
    await server.drained()
    await server.close()
  })
  return server
}

const provider = (): Promise<RawServer> =>
  started(serve((socket, count) => socket.write(response(`hello ${count}`)), testCertificate))

const proxyThat = (onTunnel?: OnTunnel): Promise<HttpProxy> => started(startHttpProxy(onTunnel))

/** A transport to a port of this machine through a proxy. */
function through(
  proxy: { readonly port: number },
  port: number,
  options: Partial<TransportOptions> = {},
): Transport {
  const transport = createTransport({
    baseUrl: `https://localhost:${port}`,
    allowPrivateNetwork: true,
    certificateAuthority: testCertificate.cert,
    proxyUrl: `http://127.0.0.1:${proxy.port}`,
    ...options,
  })
  cleanUps.push(() => transport.close())
  return transport
}

async function send(transport: Transport): Promise<Recorder> {
  const recorder = new Recorder()
  transport.send({ path: '/chat', headers: {}, body: '{}' }, recorder)
  await recorder.over
  // undici gives the other side one turn to close the connection before it is free again.
  await turn()
  return recorder
}

describe('a transport with a proxy', () => {
  test('asks it for a tunnel by the name of the other side, and speaks TLS with that one', async () => {
    const [server, proxy] = [await provider(), await proxyThat()]

    const recorder = await send(through(proxy, server.port))

    expect(recorder.body).toBe('hello 1')
    expect(proxy.tunnels).toEqual([`localhost:${server.port}`])
    expect(proxy.received[0]).toMatch(
      `CONNECT localhost:${server.port} HTTP/1.1\r\nhost: localhost:${server.port}\r\n`,
    )
    expect(proxy.received[0]).not.toContain('/chat')
  })

  test('uses a tunnel again', async () => {
    const [server, proxy] = [await provider(), await proxyThat()]
    const transport = through(proxy, server.port)

    const bodies = [(await send(transport)).body, (await send(transport)).body, (await send(transport)).body]

    expect(bodies).toEqual(['hello 1', 'hello 2', 'hello 3'])
    expect(proxy.tunnels).toHaveLength(1)
  })

  test('tunnels plain HTTP as well', async () => {
    const server = await started(serve((socket) => socket.write(response('plain'))))
    const proxy = await proxyThat()

    const recorder = await send(through(proxy, server.port, { baseUrl: `http://localhost:${server.port}` }))

    expect([recorder.body, proxy.tunnels]).toEqual(['plain', [`localhost:${server.port}`]])
  })

  test('asks for the port of the scheme where the base URL has none', async () => {
    const proxy = await proxyThat((socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))

    await send(through(proxy, 443, { baseUrl: 'https://localhost' }))
    await send(through(proxy, 80, { baseUrl: 'http://localhost' }))
    await send(through(proxy, 80, { baseUrl: 'http://[::1]' }))

    expect(proxy.tunnels).toEqual(['localhost:443', 'localhost:80', '[::1]:80'])
  })

  test('speaks HTTP/2 through it where that was asked for', async () => {
    const server = createSecureServer(testCertificate, (incoming, outgoing) =>
      outgoing.end(incoming.httpVersion),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = await proxyThat()

    const recorder = await send(through(proxy, portOf(server), { http2: true }))
    server.close()

    expect([recorder.body, proxy.tunnels.length]).toEqual(['2.0', 1])
  })

  test('shows it the credentials of its URL, and nobody else', async () => {
    const [server, proxy] = [await provider(), await proxyThat()]
    const proxyUrl = `http://some%40one:s%3Acret@127.0.0.1:${proxy.port}`

    const recorder = await send(through(proxy, server.port, { proxyUrl }))

    expect(recorder.body).toBe('hello 1')
    const credentials = Buffer.from('some@one:s:cret').toString('base64')
    expect(proxy.received[0]).toContain(`proxy-authorization: Basic ${credentials}\r\n`)
    expect(server.received.join('')).not.toContain(credentials)
  })

  test('may reach it over TLS', async () => {
    const server = await provider()
    const proxy = await started(startHttpProxy(undefined, testCertificate))

    for (const host of ['localhost', '127.0.0.1']) {
      const recorder = await send(through(proxy, server.port, { proxyUrl: `https://${host}:${proxy.port}` }))
      expect(recorder.events).toEqual(['response', 'data', 'end'])
    }
    expect(proxy.tunnels).toHaveLength(2)
  })

  test('checks the name of the other side against its certificate, whatever the proxy did', async () => {
    const [server, proxy] = [await provider(), await proxyThat((socket) => leadTo(server.port, socket))]

    const recorder = await send(through(proxy, server.port, { baseUrl: 'https://provider.test' }))

    expect(recorder.evidence).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', phase: 'connecting' })
    expect(server.requests).toBe(0)
  })

  test.each([
    [1, false],
    [2, true],
  ])(
    'knows of the reset of a tunnel at request %i whether a response had come through it: %s',
    async (at, unseen) => {
      let requests = 0
      const proxy = await proxyThat((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.on('data', () => (++requests === at ? reset(socket) : socket.write(response('hello'))))
      })
      const transport = through(proxy, 80, { baseUrl: 'http://localhost' })

      let last = await send(transport)
      for (let request = 1; request < at; request++) last = await send(transport)

      expect([last.evidence, last.unseen]).toMatchObject([{ code: 'ECONNRESET', phase: 'sent' }, unseen])
      expect([proxy.accepted, requests]).toEqual([1, at])
    },
  )
})

describe('a proxy is not a way around the check of addresses', () => {
  const lookupTo =
    (...answers: readonly string[]): NonNullable<TransportOptions['lookup']> =>
    (_hostname, _options, callback) =>
      callback(
        null,
        answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )

  test('it is given an address that was checked, of IPv4 where there is one', async () => {
    const [server, proxy] = [await provider(), await proxyThat((socket) => leadTo(server.port, socket))]
    const options = { allowPrivateNetwork: false }

    const both = await send(
      through(proxy, server.port, { ...options, lookup: lookupTo('2e00::1', '8.8.8.8') }),
    )
    const one = await send(through(proxy, server.port, { ...options, lookup: lookupTo('2e00::1') }))

    expect([both.body, one.body]).toEqual(['hello 1', 'hello 2'])
    expect(proxy.tunnels).toEqual([`8.8.8.8:${server.port}`, `[2e00::1]:${server.port}`])
  })

  test('a name that is on a private network is refused, and the proxy is not asked', async () => {
    const proxy = await proxyThat()

    const recorder = await send(
      through(proxy, 443, { allowPrivateNetwork: false, lookup: lookupTo('8.8.8.8', '10.0.0.1') }),
    )

    expect(recorder.evidence).toMatchObject({ code: 'ERR_PRIVATE_NETWORK', phase: 'connecting' })
    expect(proxy.accepted).toBe(0)
  })

  test('a name that changes between two questions is asked for once per connection', async () => {
    const [server, proxy] = [await provider(), await proxyThat((socket) => leadTo(server.port, socket))]
    let asked = 0
    const lookup: TransportOptions['lookup'] = (...args) =>
      lookupTo(asked++ === 0 ? '2e00::1' : '127.0.0.1')(...args)

    const recorder = await send(through(proxy, server.port, { allowPrivateNetwork: false, lookup }))

    expect([recorder.body, asked, proxy.tunnels]).toEqual(['hello 1', 1, [`[2e00::1]:${server.port}`]])
  })

  test('its own name may be on a private network', async () => {
    const [server, proxy] = [await provider(), await proxyThat((socket) => leadTo(server.port, socket))]
    const lookup: TransportOptions['lookup'] = (hostname, ...args) =>
      lookupTo(hostname === 'proxy.test' ? '127.0.0.1' : '8.8.8.8')(hostname, ...args)

    const recorder = await send(
      through(proxy, server.port, {
        allowPrivateNetwork: false,
        lookup,
        proxyUrl: `http://proxy.test:${proxy.port}`,
      }),
    )

    expect(recorder.body).toBe('hello 1')
  })
})

describe('a proxy that does not help', () => {
  const failing: readonly (readonly [string, OnTunnel, object])[] = [
    [
      'asks for credentials',
      (socket) => socket.end('HTTP/1.1 407 Who\r\ncontent-length: 0\r\n\r\n'),
      { code: 'ERR_PROXY_407' },
    ],
    [
      'forbids the tunnel',
      (socket) => socket.end('HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno'),
      { code: 'ERR_PROXY_403' },
    ],
    [
      'cannot reach the other side',
      (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
      { code: 'ERR_PROXY_502' },
    ],
    ['ends the connection', (socket) => socket.end(), { code: 'ECONNRESET' }],
    ['resets the connection', (socket) => reset(socket), { code: 'ECONNRESET' }],
    ['speaks another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), { code: 'HPE_INVALID' }],
    [
      'resets the tunnel within TLS',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.once('data', () => reset(socket))
      },
      { code: 'ECONNRESET' },
    ],
    [
      'ends the tunnel within TLS',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.once('data', () => socket.end())
      },
      { code: 'ECONNRESET' },
    ],
  ]

  test.each(failing)('%s', async (_name, onTunnel, expected) => {
    const proxy = await proxyThat(onTunnel)

    const recorder = await send(
      through(proxy, 443, { proxyUrl: `http://someone:secret@localhost:${proxy.port}` }),
    )

    expect(recorder.evidence).toMatchObject({ type: 'network', phase: 'connecting', ...expected })
    expect(recorder.events).toEqual(['failure'])
    expect(JSON.stringify(recorder.evidence)).not.toMatch(/someone|secret|localhost|127\.|c29tZW9uZ/)
    // Neither undici nor we ask it twice.
    expect(proxy.accepted).toBe(1)
  })

  test('is down', async () => {
    const proxy = await startHttpProxy()
    await proxy.close()

    const recorder = await send(through(proxy, 443))

    expect(recorder.evidence).toEqual({
      type: 'network',
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED',
      phase: 'connecting',
    })
  })

  test('has a certificate of another name', async () => {
    const proxy = await started(startHttpProxy(undefined, testCertificate))
    const proxyUrl = `https://proxy.test:${proxy.port}`

    const recorder = await send(
      through(proxy, 443, {
        proxyUrl,
        lookup: (_hostname, _options, callback) => callback(null, '127.0.0.1', 4),
      }),
    )

    expect(recorder.evidence).toMatchObject({ code: 'ERR_PROXY_CERTIFICATE', phase: 'connecting' })
    expect(proxy.tunnels).toEqual([])
  })

  const silent: readonly (readonly [string, OnTunnel])[] = [
    ['when it is asked', () => undefined],
    ['within TLS', (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')],
  ]

  test.each(silent)('says nothing %s, and runs into the time to connect', async (_name, onTunnel) => {
    const proxy = await proxyThat(onTunnel)
    // undici's own timers would be later than this one.
    const later = wait(900, 'later')

    const recorder = new Recorder()
    through(proxy, 443, { connectTimeoutMs: 50 }).send({ path: '/', headers: {}, body: '' }, recorder)
    const first = await Promise.race([recorder.over, later])

    expect([first, recorder.evidence]).toEqual([
      undefined,
      { type: 'timeout', timer: 'connect', afterMs: 50 },
    ])
    await proxy.drained()
  })

  test.each(silent)('says nothing %s, and does not outlive the transport', async (_name, onTunnel) => {
    const asked = Promise.withResolvers<void>()
    const proxy = await proxyThat((socket, target) => {
      onTunnel(socket, target)
      asked.resolve()
    })
    const transport = through(proxy, 443, { connectTimeoutMs: 120_000 })
    const recorder = new Recorder()
    transport.send({ path: '/', headers: {}, body: '' }, recorder)
    await asked.promise

    await transport.close()
    await Promise.all([recorder.over, proxy.drained()])

    expect(recorder.evidence).toMatchObject({ code: 'UND_ERR_DESTROYED', phase: 'connecting' })
  })
})

describe('the URL of a proxy', () => {
  test.each([
    ['proxy:3128', 'transport.proxyUrl must be an absolute URL with http: or https:'],
    ['', 'transport.proxyUrl must be an absolute URL with http: or https:'],
    ['socks5://someone:secret@proxy:1080', 'transport.proxyUrl must be an absolute URL with http: or https:'],
    ['http://someone:secret@proxy/path', 'transport.proxyUrl must not contain a path, a query or a fragment'],
    ['http://someone:secret@proxy?', 'transport.proxyUrl must not contain a path, a query or a fragment'],
    ['http://someone:secret@proxy#a', 'transport.proxyUrl must not contain a path, a query or a fragment'],
    ['http://someone:secret%@proxy', 'transport.proxyUrl must have its user and password percent-encoded'],
  ])('%j will not do, and is not repeated', (proxyUrl, message) => {
    expect(() => createTransport({ baseUrl: 'https://api.example.com', proxyUrl })).toThrow(
      new TypeError(message),
    )
  })
})
