import type { FailureEvidence } from '@nextbest/core'
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
import { type ExchangeHost, type Loss, UndiciExchange } from './undici-exchange.ts'

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

/** How often a kept connection may be closed just as a request comes before that is a failure, in ms. Source: choice. */
const excusedEveryMs = 10_000

class UndiciTransport implements Transport {
  readonly #maxWaiting: number
  readonly #pathPrefix: string
  readonly #connector: Connector
  readonly #pool: Pool
  readonly #host: ExchangeHost
  /** What exchanges have failed with. */
  readonly #told = new WeakSet<object>()
  #excusedAtMs = -Infinity
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
      evidenceOf: (error, loss) => this.#evidenceOf(error, loss, options),
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

  #evidenceOf(error: unknown, { phase, raced }: Loss, options: ResolvedTransportOptions): FailureEvidence {
    const evidence = networkEvidence(error, phase, options)
    if (evidence.type !== 'network' || phase === 'connecting') return evidence
    const happens = raced && this.#connector.isClosedOnReuse(error) && this.#isSeldom()
    return happens || this.#isToldAgain(error) ? { ...evidence, excused: true } : evidence
  }

  /** A provider that closes connections again and again as requests come does fail them. */
  #isSeldom(): boolean {
    const nowMs = performance.now()
    const isSeldom = nowMs - this.#excusedAtMs >= excusedEveryMs
    if (isSeldom) this.#excusedAtMs = nowMs
    return isSeldom
  }

  /** undici fails every request of a connection with the same error. */
  #isToldAgain(error: unknown): boolean {
    if (typeof error !== 'object' || error === null) return false
    if (this.#told.has(error)) return true
    this.#told.add(error)
    return false
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
