import type { Demand, Endpoint, FailureKind, TokenUsage } from '@nextbest/core'
import type { RouteAttempt } from '../route.ts'

/** Name of the format, as the first line of a trace states it. */
export const traceFormat = 'nextbest-trace'

/** Its version. A reader takes every minor version of its major one, and leaves alone what it does not know. */
export const traceVersion: { readonly major: number; readonly minor: number } = Object.freeze({
  major: 1,
  minor: 0,
})

/** Bounds of a trace, so that every line has one. */
export interface TraceBounds {
  /** Longest line, in characters, its end not included. */
  readonly lineCharacters: number
  /** Candidates, endpoints that were not available, and exclusions of a call; candidates that were tried come on top. */
  readonly listed: number
  /** Endpoints of a plan, and attempts. */
  readonly planned: number
  /** Price tiers and parameters of an endpoint. */
  readonly described: number
}

export const traceBounds: TraceBounds = Object.freeze({
  lineCharacters: 262_144,
  listed: 128,
  planned: 16,
  described: 64,
})

/** One line of a trace. */
export type TraceRecord = TraceHeader | TraceEndpoint | TraceCall | TraceDropped

/** Begins a trace. In the middle of a file, it begins that of another process. */
export interface TraceHeader {
  readonly type: 'header'
  readonly major: number
  readonly minor: number
  readonly options: TraceOptions
}

/** What all calls of a trace have in common. */
export interface TraceOptions {
  /** What a call without a whole answer costs, in US dollars. */
  readonly failureUsd: number
  /** Of the first pick; see `FirstPickOptions`. */
  readonly sharpness: number
  readonly explorationRate: number
}

/** Describes an endpoint, before the first call that could use it and whenever its description changes. */
export interface TraceEndpoint {
  readonly type: 'endpoint'
  readonly endpoint: Endpoint
}

/** Lines that were not written, because the file was slower than the calls or could not be written. */
export interface TraceDropped {
  readonly type: 'dropped'
  readonly lines: number
}

/** One call: what it needed, what the decision saw, and what became of it. */
export interface TraceCall {
  readonly type: 'call'
  /** Its start, in ms on the router's clock, which begins anywhere. */
  readonly atMs: number
  readonly demand: Demand
  /** What a second of waiting was worth to the caller, in US dollars. */
  readonly usdPerSecond: number
  /** The caller prescribed the order, so that no policy was asked. */
  readonly prescribed: boolean
  readonly timeoutMs: number
  /** Attempts that it might make, the first included: fewer in panic, one without fallbacks. */
  readonly maxAttempts: number
  /** All breakers were open and were ignored. */
  readonly panic: boolean
  /** By tier, then by increasing index. */
  readonly candidates: readonly TraceCandidate[]
  /** Candidates that are not listed for their number. */
  readonly moreCandidates: number
  /** Endpoints that could serve, but not then. */
  readonly unavailable: readonly TraceUnavailable[]
  readonly exclusions: readonly TraceExclusion[]
  /** Endpoint ids in the order in which the call would try them. */
  readonly plan: readonly string[]
  readonly attempts: readonly TraceAttempt[]
  readonly outcome: 'answered' | 'broken' | 'failed' | 'aborted'
  /** Why it failed, in the words of `CallFailureReason`. */
  readonly reason: string | undefined
  readonly durationMs: number
  /** From the call's start, where a first token came and the answer was streamed. */
  readonly firstTokenMs: number | undefined
  /** Of the answer, whole or in part. */
  readonly usage: TokenUsage | undefined
  /** Of all attempts. */
  readonly costNanoUsd: number
}

/** A candidate as the decision saw it. */
export interface TraceCandidate {
  readonly endpoint: string
  /** Of being tried first, 0..1: the propensity of the pick. */
  readonly probability: number
  /** The parts of the index; see `IndexParts`. */
  readonly success: number
  readonly early: number
  readonly late: number
  readonly answerUsd: number
  readonly earlyFailureUsd: number
  readonly lateFailureUsd: number
  /** Expected price of the answer. */
  readonly priceUsd: number
  /** What the provider's cache was expected to save of it. */
  readonly cacheSavingUsd: number
  /** Expected time to the first token, load included. */
  readonly ttftMs: number
  /** Expected time per output token. */
  readonly msPerToken: number
  readonly tier: 0 | 1 | 2
  /** Share of its usual traffic that it was to get, 0..1. */
  readonly share: number
}

export interface TraceUnavailable {
  readonly endpoint: string
  /** In the words of `RefusalReason`. */
  readonly reason: string
  readonly retryInMs: number | undefined
}

export interface TraceExclusion {
  readonly endpoint: string
  /** Name of the rule; later versions may know others. */
  readonly rule: string
}

/** One attempt. */
export interface TraceAttempt {
  readonly endpoint: string
  /** Why it was made: `plain`, or what later versions know beside it. */
  readonly kind: string
  /** From the call's start. */
  readonly startedAfterMs: number
  readonly durationMs: number
  /** From the attempt's start, where a first token came and the answer was streamed. */
  readonly firstTokenMs: number | undefined
  readonly outcome: RouteAttempt['outcome']
  /** A kind that the reader does not know is `unknown`. */
  readonly failure: FailureKind | undefined
  /** HTTP status of the failure. */
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  /** Where it is known. */
  readonly usage: TokenUsage | undefined
  readonly billing: RouteAttempt['billing']
  readonly costNanoUsd: number
}
