import type { FaultMode } from '@nextbest/testkit/wall'
import type { ObservedAnswer } from '../faults/observation.ts'

/** What was seen of a scenario, by its caller and by its providers, as plain data. All times are of the router's clock. */
export interface PublicObservation {
  readonly mode: FaultMode
  /** In the order in which they were made. */
  readonly calls: readonly ObservedCall[]
  /** Requests that each provider saw, oldest first. */
  readonly primary: readonly ObservedArrival[]
  readonly fallback: readonly ObservedArrival[]
  /** What was seen of the call that must never be, whatever its providers do. */
  readonly unsound: readonly string[]
  /** Whether one more call of the same gateway, for another model, was answered well. */
  readonly isAliveAfter: boolean
}

export interface ObservedCall {
  /** When it was made, in ms since the first one. */
  readonly atMs: number
  /** Until the last byte of its answer, in ms. */
  readonly tookMs: number
  readonly answer: ObservedAnswer
  /** All that its answer says of who gave it. */
  readonly providers: readonly string[]
}

export interface ObservedArrival {
  /** In ms since the first call was made. */
  readonly atMs: number
  /** Output tokens that were generated. */
  readonly tokensBilled: number
}
