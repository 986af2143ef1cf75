import type {
  Breaker,
  ChatRequest,
  ChatCompletion,
  Endpoint,
  FailureEvidence,
  TokenUsage,
} from '@nextbest/core'
import type { StreamPart } from '../adapter.ts'

/** A configured provider account with its connections and guards. */
export interface Upstream {
  /** The provider's slug. */
  readonly provider: string
  readonly endpoints: readonly Endpoint[]
  /** Returns the breaker of one of its endpoints. */
  breakerOf(endpoint: Endpoint): Breaker
  /** Sends one attempt. The listener hears exactly one of `onAnswer`, `onEnd` and `onFailure`, unless it is cancelled first. */
  send(attempt: UpstreamAttempt, listener: AttemptListener): AttemptHandle
  /** Waits in the endpoint's queue; see `WaitingQueue`. */
  waitFor(endpoint: Endpoint, wait: WaitRequest): Promise<WaitResult>
  close(): Promise<void>
}

export interface UpstreamAttempt {
  readonly endpoint: Endpoint
  readonly request: ChatRequest
  readonly stream: boolean
}

export interface AttemptListener {
  /** The response's headers came, names in lower case. */
  onResponse?(status: number, headers: Readonly<Record<string, string>>): void
  /** One event of a stream. */
  onPart(part: StreamPart & { readonly type: 'chunk' }): void
  /** All events that one read brought have been told: a good moment to flush. */
  onBatchEnd?(): void
  /** The whole answer of an attempt that is not a stream. */
  onAnswer(completion: ChatCompletion, usage: TokenUsage | undefined): void
  /** A stream ended, whole by its meaning. */
  onEnd(): void
  onFailure(evidence: FailureEvidence): void
}

/** An attempt under way. All methods may be called at any time, and again. */
export interface AttemptHandle {
  /** Whether the request may have arrived: not while it waits for a connection. Default: true. */
  readonly sent?: boolean
  /** Ends the attempt at once and closes its connection; the listener hears nothing more. */
  cancel(): void
  pause(): void
  resume(): void
}

/** A call that waits for an endpoint to admit it. */
export interface WaitRequest {
  /** Latest instant at which being admitted is of use, on the clock of the upstream. */
  readonly deadlineAtMs: number
  /** 0 (first) .. 9 (last). Default: 5. */
  readonly priority?: number
  /** Returns nothing once the call is admitted, else the instant at which to ask again. */
  tryAdmit(): number | undefined
  /** Whether the caller went away; asked before each try. */
  abandoned(): boolean
  /** Ends the wait at once, wherever in the queue the call is. Default: the caller going away is noticed at its turn. */
  readonly signal?: AbortSignal
}

export type WaitResult = 'admitted' | 'abandoned' | 'too-late' | 'queue-full'
