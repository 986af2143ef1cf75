import type { FaultMode } from '@nextbest/testkit/wall'
import type { PublicObservation } from './observation.ts'

/** Compares what was seen with what is required. Returns the difference in words, if there is one. */
export type PublicCheck = (observation: PublicObservation) => string | undefined

/** One of the sixteen: what is asked, and what is required. */
export interface Scenario {
  /** Of the primary's fault at the wall, e.g. `s01`. */
  readonly id: string
  /** How the answer is asked for. */
  readonly modes: readonly FaultMode[]
  /** What the fallback does at the wall. Default: it answers well. */
  readonly fallback?: string
  /** Calls, each so many ms after the one before. Default: one. */
  readonly calls?: { readonly count: number; readonly periodMs: number }
  /** Of the router's luck; with several it is played with each. Default: 1. */
  readonly seeds?: readonly number[]
  readonly checks: readonly PublicCheck[]
}
