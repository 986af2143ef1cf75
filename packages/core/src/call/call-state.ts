import type { Endpoint } from '../catalog/endpoint.ts'
import type { Failure } from '../failure/failure.ts'

/** What a call may spend. One object per call; whatever spends of it, counts against the same bounds. */
export interface CallBudget {
  /** No attempt starts and nothing is delivered at or after this instant. */
  readonly deadlineAtMs: number
  /** Attempts in all, the first included. 1..10. */
  readonly maxAttempts: number
  /** Longest wait for a busy endpoint, in ms. 0 or more; 0 never waits. */
  readonly maxWaitMs: number
}

/** An endpoint in a plan. */
export interface PlannedEndpoint {
  readonly endpoint: Endpoint
  /** Least time in which it may answer, in ms: a failover that has less left is of no use. */
  readonly usefulMs: number
}

/** How long one attempt may be silent, as its endpoint's own history sets it when the attempt starts. */
export interface AttemptTimeouts {
  /** Time from the attempt's start in which a first token (or a whole answer, if not streamed) must come, in ms. */
  readonly firstTokenTimeoutMs: number
  /** Longest pause between two pieces of content, in ms. */
  readonly idleTimeoutMs: number
}

/** An endpoint that could serve the call but not now. */
export interface StandbyEndpoint extends PlannedEndpoint {
  /** When it may admit the call; undefined where nobody knows. */
  readonly retryAtMs: number | undefined
}

export type AttemptStatus = 'starting' | 'running' | 'committed' | 'answered' | 'failed' | 'cancelled'

/** One try on one endpoint. */
export interface AttemptState {
  /** Numbered from 1. */
  readonly number: number
  readonly planned: PlannedEndpoint
  readonly status: AttemptStatus
  readonly startedAtMs: number
  /** Undefined until it is sent. */
  readonly timeouts: AttemptTimeouts | undefined
  readonly failure: Failure | undefined
}

export type CallPhase = 'attempting' | 'waiting' | 'settled'

/** All that the call machine knows of a call. A value: every event makes a new one. */
export interface CallState {
  readonly phase: CallPhase
  readonly budget: CallBudget
  /** Endpoints not yet tried, in the order in which they will be. */
  readonly queue: readonly PlannedEndpoint[]
  /** Endpoints that refused, or were not available when the call was planned. */
  readonly standby: readonly StandbyEndpoint[]
  /** Every attempt, in the order of their starts; the last one may be live. */
  readonly attempts: readonly AttemptState[]
  /** When content last came; undefined before the call is committed. */
  readonly contentAtMs: number | undefined
  /** Only endpoints with a larger window than this are of use; 0 at first. */
  readonly aboveContextTokens: number
  /** The endpoint whose queue the call is in. */
  readonly waitingFor: StandbyEndpoint | undefined
  /** How the call ended. */
  readonly outcome: CallOutcome | undefined
}

/** How a call ended. */
export type CallOutcome =
  /** The attempt's answer is whole. */
  | { readonly type: 'answered'; readonly attempt: number }
  /** Nothing was delivered. */
  | { readonly type: 'failed'; readonly reason: CallFailureReason; readonly retryAtMs: number | undefined }
  /** Part of an answer was delivered, then it broke off. */
  | { readonly type: 'broken'; readonly attempt: number; readonly failure: Failure }
  /** The caller went away. */
  | { readonly type: 'aborted' }

export type CallFailureReason =
  /** The last failure is one that no other endpoint can mend. */
  | 'refused'
  /** Attempts were made and none is left to make. */
  | 'all-failed'
  /** No attempt was made: every endpoint is busy, gated or open, and waiting does not fit. */
  | 'busy'
  /** The deadline passed. */
  | 'deadline'
  /** There was no endpoint to try. */
  | 'no-endpoint'
