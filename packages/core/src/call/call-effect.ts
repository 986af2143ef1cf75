import type { Failure } from '../failure/failure.ts'
import type { CallOutcome, PlannedEndpoint, StandbyEndpoint } from './call-state.ts'
import type { CallTimer } from './call-event.ts'

/** What is to be done, in order. Whoever runs the machine performs it: the router for real, the simulator in virtual time. */
export type CallEffect =
  /** Ask the endpoint for admission and send; `admitted` says that a wait has admitted it already. */
  | {
      readonly type: 'start-attempt'
      readonly attempt: number
      readonly planned: PlannedEndpoint
      readonly admitted: boolean
    }
  /** Close the attempt's connection at once. */
  | { readonly type: 'cancel-attempt'; readonly attempt: number }
  /** The attempt is over: record it, once. One that was told to start may have been sent or not; only whoever sent it knows. */
  | { readonly type: 'record-attempt'; readonly attempt: number; readonly result: AttemptResult }
  /** Set the timer, replacing one of the same name. */
  | { readonly type: 'set-timer'; readonly timer: CallTimer; readonly atMs: number }
  | { readonly type: 'clear-timer'; readonly timer: CallTimer }
  /** Wait in the endpoint's queue until it admits, `untilMs` at the latest. */
  | { readonly type: 'wait'; readonly standby: StandbyEndpoint; readonly untilMs: number }
  | { readonly type: 'cancel-wait' }
  /** From here on the attempt's output is the call's: deliver what it has sent so far. */
  | { readonly type: 'commit'; readonly attempt: number }
  /** Deliver the output that came with the event. */
  | { readonly type: 'emit'; readonly attempt: number }
  /** The call is over: exactly once, and nothing follows it. */
  | { readonly type: 'settle'; readonly outcome: CallOutcome }

/** How an attempt ended. */
export type AttemptResult =
  | { readonly type: 'answered' }
  | { readonly type: 'failed'; readonly failure: Failure; readonly committed: boolean }
  /** Ended by us through no fault of the endpoint. */
  | { readonly type: 'cancelled' }
