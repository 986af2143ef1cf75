import type { Failure } from '../failure/failure.ts'
import type { AttemptTimeouts } from './call-state.ts'

/** Why an endpoint did not admit an attempt. Nothing was sent. */
export type RefusalReason = 'held' | 'breaker-open' | 'rate-gate' | 'no-permit'

/** The timers of a call. */
export type CallTimer = 'deadline' | 'first-token' | 'idle' | 'hedge' | 'hold-back'

/** What the call machine is told. Events of attempts that are over change nothing. */
export type CallEvent =
  /** The endpoint admitted the attempt and it is being sent. */
  | {
      readonly type: 'attempt-started'
      readonly attempt: number
      readonly nowMs: number
      readonly timeouts: AttemptTimeouts
    }
  /** The endpoint did not admit it, or no extra attempt was left for it; the attempt does not count. */
  | {
      readonly type: 'attempt-refused'
      readonly attempt: number
      readonly nowMs: number
      readonly reason: RefusalReason | 'no-extra-attempt'
      readonly retryAtMs: number | undefined
    }
  /** The first content token came. */
  | { readonly type: 'first-token'; readonly attempt: number; readonly nowMs: number }
  /** Something after the first content token came; `content` is false for what is only liveness. */
  | { readonly type: 'progress'; readonly attempt: number; readonly nowMs: number; readonly content: boolean }
  /** A restart has repeated all that was delivered: what comes with this event is the first that is new. */
  | { readonly type: 'caught-up'; readonly attempt: number; readonly nowMs: number }
  /** A restart does not repeat what was delivered. */
  | { readonly type: 'diverged'; readonly attempt: number; readonly nowMs: number }
  | { readonly type: 'attempt-completed'; readonly attempt: number; readonly nowMs: number }
  | {
      readonly type: 'attempt-failed'
      readonly attempt: number
      readonly nowMs: number
      readonly failure: Failure
      /** What it cost, in US dollars, where its usage came; it counts only where the budget bounds money. */
      readonly costUsd?: number
    }
  /** The endpoint that the call waits for admits it. */
  | { readonly type: 'admitted'; readonly nowMs: number }
  /** The wait ended without admission. */
  | { readonly type: 'wait-failed'; readonly nowMs: number }
  /** What was delivered cannot be gone on with: it is not text alone, or it is too long to be compared. */
  | { readonly type: 'not-continuable'; readonly nowMs: number }
  /** The caller reads nothing for a while: silence is not the endpoint's. */
  | { readonly type: 'caller-paused'; readonly nowMs: number }
  | { readonly type: 'caller-resumed'; readonly nowMs: number }
  | { readonly type: 'timer'; readonly timer: CallTimer; readonly nowMs: number }
  /** The caller went away. */
  | { readonly type: 'abort'; readonly nowMs: number }

/** An event of one attempt. */
export type AttemptEvent = Extract<CallEvent, { readonly attempt: number }>

/** The event of that type. */
export type EventOf<Type extends CallEvent['type']> = Extract<CallEvent, { readonly type: Type }>
