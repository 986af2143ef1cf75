import type { ChatRequest, Endpoint, FailureEvidence, TokenUsage } from '@nextbest/core'

/** A provider of a simulation. It is asked once for each attempt that reaches it. */
export interface SimulatedProvider {
  /** Decides, when an attempt arrives, all that it will do with it. */
  arrive(attempt: ArrivingAttempt): AttemptScript
  /** The attempt is over, whoever ended it. */
  depart?(attempt: ArrivingAttempt, nowMs: number): void
}

export interface ArrivingAttempt {
  readonly endpoint: Endpoint
  readonly request: ChatRequest
  readonly stream: boolean
  /** Virtual instant. */
  readonly nowMs: number
  /** Attempts on this provider under way, this one not included. */
  readonly inFlight: number
}

/** What happens to an attempt, in order of `afterMs`. A script without a last step hangs until someone cancels it. */
export type AttemptScript = readonly AttemptStep[]

/** `afterMs` counts from the arrival, 0 or more, never decreasing. The last two types end the attempt. */
export type AttemptStep =
  /** The response's head came: for rate limit headers, mostly. */
  | {
      readonly type: 'head'
      readonly afterMs: number
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
    }
  /** Something that is no content: a role chunk, a comment. */
  | { readonly type: 'liveness'; readonly afterMs: number }
  /** A piece of content. */
  | { readonly type: 'content'; readonly afterMs: number; readonly text: string }
  /** The answer is whole. */
  | { readonly type: 'end'; readonly afterMs: number; readonly usage: TokenUsage | undefined }
  | { readonly type: 'failure'; readonly afterMs: number; readonly evidence: FailureEvidence }
