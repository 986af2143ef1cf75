import type { LookupFunction } from 'node:net'

/** How a transport reaches its base URL. */
export interface TransportOptions {
  /** `https:` (or `http:`, see `allowPrivateNetwork`), host and perhaps a path. Without credentials, query and fragment. */
  readonly baseUrl: string
  /**
   * Whether the base URL may be on a private network, this machine or any other address that is not public, and use
   * plain `http:`. Never set it for a URL that a caller chose.
   * @defaultValue false
   */
  readonly allowPrivateNetwork?: boolean
  /** Certificate authorities to trust instead of the well-known ones, in PEM. Default: the well-known ones. */
  readonly certificateAuthority?: string
  /**
   * Resolves host names, as `dns.lookup` does; its answers are checked like any. Default: the system's resolver.
   */
  readonly lookup?: LookupFunction
  /**
   * Outbound HTTP proxy through which every connection is made, as a tunnel (CONNECT): `http:` or `https:`, host, and
   * perhaps a port and percent-encoded credentials, which never reach an error. It may be on a private network. Unless
   * `allowPrivateNetwork`, host names are resolved here, and the proxy is given an address that was checked; else it is
   * given the name. `certificateAuthority` holds for an `https:` proxy too. Default: none, whatever the environment says.
   */
  readonly proxyUrl?: string
  /**
   * Whether to use HTTP/2 where the other side offers it. One lost connection then ends every exchange on it.
   * @defaultValue false
   */
  readonly http2?: boolean
  /**
   * Connections at a time. 1..10,000.
   * @defaultValue 256
   */
  readonly connections?: number
  /**
   * Exchanges that may wait for a connection; one more fails at once. 1..100,000.
   * @defaultValue 1_024
   */
  readonly maxWaiting?: number
  /**
   * Longest time for name look-up, connect and TLS together, in ms. 1..120,000.
   * @defaultValue 5_000
   */
  readonly connectTimeoutMs?: number
  /**
   * How long an idle connection is kept, in ms, unless the other side asks for less. 1..600,000.
   * @defaultValue 4_000
   */
  readonly keepAliveMs?: number
  /**
   * Longest silence before the headers and within the body, in ms, with a precision of a second: a backstop for
   * exchanges that nobody watches, far beyond the deadlines of calls. 1,000..86,400,000.
   * @defaultValue 900_000
   */
  readonly backstopMs?: number
  /**
   * Bytes of the response's headers. 1,024..1,048,576.
   * @defaultValue 16_384
   */
  readonly maxHeaderBytes?: number
}

/** What applies where an option is not given. */
export const transportDefaults: Readonly<
  Required<Omit<TransportOptions, 'baseUrl' | 'certificateAuthority' | 'lookup' | 'proxyUrl'>>
> = Object.freeze({
  allowPrivateNetwork: false,
  http2: false,
  connections: 256,
  maxWaiting: 1_024,
  connectTimeoutMs: 5_000,
  keepAliveMs: 4_000,
  backstopMs: 900_000,
  maxHeaderBytes: 16_384,
})

/** Options with every default filled in. */
export type ResolvedTransportOptions = typeof transportDefaults & TransportOptions

const ranges = [
  ['connections', 1, 10_000],
  ['maxWaiting', 1, 100_000],
  ['connectTimeoutMs', 1, 120_000],
  ['keepAliveMs', 1, 600_000],
  ['backstopMs', 1_000, 86_400_000],
  ['maxHeaderBytes', 1_024, 1_048_576],
] as const

/**
 * Fills in the defaults.
 *
 * @throws RangeError that names the first option out of its range.
 * @throws TypeError when `lookup` is no function.
 */
export function resolveTransportOptions(options: TransportOptions): ResolvedTransportOptions {
  const resolved = { ...transportDefaults, ...options }
  if (resolved.lookup !== undefined && typeof resolved.lookup !== 'function') {
    throw new TypeError('transport.lookup must be a function')
  }
  for (const [name, least, most] of ranges) {
    const value = resolved[name]
    if (Number.isInteger(value) && value >= least && value <= most) continue
    throw new RangeError(`transport.${name} must be an integer of ${least}..${most}, got ${value}`)
  }
  return resolved
}
