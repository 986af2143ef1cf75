import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2'
import { connect, type LookupFunction } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { allFaults, referenceText } from '../../src/wall/index.ts'
import type { FaultOrigin } from '../../src/wall/index.ts'
import { isWhole, requestFor, until, Wire } from './wire.ts'

const cleanUps: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
  await until(() => !process.getActiveResourcesInfo().some((resource) => resource.startsWith('TCP')))
})

const originVariants = allFaults.flatMap(({ number, variants }) =>
  Object.entries(variants).flatMap(([name, variant]) =>
    variant.at === 'origin' ? [{ name: `fault-${number}.${name}`, open: variant.open }] : [],
  ),
)

/** Opens the origin of a variant, named as for the wall. */
async function opened(name: string): Promise<FaultOrigin & { readonly port: number }> {
  const variant = originVariants.find((one) => one.name === name)
  if (variant === undefined) throw new Error(`${name} is no origin`)
  const origin = await variant.open()
  cleanUps.push(() => origin.close())
  return Object.assign(origin, { port: Number(new URL(origin.baseUrl).port) })
}

describe('every origin', () => {
  test.each(originVariants)(
    'says where it is, and lets go of everything when it is closed: $name',
    async ({ open }) => {
      const origin = await open()

      expect(new URL(origin.baseUrl).pathname).toBe('/v1')
      expect([origin.openConnections, origin.requests]).toEqual([0, 0])
      await origin.close()
      await origin.close()
    },
  )
})

/** Resolves the name of an origin. */
function resolved(
  { transport: { lookup } }: FaultOrigin,
  options: { readonly all?: boolean } = { all: true },
): Promise<unknown> {
  const ask: LookupFunction = lookup ?? (() => undefined)
  return new Promise((resolve) => {
    ask('wall.test', options, (error, address, family) => resolve(error?.code ?? [address, family]))
  })
}

describe('the name of an origin', () => {
  test.each([
    ['fault-1.nxdomain', 'ENOTFOUND'],
    ['fault-2.try-again', 'EAI_AGAIN'],
    ['fault-2.servfail', 'ESERVFAIL'],
    ['fault-8.host-unreachable', 'EHOSTUNREACH'],
    ['fault-8.access-denied', 'EACCES'],
    ['fault-10.ports', 'EADDRNOTAVAIL'],
    ['fault-10.file-descriptors', 'EMFILE'],
  ])('cannot be resolved: %s', async (name, code) => {
    expect(await resolved(await opened(name))).toBe(code)
  })

  test.each([
    ['fault-4.loopback', '127.0.0.1'],
    ['fault-4.link-local', '169.254.169.254'],
    ['fault-4.ipv6-loopback', '::1'],
  ])('is private, and not for everybody: %s', async (name, address) => {
    const origin = await opened(name)

    expect(origin.allowPrivateNetwork).toBe(false)
    expect(await resolved(origin)).toEqual([[{ address, family: address.includes(':') ? 6 : 4 }], undefined])
    expect(await resolved(origin, {})).toEqual([address, address.includes(':') ? 6 : 4])
  })

  test('changes from the second question on: fault-5', async () => {
    const origin = await opened('fault-5.rebinding')

    expect([await resolved(origin, {}), await resolved(origin, {}), await resolved(origin, {})]).toEqual([
      ['2e00::1', 6],
      ['127.0.0.1', 4],
      ['127.0.0.1', 4],
    ])
  })

  test('has IPv6 before IPv4: fault-9', async () => {
    for (const name of ['fault-9.refused', 'fault-9.black-hole'])
      expect(await resolved(await opened(name))).toEqual([
        [
          { address: '::1', family: 6 },
          { address: '127.0.0.1', family: 4 },
        ],
        undefined,
      ])
  })
})

/** What becomes of a connection to this machine. */
async function attempt(port: number, host = '127.0.0.1'): Promise<string> {
  const socket = connect(port, host)
  let outcome = 'silence'
  socket.once('connect', () => (outcome = 'connected'))
  socket.once('error', (error: NodeJS.ErrnoException) => (outcome = error.code ?? 'failed'))
  // Longer than any answer takes: connections of others come and go meanwhile.
  const other = await opened('fault-19.after-the-head')
  for (let round = 0; round < 20; round++) (await Wire.to(other.port)).socket.destroy()
  socket.destroy()
  return outcome
}

