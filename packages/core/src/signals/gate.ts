import type { Random } from '../runtime/random.ts'
import { clamp, requireRange, snapshotBounds } from './range.ts'

/** Numbers of a rate gate. */
export interface RateGateOptions {
  /**
   * First closing when the provider names no time, in ms; each further one without a success in between
   * doubles it.
   */
  readonly baseMs: number
  /** Longest such closing, jitter not included, in ms. */
  readonly maxMs: number
  /** Largest share of a closing that jitter adds, so that instances do not come back together. */
  readonly jitter: number
  /** Longest time that a provider is believed, in ms. */
  readonly maxRetryAfterMs: number
}

/**
 * Source: exponential backoff as the official SDKs of OpenAI and Anthropic do it, jitter only upwards:
 * Retry-After is a lower bound.
 */
export const rateGateDefaults: RateGateOptions = Object.freeze({
  baseMs: 1_000,
  maxMs: 8_000,
  jitter: 0.2,
  maxRetryAfterMs: 3_600_000,
})

/** A rate gate as of the instant of the snapshot. */
export interface RateGateSnapshot {
  readonly closedForMs: number
  readonly closings: number
}

/**
 * Waits out a 429. While it is closed the endpoint is not tried; that says nothing of its health. It never
 * opens earlier than it once said.
 */
export class RateGate {
  #opensAtMs = -Infinity
  #closings = 0

  /** When it opens or opened, in ms; `-Infinity` when it never was closed. */
  get opensAtMs(): number {
    return this.#opensAtMs
  }

  /** How often it has closed without a success in between. */
  get closings(): number {
    return this.#closings
  }

  isClosed(nowMs: number): boolean {
    return nowMs < this.#opensAtMs
  }

  /** Closes until an instant, or longer when it was closed for longer. */
  closeUntil(atMs: number): void {
    if (atMs > this.#opensAtMs) this.#opensAtMs = atMs
  }

  /**
   * Closes after a refusal: for `retryAfterMs` if the provider named a time above 0 (at most an hour), else
   * for 1 s, doubled with each closing in a row, at most 8 s; plus 0..20 % of it at random. Refusals of
   * attempts that were under way when it closed are not further closings.
   */
  close(retryAfterMs: number | undefined, nowMs: number, random: Random): void {
    if (!this.isClosed(nowMs)) this.#closings++
    const { baseMs, maxMs, jitter, maxRetryAfterMs } = rateGateDefaults
    const named = clamp(retryAfterMs ?? 0, 0, maxRetryAfterMs)
    const waitMs = named > 0 ? named : Math.min(maxMs, baseMs * 2 ** Math.max(0, this.#closings - 1))
    this.closeUntil(nowMs + waitMs * (1 + jitter * random()))
  }

  /** Ends the row of closings. A closed gate stays closed. */
  succeeded(): void {
    this.#closings = 0
  }

  /** Returns the state as of `nowMs`. */
  snapshot(nowMs: number): RateGateSnapshot {
    return { closedForMs: Math.max(0, this.#opensAtMs - nowMs), closings: this.#closings }
  }

  /**
   * Replaces the state by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  restore({ closedForMs, closings }: RateGateSnapshot, nowMs: number): void {
    requireRange('closedForMs', closedForMs, snapshotBounds)
    requireRange('closings', closings, snapshotBounds)
    this.#opensAtMs = closedForMs > 0 ? nowMs + closedForMs : -Infinity
    this.#closings = closings
  }

  /**
   * Adds a state whose snapshot was taken at `nowMs`: of both closings, and of both rows, the longer holds.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  merge(snapshot: RateGateSnapshot, nowMs: number): void {
    const other = new RateGate()
    other.restore(snapshot, nowMs)
    this.closeUntil(other.#opensAtMs)
    this.#closings = Math.max(this.#closings, other.#closings)
  }
}
