import type { Failure } from '../failure/failure.ts'
import type { AttemptKind, CallOutcome, CallWait, PlannedEndpoint } from './call-state.ts'
import type { CallTimer } from './call-event.ts'

/** What is to be done, in order. Whoever runs the machine performs it: the router for real, the simulator in virtual time. */
export type CallEffect =
  /**
   * Ask the endpoint for admission and send; `admitted` says that a wait has admitted it already. Where none has, a retry or a hedge
   * takes an extra attempt first (see `ExtraAttempts`).
   */
  | {
      readonly type: 'start-attempt'
      readonly attempt: number
      readonly planned: PlannedEndpoint
      readonly kind: AttemptKind
      readonly admitted: boolean
    }
  /** Close the attempt's connection at once. */
  | { readonly type: 'cancel-attempt'; readonly attempt: number }
  /** The attempt is over: record it, once. One that was told to start may have been sent or not; only whoever sent it knows. */
  | { readonly type: 'record-attempt'; readonly attempt: number; readonly result: AttemptResult }
  /** Set the timer, replacing one of the same name. */
  | { readonly type: 'set-timer'; readonly timer: CallTimer; readonly atMs: number }
  | { readonly type: 'clear-timer'; readonly timer: CallTimer }
  /** Wait in the endpoint's queue until it admits, `untilMs` at the latest. For a retry, take an extra attempt first. */
  | ({ readonly type: 'wait'; readonly untilMs: number } & CallWait)
  /** Leave the queue, and give back an admission that no attempt has used. */
  | { readonly type: 'cancel-wait' }
  /** Keep the output that came with the event until the attempt is committed, in order. */
  | { readonly type: 'hold'; readonly attempt: number }
  /** From here on the attempt's output is the call's: deliver what it has sent so far, or, of a restart, nothing. */
  | { readonly type: 'commit'; readonly attempt: number }
  /** Deliver the output that came with the event; of the event with which a restart caught up, what is new in it. */
  | { readonly type: 'emit'; readonly attempt: number }
  /** The call is over: exactly once, and nothing follows it. */
  | { readonly type: 'settle'; readonly outcome: CallOutcome }

/** How an attempt ended. */
export type AttemptResult =
  | { readonly type: 'answered' }
  | { readonly type: 'failed'; readonly failure: Failure; readonly committed: boolean }
  /** Ended by us through no fault of the endpoint: the caller went away, another attempt won, or a restart diverged. */
  | { readonly type: 'cancelled' }