describe('a connection', () => {
  test('is refused: fault-6', async () => {
    const { port } = await opened('fault-6.refused')

    expect([await attempt(port), await attempt(port)]).toEqual(['ECONNREFUSED', 'ECONNREFUSED'])
  })

  test('is swallowed: fault-7', async () => {
    const { port } = await opened('fault-7.black-hole')

    expect([await attempt(port), await attempt(port)]).toEqual(['silence', 'silence'])
  })

  test('goes nowhere over IPv6, and over IPv4 does: fault-9', async () => {
    const [refusing, swallowing] = [await opened('fault-9.refused'), await opened('fault-9.black-hole')]

    expect(await attempt(refusing.port)).toBe('connected')
    expect(await attempt(swallowing.port)).toBe('connected')
    expect(await attempt(refusing.port, '::1')).not.toBe('connected')
    expect(await attempt(swallowing.port, '::1')).not.toBe('connected')
  })

  test('to everybody is out of the network’s reach: fault-8', async () => {
    expect(await resolved(await opened('fault-8.network-unreachable'), {})).toEqual(['255.255.255.255', 4])
  })

  test('that has no file descriptor left fails with the fields that fault-10 has', async () => {
    const origin = await opened('fault-10.file-descriptors')
    const made = new Promise<NodeJS.ErrnoException | null>((resolve) => {
      origin.transport.lookup?.('wall.test', {}, (error) => resolve(error))
    })

    const real = await realExhaustion()

    expect(real).toEqual({ code: (await made)?.code, syscall: (await made)?.syscall })
  })
})

/** Has another process open connections until it has no file descriptor left. Returns what it says of the first that fails. */
async function realExhaustion(): Promise<unknown> {
  const script = `
    const net = require('node:net')
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      for (let count = 0; count < 200; count++)
        net.connect(server.address().port, '127.0.0.1').once('error', ({ code, syscall }) => {
          require('node:fs').writeSync(1, JSON.stringify({ code, syscall }))
          process.exit()
        })
    })`
  const child = spawn('sh', ['-c', 'ulimit -n 64 && exec "$0" -e "$1"', process.execPath, script])
  let said = ''
  child.stdout.on('data', (bytes) => (said += String(bytes)))
  await once(child, 'close')
  return JSON.parse(said)
}

/** Speaks TLS with an origin, as a client that trusts its authority. */
async function secured(
  { port, transport: { certificateAuthority } }: FaultOrigin & { readonly port: number },
  protocols: readonly string[] = [],
): Promise<TLSSocket | string> {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    servername: 'wall.test',
    ...(certificateAuthority !== undefined && { ca: certificateAuthority }),
    ALPNProtocols: [...protocols],
  })
  cleanUps.push(() => socket.destroy())
  const outcome = Promise.withResolvers<TLSSocket | string>()
  socket.once('secureConnect', () => outcome.resolve(socket))
  socket.once('error', (error: NodeJS.ErrnoException) => outcome.resolve(error.code ?? error.message))
  return outcome.promise
}

