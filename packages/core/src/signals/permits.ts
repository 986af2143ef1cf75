import { requireRange } from './range.ts'
import { TokenBucket } from './token-bucket.ts'

/** What an endpoint admits; each is unlimited by default. */
export interface PermitLimits {
  /** Requests in a minute, and at once after a quiet minute. At least 1. */
  readonly requestsPerMinute?: number
  /** Prompt and output tokens in a minute, and at once after a quiet minute. At least 1. */
  readonly tokensPerMinute?: number
  /** Attempts in flight. At least 1. */
  readonly maxConcurrent?: number
}

/** The right to send one attempt; settled or cancelled once. */
export interface Reservation {
  /** Tokens that it was made for. */
  readonly tokens: number
  /** Numbers of what was taken from the buckets. */
  readonly requestTake: number
  readonly tokenTake: number
}

const unlimitedReservation: Reservation = Object.freeze({ tokens: 0, requestTake: 0, tokenTake: 0 })

/**
 * Admission to one endpoint, in process and synchronous: requests and tokens per minute, each a token bucket,
 * and attempts in flight. In any interval of `d` minutes no more is admitted than `(1 + d)` times the limit
 * of a minute, however reservations, settlements and cancellations interleave; tokens that an attempt used
 * beyond its reservation apart, which are owed and paid off first.
 */
export class Permits {
  readonly #requests: TokenBucket | undefined
  readonly #tokens: TokenBucket | undefined
  readonly #maxConcurrent: number
  readonly #unlimited: boolean
  readonly #open = new Set<Reservation>()

  constructor({ requestsPerMinute, tokensPerMinute, maxConcurrent }: PermitLimits) {
    if (requestsPerMinute !== undefined) {
      requireRange('requestsPerMinute', requestsPerMinute, [1, 1e12])
      this.#requests = new TokenBucket({ perMinute: requestsPerMinute })
    }
    if (tokensPerMinute !== undefined) {
      requireRange('tokensPerMinute', tokensPerMinute, [1, 1e12])
      this.#tokens = new TokenBucket({ perMinute: tokensPerMinute })
    }
    this.#maxConcurrent = requireRange('maxConcurrent', maxConcurrent ?? Infinity, [1, Infinity])
    this.#unlimited = (requestsPerMinute ?? tokensPerMinute ?? maxConcurrent) === undefined
  }

  /** Reserves one request of at most so many tokens; all of it or, when anything lacks, nothing. */
  tryReserve(tokens: number, nowMs: number): Reservation | undefined {
    if (this.#unlimited) return unlimitedReservation
    if (this.availableAtMs(tokens, nowMs) !== nowMs) return undefined
    const reservation: Reservation = {
      tokens,
      requestTake: this.#requests?.charge(1, nowMs) ?? 0,
      tokenTake: this.#tokens?.charge(tokens, nowMs) ?? 0,
    }
    this.#open.add(reservation)
    return reservation
  }

  /**
   * Returns when a request of so many tokens can be admitted if nothing else is: `nowMs` when now; `Infinity`
   * when no instant can be named, because an attempt in flight must end first, or because it is for more
   * tokens than a minute ever admits.
   */
  availableAtMs(tokens: number, nowMs: number): number {
    if (this.#open.size >= this.#maxConcurrent) return Infinity
    const requestAtMs = this.#requests?.availableAtMs(1, nowMs) ?? nowMs
    return Math.max(requestAtMs, this.#tokens?.availableAtMs(tokens, nowMs) ?? nowMs)
  }

  /**
   * Ends an attempt that was sent, and corrects its reservation by the tokens that it really used. Only the
   * first of `settle` and `cancel` counts, so that an abort may race with an end; a reservation of other
   * permits changes nothing.
   */
  settle(reservation: Reservation, actualTokens: number, nowMs: number): void {
    if (!this.#open.delete(reservation)) return
    const excess = reservation.tokens - actualTokens
    if (excess > 0) this.#tokens?.giveBack(excess, reservation.tokenTake, nowMs)
    if (excess < 0) this.#tokens?.charge(-excess, nowMs)
  }

  /** Gives back a reservation for which nothing was sent. Only the first of `settle` and `cancel` counts. */
  cancel(reservation: Reservation, nowMs: number): void {
    if (!this.#open.delete(reservation)) return
    this.#requests?.giveBack(1, reservation.requestTake, nowMs)
    this.#tokens?.giveBack(reservation.tokens, reservation.tokenTake, nowMs)
  }
}
