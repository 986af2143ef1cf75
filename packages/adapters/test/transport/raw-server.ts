import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** A server that answers connections by hand. */
export interface RawServer {
  readonly port: number
  /** Connections accepted so far. */
  readonly accepted: number
  /** Whole requests received so far. */
  readonly requests: number
  /** Everything that was received, by connection. */
  readonly received: readonly string[]
  /** Fulfils once so many whole requests were received. */
  requested(count: number): Promise<void>
  /** Fulfils when no connection is open any more. */
  drained(): Promise<void>
  close(): Promise<void>
}

type Certificate = { readonly key: string; readonly cert: string }

/** Starts a server that calls back for each whole request, numbered from 1 over all connections. */
export function serve(
  onRequest: (socket: Socket, count: number) => void,
  tls?: Certificate,
): Promise<RawServer> {
  return listen({ onRequest }, tls)
}

/** Starts a server that calls back for each connection. */
export function serveRaw(onConnection: (socket: Socket) => void, tls?: Certificate): Promise<RawServer> {
  return listen({ onConnection }, tls)
}

interface Callbacks {
  readonly onConnection?: (socket: Socket) => void
  readonly onRequest?: (socket: Socket, count: number) => void
}

async function listen(
  { onConnection, onRequest }: Callbacks,
  tls: Certificate | undefined,
): Promise<RawServer> {
  const sockets = new Set<Socket>()
  const received: string[] = []
  const counts = { accepted: 0, requests: 0 }
  const listener = (socket: Socket): void => {
    const index = counts.accepted++
    let parsed = 0
    sockets.add(socket)
    received.push('')
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      server.emit('change')
    })
    socket.on('data', (bytes) => {
      const text = `${received[index]}${bytes.toString('latin1')}`
      received[index] = text
      for (let end = endOfRequest(text, parsed); end !== -1; end = endOfRequest(text, parsed)) {
        parsed = end
        onRequest?.(socket, ++counts.requests)
      }
      server.emit('change')
    })
    onConnection?.(socket)
  }
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  // Below TLS, where a connection can be reset.
  server.on('connection', (socket) => plainSockets.set(socket.remotePort ?? 0, socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    get accepted() {
      return counts.accepted
    },
    get requests() {
      return counts.requests
    },
    received,
    async requested(count) {
      while (counts.requests < count) await once(server, 'change')
    },
    async drained() {
      while (sockets.size > 0) await once(server, 'change')
    },
    async close() {
      if (!server.listening) return
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const plainSockets = new Map<number, Socket>()

/** Resets a connection, also one with TLS. */
export function reset({ remotePort }: Socket): void {
  plainSockets.get(remotePort ?? 0)?.resetAndDestroy()
}

/** The port that a server listens on. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** Where the request that begins at `start` ends, or -1. */
function endOfRequest(text: string, start: number): number {
  const headersEnd = text.indexOf('\r\n\r\n', start)
  if (headersEnd === -1) return -1
  const length = Number(/content-length: (\d+)/i.exec(text.slice(start, headersEnd))?.[1] ?? 0)
  const end = headersEnd + 4 + length
  return text.length >= end ? end : -1
}

/** A whole response. */
export function response(
  body: string,
  { status = '200 OK', headers = '' }: { readonly status?: string; readonly headers?: string } = {},
): string {
  return `HTTP/1.1 ${status}\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** The head of a response whose body comes in chunks, and one such chunk; an empty one ends the body. */
export const chunkedHead = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
export const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