describe('TLS', () => {
  test.each([
    ['fault-11.expired', 'CERT_HAS_EXPIRED'],
    ['fault-11.wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['fault-11.self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['fault-12.reset', 'ECONNRESET'],
    ['fault-13.plain-http', expect.stringMatching(/^ERR_SSL_/)],
    ['fault-13.ssh-banner', expect.stringMatching(/^ERR_SSL_/)],
  ])('does not come about: %s', async (name, code) => {
    expect(await secured(await opened(name))).toEqual(code)
  })

  test('says nothing: fault-12', async () => {
    const origin = await opened('fault-12.stall')

    const wire = await Wire.to(origin.port)
    cleanUps.push(() => wire.socket.destroy())
    wire.socket.write('a greeting')
    await until(() => origin.openConnections === 1)

    expect([await attempt(origin.port), wire.received, wire.connection]).toEqual(['connected', '', 'open'])
  })

  test('is sound where the fault lies elsewhere, and good answers come through', async () => {
    const origin = await opened('fault-4.loopback')

    const socket = await secured(origin)

    if (typeof socket === 'string') throw new Error(socket)
    expect(socket.getPeerX509Certificate()?.validToDate.getUTCFullYear()).toBe(2119)
    const wire = new Wire(socket)
    expect(await wire.ask('any', isWhole)).toContain(referenceText)
    expect(await wire.ask('any', isWhole, true)).toContain('data: [DONE]')
    expect([origin.requests, origin.openConnections]).toEqual([2, 1])
  })

  test('is spoken by nobody where a banner comes for HTTP: fault-13', async () => {
    const wire = await Wire.to((await opened('fault-13.ssh-banner-for-http')).port)
    cleanUps.push(() => wire.socket.destroy())

    await until(() => wire.received.endsWith('\r\n'))

    expect(wire.received).toMatch(/^SSH-2\.0-/)
  })
})

describe('a proxy', () => {
  /** What the proxy of an origin says to a request for a tunnel. */
  async function proxied(name: string, authority: string): Promise<Wire> {
    const origin = await opened(name)
    const wire = await Wire.to(Number(new URL(origin.transport.proxyUrl ?? '').port))
    cleanUps.push(() => wire.socket.destroy())
    wire.socket.write(
      `CONNECT ${authority.replace('PORT', String(origin.port))} HTTP/1.1\r\nhost: wall.test\r\n\r\n`,
    )
    await until(() => wire.received.includes('\r\n\r\n') || wire.connection !== 'open')
    return wire
  }

  test.each([
    ['fault-14.407', /^HTTP\/1\.1 407 [^]*proxy-authenticate: /],
    ['fault-14.connect-refused', /^HTTP\/1\.1 403 /],
    ['fault-14.connect-closed', /^$/],
  ])('does not help: %s', async (name, said) => {
    const wire = await proxied(name, 'wall.test:443')
    await until(() => wire.connection === 'fin')

    expect(wire.received).toMatch(said)
  })

  test('is down: fault-14.down', async () => {
    const origin = await opened('fault-14.down')

    expect(await attempt(Number(new URL(origin.transport.proxyUrl ?? '').port))).toBe('ECONNREFUSED')
  })

  test('leads to the public address only: fault-5', async () => {
    const [good, bad] = [
      await proxied('fault-5.rebinding', '[2e00::1]:PORT'),
      await proxied('fault-5.rebinding', '127.0.0.1:PORT'),
    ]

    expect([good.received.slice(0, 13), bad.received.slice(0, 13)]).toEqual([
      'HTTP/1.1 200 ',
      'HTTP/1.1 403 ',
    ])
  })
})

describe('a request', () => {
  test('is not read beyond its head, and a client that leaves is noticed: fault-19', async () => {
    const origin = await opened('fault-19.after-the-head')
    const wire = await Wire.to(origin.port)
    const large = requestFor('any', false, { messages: 'x'.repeat(64 * 2 ** 20) })

    wire.socket.write(large)
    const other = await opened('fault-6.refused')
    for (let round = 0; round < 5; round++) await attempt(other.port)
    expect(wire.socket.writableLength).toBe(large.length)
    expect(wire.received).toBe('')

    wire.socket.resetAndDestroy()
    await until(() => origin.openConnections === 0)
  })

  test('is answered before it is sent: fault-20', async () => {
    const origin = await opened('fault-20.413')
    const wire = await Wire.to(origin.port)

    wire.socket.write(
      'POST /v1/chat/completions HTTP/1.1\r\nhost: wall\r\ncontent-length: 999999999\r\n\r\n{"mod',
    )
    await until(() => wire.connection === 'fin')

    expect(wire.received).toMatch(/^HTTP\/1\.1 413 [^]*connection: close\r\n[^]*"Request entity too large"/)
    expect(origin.requests).toBe(0)
    await until(() => origin.openConnections === 0)
  })

  test('finds its connection ended: fault-21', async () => {
    const wire = await Wire.to((await opened('fault-21.at-once')).port)

    await until(() => wire.connection === 'fin')

    expect(wire.received).toBe('')
  })
})

/** Sends a request over HTTP/2, and returns what became of it. */
async function overHttp2(
  session: ClientHttp2Session,
  { stream = false } = {},
): Promise<{ readonly text: string; readonly error: string }> {
  const request = session.request({ ':method': 'POST', ':path': '/v1/chat/completions' })
  let [text, error] = ['', '']
  request.on('data', (bytes) => (text += String(bytes)))
  request.on('error', ({ message }) => (error = message))
  request.end(JSON.stringify({ model: 'any', stream }))
  await until(() => request.closed || request.destroyed)
  await until(() => request.destroyed)
  return { text, error }
}

/** A session with an origin, and the GOAWAYs that it got. */
async function sessionWith(
  origin: FaultOrigin & { readonly port: number },
): Promise<{ readonly session: ClientHttp2Session; readonly goaways: readonly number[][] }> {
  const socket = await secured(origin, ['h2'])
  if (typeof socket === 'string') throw new Error(socket)
  const session = connectHttp2('https://wall.test', { createConnection: () => socket })
  const goaways: number[][] = []
  session.on('goaway', (code, lastStreamId) => goaways.push([code, lastStreamId]))
  session.on('error', () => undefined)
  cleanUps.push(() => session.destroy())
  return { session, goaways }
}

describe('HTTP/2', () => {
  test.each(originVariants.filter(({ name }) => /fault-3[3-6]/.test(name)))(
    'is asked for: $name',
    async ({ name }) => {
      expect((await opened(name)).transport.http2).toBe(true)
    },
  )

  test.each(['fault-33.after-the-answer', 'fault-33.before-the-answer'])(
    'ends without an error: %s',
    async (name) => {
      const { session, goaways } = await sessionWith(await opened(name))

      const { text, error } = await overHttp2(session, { stream: true })
      await until(() => goaways.length > 0)

      expect(text).toContain('data: [DONE]')
      expect([error, goaways]).toEqual(['', [[constants.NGHTTP2_NO_ERROR, 1]]])
    },
  )

  test('ends before a request was processed, every second time: fault-33.unprocessed', async () => {
    const origin = await opened('fault-33.unprocessed')
    const [first, second] = [await sessionWith(origin), await sessionWith(origin)]

    await overHttp2(first.session)
    const { text } = await overHttp2(second.session)

    expect(first.goaways).toEqual([[constants.NGHTTP2_NO_ERROR, 0]])
    expect(text).toContain(referenceText)
    expect(origin.requests).toBe(2)
  })

  test('ends with an error, before a response and after content: fault-34', async () => {
    const before = await sessionWith(await opened('fault-34.before-a-response'))
    const after = await sessionWith(await opened('fault-34.after-content'))

    const [nothing, some] = [
      await overHttp2(before.session),
      await overHttp2(after.session, { stream: true }),
    ]

    expect([nothing.text, some.text.includes('word20'), some.text.includes('word21')]).toEqual([
      '',
      true,
      false,
    ])
    expect([before.goaways, after.goaways]).toEqual([
      [[constants.NGHTTP2_INTERNAL_ERROR, 1]],
      [[constants.NGHTTP2_INTERNAL_ERROR, 1]],
    ])
  })

  test.each([
    ['fault-35.again', 'NGHTTP2_REFUSED_STREAM'],
    ['fault-36.internal-error', 'NGHTTP2_INTERNAL_ERROR'],
    ['fault-36.enhance-your-calm', 'NGHTTP2_ENHANCE_YOUR_CALM'],
  ])('resets a stream and no more: %s', async (name, code) => {
    const { session, goaways } = await sessionWith(await opened(name))

    const both = [await overHttp2(session), await overHttp2(session)]

    expect(both.map(({ error }) => error)).toEqual([
      expect.stringContaining(code),
      expect.stringContaining(code),
    ])
    expect(goaways).toEqual([])
  })

  test('refuses a stream once: fault-35.once', async () => {
    const { session } = await sessionWith(await opened('fault-35.once'))

    const [refused, served] = [await overHttp2(session), await overHttp2(session)]

    expect(refused.error).toContain('NGHTTP2_REFUSED_STREAM')
    expect(served.text).toContain(referenceText)
  })
})
