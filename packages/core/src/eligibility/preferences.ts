import type { PreferredSpeed } from '../ranking/preferred-speed.ts'
import type { Quantization } from '../catalog/endpoint.ts'

/** How a caller weighs money against time: a preset, or US dollars per second of waiting. */
export type Objective = 'cheapest' | 'balanced' | 'fastest' | { readonly usdPerSecond: number }

/** What the caller wants of the routing. Everything is optional; nothing given means every endpoint may serve. */
export interface RoutingPreferences extends PreferredSpeed {
  /** Providers or tags to try first and in this order, obeyed to the letter. Default: the index decides. */
  readonly order?: readonly string[]
  /** Providers or tags that may serve; all others are excluded. Default: all. */
  readonly only?: readonly string[]
  /** Providers or tags that may not serve. Default: none. */
  readonly ignore?: readonly string[]
  /** Whether another endpoint may be tried when the first fails. Default: true. */
  readonly allowFallbacks?: boolean
  /** Whether an endpoint that lacks a parameter of the request is excluded. Default: false, it then ignores it. */
  readonly requireParameters?: boolean
  /** `deny` excludes endpoints that collect data. Default: `allow`. */
  readonly dataCollection?: 'allow' | 'deny'
  /** Whether only endpoints that retain nothing may serve. Default: false. */
  readonly zeroDataRetention?: boolean
  /** Number formats that may serve. Default: all. */
  readonly quantizations?: readonly Quantization[]
  /** Regions that may serve. Default: all. */
  readonly regions?: readonly string[]
  /** Price ceilings, inclusive. Default: none. */
  readonly maxPrice?: MaxPrice
  /** Strict order by one property instead of the index; uses no randomness. Default: the index. */
  readonly sort?: 'price' | 'latency' | 'throughput'
  /** What waiting is worth. Default: `balanced`. */
  readonly objective?: Objective
}

/** Ceilings for one request; an endpoint whose worst case is above one of them is excluded. */
export interface MaxPrice {
  /** US dollars per million prompt tokens. */
  readonly promptUsdPerMillion?: number
  /** US dollars per million output tokens. */
  readonly completionUsdPerMillion?: number
  /** US dollars per request. */
  readonly requestUsd?: number
  /** US dollars per image. */
  readonly imageUsd?: number
}
