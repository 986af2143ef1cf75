import { unavailabilityOf } from '@nextbest/core'
import type { BreakerPermit, KnownEndpoint, Reservation, Unavailability } from '@nextbest/core'

/** The right to send one attempt. */
export interface Admission {
  /** Absent where the call ignores breakers because all are open. */
  readonly permit: BreakerPermit | undefined
  readonly reservation: Reservation
}

export type AdmissionResult =
  | { readonly type: 'admitted'; readonly admission: Admission }
  | ({ readonly type: 'refused' } & Unavailability)

export interface AdmissionQuestion {
  /** Tokens to reserve: the prompt and the output expected. */
  readonly tokens: number
  readonly nowMs: number
  /** Whether breakers are ignored. */
  readonly panic: boolean
  /** Whether the call's policy keeps away from endpoints itself: then everybody admits. Default: false. */
  readonly ownGuards?: boolean
}

/** Nothing was asked of the endpoint, so nothing is to be given back to it. */
const unasked: Admission = Object.freeze({
  permit: undefined,
  reservation: Object.freeze({ tokens: 0, requestTake: 0, tokenTake: 0 }),
})

/**
 * Asks an endpoint's hold, gate, limits and breaker for one attempt: all or nothing, without waiting. A hold
 * may be younger than the call's plan, and neither panic nor a policy of one's own mends what it stands for.
 */
export function admit(known: KnownEndpoint, question: AdmissionQuestion): AdmissionResult {
  const { tokens, nowMs, panic } = question
  const heldUntilMs = known.signals.hold.until(nowMs)
  if (heldUntilMs !== undefined) return { type: 'refused', reason: 'held', retryAtMs: heldUntilMs }
  if (question.ownGuards === true) return { type: 'admitted', admission: unasked }
  const unavailable = unavailabilityOf(known, tokens, nowMs)
  if (unavailable !== undefined && !(panic && unavailable.reason === 'breaker-open')) {
    return { type: 'refused', ...unavailable }
  }
  const reservation = known.signals.permits.tryReserve(tokens, nowMs)
  if (reservation === undefined) return { type: 'refused', reason: 'no-permit', retryAtMs: undefined }
  return { type: 'admitted', admission: { permit: known.breaker.tryAcquire(), reservation } }
}
