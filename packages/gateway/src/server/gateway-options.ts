import type { Router } from 'nextbest'

export interface GatewayOptions {
  /** Answers the calls. The gateway does not close it. */
  readonly router: Router
  /**
   * Keys of which a caller must present one, as `Authorization: Bearer` or `x-api-key`. Each 1..1,024 characters.
   * Default: none, and everyone is served who is not a page in a browser.
   */
  readonly apiKeys?: readonly string[]
  /** Largest request body, in bytes. 1..1,073,741,824. Default: 10,485,760. */
  readonly bodyLimitBytes?: number
  /** Silence on a stream after which a comment keeps it alive, in ms, rounded up to seconds. 1,000..600,000. Default: 10,000. */
  readonly heartbeatMs?: number
  /** How long a client may leave a stream unread before it is cut, in ms, rounded up to seconds. 1,000..600,000. Default: 60,000. */
  readonly stallTimeoutMs?: number
  /** Hears of defects of the gateway itself, whose callers get a plain 500. Default: nobody. */
  readonly onFault?: (error: unknown) => void
}

/** Options of the HTTP server around a gateway. */
export interface GatewayServerOptions extends GatewayOptions {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string
  /** Port to listen on; 0 takes a free one. 0..65,535. Default: 8787. */
  readonly port?: number
  /** Whether an address that others can reach may be served without `apiKeys`. Default: false. */
  readonly allowUnauthenticated?: boolean
  /** How long an idle connection is kept, in ms; longer than that of a load balancer in front. 1,000..3,600,000. Default: 65,000. */
  readonly keepAliveMs?: number
  /** Time for a request's headers, in ms. 1,000..600,000. Default: 15,000. */
  readonly headersTimeoutMs?: number
  /** Time for a whole request, its body included, in ms. headersTimeoutMs..3,600,000. Default: 60,000. */
  readonly requestTimeoutMs?: number
  /** Largest request head, in bytes. 1,024..1,048,576. Default: 16,384. */
  readonly maxHeaderBytes?: number
  /** Connections at once; more are closed at once. 1..1,000,000. Default: 10,000. */
  readonly maxConnections?: number
}

/** Everything that may be left out. */
export const gatewayDefaults: Required<Omit<GatewayServerOptions, 'router'>> = Object.freeze({
  apiKeys: [],
  bodyLimitBytes: 10_485_760,
  heartbeatMs: 10_000,
  stallTimeoutMs: 60_000,
  onFault: () => undefined,
  host: '127.0.0.1',
  port: 8787,
  allowUnauthenticated: false,
  keepAliveMs: 65_000,
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 60_000,
  maxHeaderBytes: 16_384,
  maxConnections: 10_000,
})
