import type { Failure } from '../failure/failure.ts'
import type { AttemptTimeouts } from './call-state.ts'

/** Why an endpoint did not admit an attempt. Nothing was sent. */
export type RefusalReason = 'breaker-open' | 'rate-gate' | 'no-permit'

/** The timers of a call. */
export type CallTimer = 'deadline' | 'first-token' | 'idle'

/** What the call machine is told. Events of attempts that are over change nothing. */
export type CallEvent =
  /** The endpoint admitted the attempt and it is being sent. */
  | {
      readonly type: 'attempt-started'
      readonly attempt: number
      readonly nowMs: number
      readonly timeouts: AttemptTimeouts
    }
  /** The endpoint did not admit it; the attempt does not count. */
  | {
      readonly type: 'attempt-refused'
      readonly attempt: number
      readonly nowMs: number
      readonly reason: RefusalReason
      readonly retryAtMs: number | undefined
    }
  /** The first content token came. */
  | { readonly type: 'first-token'; readonly attempt: number; readonly nowMs: number }
  /** Something after the first content token came; `content` is false for what is only liveness. */
  | { readonly type: 'progress'; readonly attempt: number; readonly nowMs: number; readonly content: boolean }
  | { readonly type: 'attempt-completed'; readonly attempt: number; readonly nowMs: number }
  | {
      readonly type: 'attempt-failed'
      readonly attempt: number
      readonly nowMs: number
      readonly failure: Failure
    }
  /** The endpoint that the call waits for admits it. */
  | { readonly type: 'admitted'; readonly nowMs: number }
  /** The wait ended without admission. */
  | { readonly type: 'wait-failed'; readonly nowMs: number }
  | { readonly type: 'timer'; readonly timer: CallTimer; readonly nowMs: number }
  /** The caller went away. */
  | { readonly type: 'abort'; readonly nowMs: number }
