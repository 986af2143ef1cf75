import { isIPv4, isIPv6, type LookupFunction, Socket } from 'node:net'
import type { Proxy } from './proxy-url.ts'
import { isAddress } from './public-address.ts'
import { type buildConnector, Client } from './undici.ts'

/** A connection in the making. */
export interface Making {
  /** Fails it with this error. */
  destroy(error: Error): unknown
}

/** What tunnels are made with. */
export interface TunnelTools {
  readonly proxy: Proxy
  /** Connects to the proxy. */
  readonly toProxy: buildConnector.connector
  /** Speaks TLS with the other side, through the tunnel. */
  readonly throughProxy: buildConnector.connector
  /** Resolves the name of the other side. Without it the proxy does. */
  readonly lookup: LookupFunction | undefined
}

/** A connection in the making through an outbound proxy, which is asked for a tunnel (CONNECT, RFC 9110, section 9.3.6). */
export class Tunnel implements Making {
  readonly #tools: TunnelTools
  readonly #target: buildConnector.Options
  readonly #callback: buildConnector.Callback
  /** The connection to the proxy, later the one with TLS over it. */
  #socket: unknown
  #over = false

  constructor(tools: TunnelTools, target: buildConnector.Options, callback: buildConnector.Callback) {
    this.#tools = tools
    this.#target = target
    this.#callback = callback
    this.#open().catch((error: unknown) => this.destroy(proxyError(error)))
  }

  destroy(error: Error): void {
    this.#end(error, null)
    if (this.#socket instanceof Socket) this.#socket.destroy(error)
  }

  async #open(): Promise<void> {
    const host = await this.#host()
    if (this.#over) return
    const socket = await this.#ask(isIPv6(host) ? `[${host}]` : host)
    if (this.#over) socket.destroy()
    else if (this.#target.protocol !== 'https:') this.#end(null, socket)
    else {
      const target = { ...this.#target, httpSocket: socket }
      this.#socket = this.#tools.throughProxy(target, (...result) => this.#end(...result))
    }
  }

  /** What the proxy is to connect to. Few proxies reach every address of a name; one of IPv4 they mostly do. */
  async #host(): Promise<string> {
    const { hostname } = this.#target
    const { lookup } = this.#tools
    if (lookup === undefined || isAddress(hostname)) return hostname
    const addresses = await addressesOf(hostname, lookup)
    const [first = ''] = addresses
    return addresses.find(isIPv4) ?? first
  }

  async #ask(host: string): Promise<Socket> {
    const { proxy, toProxy } = this.#tools
    const authority = `${host}:${this.#target.port || (this.#target.protocol === 'https:' ? '443' : '80')}`
    const client = new Client(proxy.origin, {
      connect: (target, callback) => {
        this.#socket = toProxy({ ...target, servername: proxy.servername ?? '' }, callback)
      },
    })
    try {
      const { statusCode, socket } = await client.connect({
        path: authority,
        headers: {
          host: authority,
          ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
        },
      })
      if (statusCode >= 200 && statusCode <= 299 && socket instanceof Socket) return socket
      socket.on('error', () => undefined).destroy()
      throw new ProxyError(`ERR_PROXY_${statusCode}`, `the proxy answered ${statusCode}`)
    } finally {
      // The tunnel is none of its connections any more; one that failed it must not make again.
      void client.destroy()
    }
  }

  #end(...result: Parameters<buildConnector.Callback>): void {
    if (this.#over) return
    this.#over = true
    this.#callback(...result)
  }
}

function addressesOf(hostname: string, lookup: LookupFunction): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, found) => {
      if (error !== null) reject(error)
      else resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address))
    })
  })
}

class ProxyError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Why there is no tunnel, as an error that is the end of it: of two, undici would make that it has to try again, for ever. */
function proxyError(error: unknown): Error {
  if (!(error instanceof Error)) return new ProxyError('ERR_PROXY', 'the proxy failed')
  const code = 'code' in error ? error.code : undefined
  if (code === 'UND_ERR_SOCKET') return new ProxyError('ECONNRESET', 'the proxy closed the connection')
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new ProxyError('ERR_PROXY_CERTIFICATE', 'the certificate of the proxy is of another name')
  return error
}
