import { lookup as dnsLookup, type LookupOptions } from 'node:dns'
import { type LookupFunction, Socket } from 'node:net'
import { buildConnector, errors } from 'undici'
import { isPublicAddress } from './public-address.ts'
import type { ResolvedTransportOptions } from './transport-options.ts'

/** Makes the connections of one transport. */
export interface Connector {
  readonly connect: buildConnector.connector
  /**
   * Whether the error is the reset of a connection that had carried a response before. If the request that it failed
   * got no response byte, the other side had closed the connection before the request came.
   */
  readonly isResetOnReuse: (error: unknown) => boolean
  /** Ends connections in the making, which undici would leave to their time to connect. */
  readonly close: () => void
}

/** Returns a connector that, unless `allowPrivateNetwork`, connects to public addresses only. */
export function createConnector(options: ResolvedTransportOptions): Connector {
  const { allowPrivateNetwork, certificateAuthority, http2, connectTimeoutMs } = options
  const resetsOnReuse = new WeakSet<Error>()
  const making = new Set<Socket>()
  const make = buildConnector({
    allowH2: http2,
    timeout: connectTimeoutMs,
    ...(certificateAuthority === undefined ? undefined : { ca: certificateAuthority }),
    ...(allowPrivateNetwork ? undefined : { lookup: lookupPublic }),
  })

  /** undici fails a request with this very error object, so it costs nothing per request to know its connection. */
  const watch = (socket: Socket): void => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' && socket.bytesRead > 0) resetsOnReuse.add(error)
    })
  }

  return {
    connect(target, callback) {
      const made: unknown = make(target, (...result) => {
        const [error, socket] = result
        clearTimeout(timer)
        if (made instanceof Socket) making.delete(made)
        if (error === null && !speaksHttp2(socket)) watch(socket)
        callback(...result)
      })
      if (made instanceof Socket) making.add(made)
      // undici's own timer is up to a second late.
      const timer = setTimeout(() => {
        if (made instanceof Socket) made.destroy(new errors.ConnectTimeoutError('connect timed out'))
      }, connectTimeoutMs)
    },
    isResetOnReuse: (error) => error instanceof Error && resetsOnReuse.has(error),
    close() {
      for (const socket of making) socket.destroy(new errors.ClientDestroyedError())
    },
  }
}

/** With HTTP/2 a connection carries many requests at a time, and which of them arrived is not known. */
function speaksHttp2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2'
}

/**
 * Looks a name up and refuses it if any of its addresses is not public. The connection is made to the addresses that
 * were checked, so a name that changes its mind (DNS rebinding) gains nothing.
 */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  const all: LookupOptions & { all: true } = { ...options, all: true }
  dnsLookup(hostname, all, (error, addresses) => {
    const [first] = addresses ?? []
    if (error !== null || first === undefined) callback(error, [])
    else if (!addresses.every(({ address }) => isPublicAddress(address))) callback(privateNetwork(), [])
    else if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

/** Says nothing of the address: the message may reach a caller who chose the host. */
function privateNetwork(): NodeJS.ErrnoException {
  return Object.assign(new Error('the host is on a private network'), { code: 'ERR_PRIVATE_NETWORK' })
}
