import type { WallExchange } from './wall-exchange.ts'

/** Answers a request by hand. */
export type WallPlay = (exchange: WallExchange) => void

/** One of the faults of the public test (docs/public-faults.md), as a provider plays it. */
export interface PublicFault {
  /** The model that asks for it: `s01` .. `s16`, or `s14-fallback` for what the second provider does there. */
  readonly id: string
  /** A few words, unique. */
  readonly name: string
  /** Whether only the first request meets it, and those after it are answered well. Default: every one meets it. */
  readonly once?: true
  readonly play: WallPlay
}
