import type { LookupFunction } from 'node:net'

/** A place for requests whose fault lies below HTTP requests. */
export interface FaultOrigin {
  /** Where a client points to, e.g. `https://wall.test:4433/v1`. */
  readonly baseUrl: string
  /** How a client has to reach it. */
  readonly transport: {
    /** Resolves its name. Default: the system's resolver. */
    readonly lookup?: LookupFunction
    /** Certificate authority of its certificate, in PEM. Default: the well-known ones. */
    readonly certificateAuthority?: string
    /** Whether HTTP/2 is spoken where it is offered. Default: false. */
    readonly http2?: boolean
    /** Proxy through which it is reached. Default: none. */
    readonly proxyUrl?: string
  }
  /** Whether its addresses are said to be public, so that a client without leave for private networks may try. Default: true. */
  readonly allowPrivateNetwork?: boolean
  /** Connections open now. */
  readonly openConnections: number
  /** Requests that came whole. */
  readonly requests: number
  /** Destroys every connection and stops listening. */
  close(): Promise<void>
}
