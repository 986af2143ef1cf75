import { parseBaseUrl } from './base-url.ts'
import { type Connector, createConnector } from './connector.ts'
import { networkEvidence } from './network-evidence.ts'
import type { Exchange, Transport, TransportHandler, TransportRequest } from './transport.ts'
import {
  type ResolvedTransportOptions,
  resolveTransportOptions,
  type TransportOptions,
} from './transport-options.ts'
import { Pool } from './undici.ts'
import { type ExchangeHost, UndiciExchange } from './undici-exchange.ts'

/**
 * Returns a transport on a pool of connections of its own. It follows no redirect, decodes no encoding and sends nothing
 * twice, but for what HTTP/2 says was not processed: what comes is told as it is.
 *
 * @throws TypeError when the base URL or another option will not do; see `TransportOptions`.
 * @throws RangeError when an option is out of its range.
 */
export function createTransport(options: TransportOptions): Transport {
  return new UndiciTransport(resolveTransportOptions(options))
}

class UndiciTransport implements Transport {
  readonly #maxWaiting: number
  readonly #pathPrefix: string
  readonly #connector: Connector
  readonly #pool: Pool
  readonly #host: ExchangeHost
  /** Exchanges that wait for a connection, cancelled ones included: they hold their place until one is there. */
  #waiting = 0

  constructor(options: ResolvedTransportOptions) {
    const { origin, pathPrefix } = parseBaseUrl(options.baseUrl, options.allowPrivateNetwork)
    this.#connector = createConnector(options)
    this.#maxWaiting = options.maxWaiting
    this.#pathPrefix = pathPrefix
    this.#pool = new Pool(origin, poolOptions(options, this.#connector))
    this.#host = {
      onLeave: () => this.#waiting--,
      evidenceOf: (error, phase) => networkEvidence(error, phase, options),
      isResetOnReuse: this.#connector.isResetOnReuse,
    }
  }

  send({ path, headers, body }: TransportRequest, handler: TransportHandler): Exchange {
    const exchange = new UndiciExchange(handler, this.#host)
    if (this.#waiting >= this.#maxWaiting) {
      queueMicrotask(() => exchange.fail(tooManyWaiting))
      return exchange
    }
    this.#waiting++
    this.#pool.dispatch({ method: 'POST', path: this.#pathPrefix + path, headers, body }, exchange)
    return exchange
  }

  async close(): Promise<void> {
    const destroyed = this.#pool.destroy()
    this.#connector.close()
    await destroyed
  }
}

const tooManyWaiting = Object.assign(new Error('too many exchanges wait for a connection'), {
  code: 'ERR_TOO_MANY_WAITING',
})

function poolOptions(options: ResolvedTransportOptions, { connect }: Connector): Pool.Options {
  return {
    connect,
    connections: options.connections,
    allowH2: options.http2,
    // One request at a time: a lost connection then fails one of them.
    pipelining: 1,
    keepAliveTimeout: options.keepAliveMs,
    keepAliveMaxTimeout: options.keepAliveMs,
    headersTimeout: options.backstopMs,
    bodyTimeout: options.backstopMs,
    maxHeaderSize: options.maxHeaderBytes,
  }
}
