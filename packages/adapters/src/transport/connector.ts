import { Socket } from 'node:net'
import { lookupOf } from './lookup.ts'
import { parseProxyUrl } from './proxy-url.ts'
import type { ResolvedTransportOptions } from './transport-options.ts'
import { type Making, Tunnel } from './tunnel.ts'
import { buildConnector, errors } from './undici.ts'

/** Makes the connections of one transport. */
export interface Connector {
  readonly connect: buildConnector.connector
  /**
   * Whether the error is the reset of a connection that had carried a response before. If the request that it failed
   * got no response byte, the other side had closed the connection before the request came.
   */
  readonly isResetOnReuse: (error: unknown) => boolean
  /** Whether the error is the orderly end of a connection that had carried a response before. */
  readonly isClosedOnReuse: (error: unknown) => boolean
  /** Ends connections in the making, which undici would leave to their time to connect. */
  readonly close: () => void
}

/**
 * Returns a connector that, unless `allowPrivateNetwork`, connects to public addresses only, or has the proxy connect to
 * such only.
 */
export function createConnector(options: ResolvedTransportOptions): Connector {
  const { connectTimeoutMs } = options
  const resetsOnReuse = new WeakSet<Error>()
  /** Bytes that each connection had read before its first request, by its local port. */
  const readBefore = new Map<number, number>()
  const making = new Set<Making>()
  const make = makerOf(options)

  /** undici fails a request with this very error object, so it costs nothing per request to know its connection. */
  const watch = (socket: Socket): void => {
    // Of a tunnel, the answer of the proxy came already.
    const before = socket.bytesRead
    const { localPort = 0 } = socket
    readBefore.set(localPort, before)
    // undici tells the end of a connection in the turn of the loop in which it closes.
    socket.once('close', () => setImmediate(() => readBefore.delete(localPort)))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' && socket.bytesRead > before) resetsOnReuse.add(error)
    })
  }

  return {
    connect(target, callback) {
      const made = make(target, (...result) => {
        const [error, socket] = result
        cancelTimer()
        making.delete(made)
        if (error === null && !speaksHttp2(socket)) watch(socket)
        callback(...result)
      })
      making.add(made)
      // undici's own timer is up to a second late.
      const cancelTimer = afterAwakeTime(connectTimeoutMs, () =>
        made.destroy(new errors.ConnectTimeoutError('connect timed out')),
      )
    },
    isResetOnReuse: (error) => error instanceof Error && resetsOnReuse.has(error),
    isClosedOnReuse(error) {
      if (!(error instanceof errors.SocketError)) return false
      const { localPort = 0, bytesRead = 0 } = error.socket ?? {}
      return bytesRead > (readBefore.get(localPort) ?? Infinity)
    },
    close() {
      for (const one of making) one.destroy(new errors.ClientDestroyedError())
    },
  }
}

/** How late a timer may be, in ms, before that is taken for a pause of this process. Source: choice. */
const toleratedLatenessMs = 100

/**
 * Calls back after a while in which this process was awake: what arrived while it slept is read after timers, so a late one gives it as
 * much time again, once. Returns what cancels it.
 */
function afterAwakeTime(delayMs: number, callback: () => void): () => void {
  const dueAtMs = performance.now() + delayMs
  let timer = setTimeout(() => {
    const lateMs = performance.now() - dueAtMs
    if (lateMs > toleratedLatenessMs) timer = setTimeout(callback, lateMs)
    else callback()
  }, delayMs)
  return () => clearTimeout(timer)
}

type Maker = (target: buildConnector.Options, callback: buildConnector.Callback) => Making

/** Returns what begins to connect, to the other side or through the proxy. */
function makerOf(options: ResolvedTransportOptions): Maker {
  const { certificateAuthority, connectTimeoutMs, proxyUrl, allowPrivateNetwork } = options
  const shared = {
    timeout: connectTimeoutMs,
    ...(certificateAuthority !== undefined && { ca: certificateAuthority }),
  }
  const lookup = lookupOf(options)
  const direct = buildConnector({ ...shared, allowH2: options.http2, lookup })
  if (proxyUrl === undefined) return (target, callback) => socketOf(direct(target, callback))
  const tools = {
    proxy: parseProxyUrl(proxyUrl),
    // Whoever set the proxy chose its address.
    toProxy: buildConnector({
      ...shared,
      allowH2: false,
      lookup: lookupOf({ ...options, allowPrivateNetwork: true }),
    }),
    throughProxy: direct,
    lookup: allowPrivateNetwork ? undefined : lookup,
  }
  return (target, callback) => new Tunnel(tools, target, callback)
}

/** undici's connector returns the socket, although its type does not say so. */
function socketOf(made: unknown): Making {
  return made instanceof Socket ? made : { destroy: () => undefined }
}

/** With HTTP/2 a connection carries many requests at a time, and which of them arrived is not known. */
function speaksHttp2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2'
}
