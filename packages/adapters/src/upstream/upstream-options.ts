import type { BreakerOptions, Endpoint, Random } from '@nextbest/core'
import type { Adapter } from '../adapter.ts'
import type { TransportOptions } from '../transport/transport-options.ts'

export interface UpstreamOptions {
  /** The provider's slug. */
  readonly provider: string
  readonly adapter: Adapter
  /** Where the provider's API begins, e.g. `https://api.openai.com/v1`; see `TransportOptions`. */
  readonly baseUrl: string
  /** The provider's key; a function is asked at each attempt. Default: none is sent. */
  readonly apiKey?: string | (() => string | undefined)
  /** Headers of every attempt; they win over the adapter's. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the provider serves; ids must differ. */
  readonly endpoints: readonly Endpoint[]
  /**
   * Whether the base URL may be on a private network and use plain `http:`; see `TransportOptions`.
   * @defaultValue false
   */
  readonly allowPrivateNetwork?: boolean
  readonly transport?: Omit<TransportOptions, 'baseUrl' | 'allowPrivateNetwork'>
  /** Options of each endpoint's breaker. Default: `breakerDefaults`. */
  readonly breaker?: Partial<BreakerOptions>
  /** Default: `upstreamLimits`. */
  readonly limits?: Partial<UpstreamLimits>
  readonly random: Random
  /** Present instant in ms, on the clock of the deadlines of `waitFor`. */
  nowMs(): number
}

/** Bounds of one upstream. */
export interface UpstreamLimits {
  /**
   * Bytes of an answer that is not a stream. 1,024..268,435,456.
   * @defaultValue 33_554_432
   */
  readonly maxAnswerBytes: number
  /**
   * Bytes of one event of a stream, 1,024..268,435,456; of an endpoint that answers with more than text, such as images,
   * `maxAnswerBytes` if that is more.
   * @defaultValue 1_048_576
   */
  readonly maxEventBytes: number
  /**
   * Bytes read of the body of an error; the rest is cut off. 1,024..1,048,576.
   * @defaultValue 65_536
   */
  readonly maxErrorBytes: number
  /**
   * Longest time to wait for the body of an error, in ms. 1..60,000.
   * @defaultValue 2_000
   */
  readonly errorBodyTimeoutMs: number
  /**
   * Longest time to wait for a chunk or the end mark once every choice has its finish reason, in ms; then the stream is
   * whole without it. 1..60,000.
   * @defaultValue 2_000
   */
  readonly endMarkTimeoutMs: number
  /**
   * Calls that may wait in the queue of one endpoint. 1..10,000.
   * @defaultValue 1_000
   */
  readonly maxQueued: number
}

export const upstreamLimits: UpstreamLimits = Object.freeze({
  maxAnswerBytes: 33_554_432,
  maxEventBytes: 1_048_576,
  maxErrorBytes: 65_536,
  errorBodyTimeoutMs: 2_000,
  endMarkTimeoutMs: 2_000,
  maxQueued: 1_000,
})

const ranges = [
  ['maxAnswerBytes', 1_024, 268_435_456],
  ['maxEventBytes', 1_024, 268_435_456],
  ['maxErrorBytes', 1_024, 1_048_576],
  ['errorBodyTimeoutMs', 1, 60_000],
  ['endMarkTimeoutMs', 1, 60_000],
  ['maxQueued', 1, 10_000],
] as const

/** Fills in the defaults. Throws a RangeError that names the first limit out of its range. */
export function resolveLimits(limits: Partial<UpstreamLimits> | undefined): UpstreamLimits {
  const resolved = { ...upstreamLimits, ...limits }
  for (const [name, least, most] of ranges) {
    const value = resolved[name]
    if (Number.isInteger(value) && value >= least && value <= most) continue
    throw new RangeError(`limits.${name} must be an integer of ${least}..${most}, got ${value}`)
  }
  return resolved
}
