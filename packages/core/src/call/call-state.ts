import type { Endpoint } from '../catalog/endpoint.ts'
import type { Failure } from '../failure/failure.ts'
import type { CallBudget } from './call-budget.ts'
import type { CallRules } from './call-rules.ts'

/** An endpoint in a plan. */
export interface PlannedEndpoint {
  readonly endpoint: Endpoint
  /** Least time in which it may answer, in ms: a failover that has less left is of no use. */
  readonly usefulMs: number
  /**
   * Whether the next endpoint of the plan may be started beside an attempt here that is still silent after so many ms. Default: it
   * may not.
   */
  readonly hedge?: { readonly afterMs: number }
  /** What an attempt here may cost. Needed where the budget bounds money: what is not known is not afforded. Default: not known. */
  readonly cost?: AttemptCost
  /** Whether it goes on from a given beginning of its answer, as assistant prefill does. Default: false. */
  readonly continuesNatively?: boolean
}

/** Bounds of what one attempt costs, in US dollars. */
export interface AttemptCost {
  /** The prompt alone: what an attempt is taken to have cost that ended before any content. */
  readonly promptUsd: number
  /** The longest prompt and the longest answer that the request allows. */
  readonly worstUsd: number
}

/** How long one attempt may be silent, as its endpoint's own history sets it when the attempt starts. */
export interface AttemptTimeouts {
  /** Time from the attempt's start in which a first token (or a whole answer, if not streamed) must come, in ms. */
  readonly firstTokenTimeoutMs: number
  /** The same where there is nothing to move on to, so that giving up early gains nothing, in ms. Default: `firstTokenTimeoutMs`. */
  readonly lastFirstTokenTimeoutMs?: number
  /** Longest pause between two pieces of content, in ms. */
  readonly idleTimeoutMs: number
}

/** An endpoint that could serve the call but not now. */
export interface StandbyEndpoint extends PlannedEndpoint {
  /** When it may admit the call; undefined where nobody knows. */
  readonly retryAtMs: number | undefined
  /** Whether a wait for it came to nothing, so that it is not waited for again. Default: false. */
  readonly waitedInVain?: boolean
}

/** Why an attempt is made. */
export type AttemptKind =
  /** The first, or a failover to another endpoint. */
  | 'plain'
  /** Another one on the same endpoint. */
  | 'retry'
  /** Started beside one that is still silent. */
  | 'hedge'
  /** Goes on after what another attempt has delivered. */
  | 'continuation'
  /** Begins the answer anew: what was delivered already must be repeated before it goes on. */
  | 'restart'

export type AttemptStatus =
  /** Told to start; not known to be sent. */
  | 'starting'
  /** Sent, and without content so far. */
  | 'running'
  /** Its content is held back. */
  | 'held'
  /** Repeats what was delivered before it. */
  | 'repeating'
  /** Its output is the call's. */
  | 'committed'
  | 'answered'
  | 'failed'
  | 'cancelled'

/** One try on one endpoint. */
export interface AttemptState {
  /** Numbered from 1. */
  readonly number: number
  readonly planned: PlannedEndpoint
  readonly kind: AttemptKind
  readonly status: AttemptStatus
  readonly startedAtMs: number
  /** Longest pause between two pieces of its content, in ms; Infinity until it is sent. */
  readonly idleTimeoutMs: number
  /** When its first token is overdue; Infinity until it is sent. */
  readonly firstTokenByMs: number
  readonly firstTokenAtMs: number | undefined
  /** Pieces of content that were held back. */
  readonly heldPieces: number
  readonly failure: Failure | undefined
  /** What it cost, in US dollars, where that is known. */
  readonly costUsd: number | undefined
}

export type CallPhase = 'attempting' | 'waiting' | 'settled'

/** All that the call machine knows of a call. A value: every event makes a new one. */
export interface CallState {
  readonly phase: CallPhase
  readonly budget: CallBudget
  readonly rules: CallRules
  /** Endpoints not yet tried, in the order in which they will be. */
  readonly queue: readonly PlannedEndpoint[]
  /** Endpoints that refused, or were not available when the call was planned. */
  readonly standby: readonly StandbyEndpoint[]
  /** Every attempt, in the order of their starts: attempt n is at n - 1. One of the last two may be live, or both. */
  readonly attempts: readonly AttemptState[]
  /** When content last came; undefined before the first. */
  readonly contentAtMs: number | undefined
  /** Only endpoints with a larger window than this are of use; 0 at first. */
  readonly aboveContextTokens: number
  /** The wait that the call is in. */
  readonly waitingFor: CallWait | undefined
  /** What broke off after content was delivered and was gone on with, or tried to be; undefined before. */
  readonly broken: BrokenAnswer | undefined
  /** Whether what was delivered can be gone on with. */
  readonly continuable: boolean
  /** Since when the caller reads nothing, so that no content can come; undefined while it reads. */
  readonly pausedAtMs: number | undefined
  /** How the call ended. */
  readonly outcome: CallOutcome | undefined
}

/** A wait in an endpoint's queue. */
export interface CallWait {
  readonly standby: StandbyEndpoint
  /** What the attempt will be that it is for. */
  readonly kind: 'plain' | 'retry'
  /** When it is over at the latest, in ms. Default: what the budget allows. */
  readonly untilMs?: number
}

export interface BrokenAnswer {
  /** The attempt that delivered last. */
  readonly attempt: number
  readonly failure: Failure
}

/** How a call ended. */
export type CallOutcome =
  /** The attempt's answer is whole. It may have failed for being blank: then nobody had more to say. */
  | { readonly type: 'answered'; readonly attempt: number }
  /** Nothing was delivered. */
  | { readonly type: 'failed'; readonly reason: CallFailureReason; readonly retryAtMs: number | undefined }
  /** Part of an answer was delivered, then it broke off. */
  | ({ readonly type: 'broken' } & BrokenAnswer)
  /** The caller went away. */
  | { readonly type: 'aborted' }

export type CallFailureReason =
  /** A failure is one that no other endpoint can mend. */
  | 'refused'
  /** Attempts were made and none is left to make. */
  | 'all-failed'
  /** No attempt was made: every endpoint is busy, gated or open, and waiting does not fit. */
  | 'busy'
  /** No attempt was made: all endpoints fail, and the throttle held this call back. */
  | 'throttled'
  /** No attempt was made: the worst case of each is above what the call may cost. */
  | 'over-budget'
  /** The deadline passed. */
  | 'deadline'
  /** There was no endpoint to try. */
  | 'no-endpoint'
