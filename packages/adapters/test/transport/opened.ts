import { once } from 'node:events'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream, type Settings } from 'node:http2'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { Pool } from 'undici'
import { afterEach, vi } from 'vitest'
import type { Exchange, Transport } from '../../src/transport/transport.ts'
import type { TransportOptions } from '../../src/transport/transport-options.ts'
import { createTransport } from '../../src/transport/undici-transport.ts'
import { portOf, type RawServer } from './raw-server.ts'
import { Recorder } from './recorder.ts'
import { testCertificate } from './test-certificate.ts'

const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** Closes it after the test, before what was opened earlier. */
export const closing = (close: () => unknown): void => {
  closers.push(close)
}

/** The server, closed after the test. By then nobody may hold a connection to it. */
export const started = async (starting: Promise<RawServer>): Promise<RawServer> => {
  const server = await starting
  closing(async () => {
    await server.drained()
    await server.close()
  })
  return server
}

export interface SecureServer {
  readonly port: number
  /** Streams of HTTP/2 so far. */
  readonly streams: number
  /** The connections so far, below TLS. */
  readonly sockets: readonly Socket[]
}

/** Starts a server that offers HTTP/2 and HTTP/1.1, and calls back for each stream of HTTP/2, numbered from 1. */
export const startedSecure = async (
  onStream: (stream: ServerHttp2Stream, count: number) => void,
  onRequest: Parameters<typeof createSecureServer>[1] = () => undefined,
  settings: Settings = {},
): Promise<SecureServer> => {
  const sockets: Socket[] = []
  let streams = 0
  const server: Http2SecureServer = createSecureServer({ ...testCertificate, allowHTTP1: true, settings })
  server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => undefined)))
  server.on('sessionError', () => undefined)
  server.on('stream', (stream) => {
    stream.on('error', () => undefined)
    onStream(stream, ++streams)
  })
  server.on('request', (incoming, outgoing) => {
    if (incoming.httpVersion !== '2.0') onRequest(incoming, outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing(async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    if (server.listening) await once(server, 'close')
  })
  return {
    port: portOf(server),
    sockets,
    get streams() {
      return streams
    },
  }
}

/** A pool of undici's own, with its defaults where no option is given. */
export const barePool = ({ port }: { readonly port: number }, options: Pool.Options = {}): Pool => {
  const scheme = options.connect === undefined ? 'http' : 'https'
  const pool = new Pool(`${scheme}://127.0.0.1:${port}`, options)
  closing(() => pool.destroy())
  return pool
}

/** Options for a bare pool over TLS. */
export const bareTls: Pool.Options = { connect: { ca: testCertificate.cert } }

/** Options for a transport over TLS. */
export const tls = { baseUrl: 'https://127.0.0.1', certificateAuthority: testCertificate.cert }

export const transportTo = (
  { port }: { readonly port: number },
  { baseUrl = 'http://127.0.0.1', ...options }: Partial<TransportOptions> = {},
): Transport => {
  const transport = createTransport({ allowPrivateNetwork: true, ...options, baseUrl: `${baseUrl}:${port}` })
  closing(() => transport.close())
  return transport
}

const post = { method: 'POST' as const, path: '/chat', body: '{"a":1}' }

/** Sends through a bare pool. Returns the status and the body, or the code of the error. */
export const sendBare = async (pool: Pool): Promise<string> => {
  try {
    const { statusCode, body } = await pool.request(post)
    return `${statusCode} ${await body.text()}`
  } catch (error) {
    return codeOf(error)
  }
}

/** The code of an error, or its name where the code is none in words. */
export const codeOf = (error: unknown): string => {
  const { code, name }: { readonly code?: unknown; readonly name: string } = error as Error
  return typeof code === 'string' ? code : name
}

export const send = (transport: Transport): { recorder: Recorder; exchange: Exchange } => {
  const recorder = new Recorder()
  return { recorder, exchange: transport.send({ path: post.path, headers: {}, body: post.body }, recorder) }
}

/** Afterwards the connection, if it lives, is free again: undici gives the other side one turn to close it. */
export const sendAndWait = async (transport: Transport): Promise<Recorder> => {
  const { recorder } = send(transport)
  await recorder.over
  await turn()
  return recorder
}

/** What a recorder heard in the end: the status and the body, or the code of the failure. */
export const outcomeOf = ({ status, body, evidence }: Recorder): string => {
  if (evidence === undefined) return `${status} ${body}`
  return evidence.type === 'network' ? evidence.code : evidence.type
}

/** The pool of undici's inside a transport. */
export const poolOf = (transport: Transport): Pool => {
  const dispatch = vi.spyOn(Pool.prototype, 'dispatch').mockReturnValue(true)
  send(transport)
  const pool = dispatch.mock.contexts[0] as Pool
  dispatch.mockRestore()
  return pool
}
