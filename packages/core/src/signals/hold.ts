import { requireRange, snapshotBounds } from './range.ts'

/** Numbers of a hold. */
export interface HoldOptions {
  /** First hold, in ms; each further one without a success in between doubles it. */
  readonly baseMs: number
  /** Longest hold, in ms. */
  readonly maxMs: number
}

/**
 * Long, because a person must act; an hour at most, so that what was repaired comes back by itself. Source:
 * choice.
 */
export const holdDefaults: HoldOptions = Object.freeze({ baseMs: 300_000, maxMs: 3_600_000 })

/** A hold as of the instant of the snapshot. */
export interface HoldSnapshot {
  readonly heldForMs: number
  readonly placements: number
  readonly reason?: string
}

const maxReasonLength = 300

/**
 * Keeps an endpoint out of use after a fault of credential, billing or model, which trying again does not
 * mend.
 */
export class Hold {
  #untilMs = -Infinity
  #placements = 0
  #reason: string | undefined

  /** Why it was placed last, in words, at most 300 characters; nothing when it never was, or was lifted. */
  get reason(): string | undefined {
    return this.#reason
  }

  /** Returns when it ends, or nothing when it is not in force at `nowMs`. */
  until(nowMs: number): number | undefined {
    return nowMs < this.#untilMs ? this.#untilMs : undefined
  }

  /**
   * Places it: for 5 min, doubled with each time in a row, at most 1 h. While it is in force it lasts as long from now, and
   * is no further time: attempts that were under way, or another fault of the same account. The reason is for people and never
   * holds a secret.
   */
  place(reason: string, nowMs: number): void {
    this.#reason = reason.slice(0, maxReasonLength)
    if (this.until(nowMs) === undefined) this.#placements++
    const { baseMs, maxMs } = holdDefaults
    const forMs = Math.min(maxMs, baseMs * 2 ** Math.max(0, this.#placements - 1))
    this.#untilMs = Math.max(this.#untilMs, nowMs + forMs)
  }

  /** Ends it, and the row of placements. */
  lift(): void {
    this.#untilMs = -Infinity
    this.#placements = 0
    this.#reason = undefined
  }

  /** Returns the state as of `nowMs`. */
  snapshot(nowMs: number): HoldSnapshot {
    return {
      heldForMs: Math.max(0, this.#untilMs - nowMs),
      placements: this.#placements,
      ...(this.#reason !== undefined && { reason: this.#reason }),
    }
  }

  /**
   * Replaces the state by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  restore({ heldForMs, placements, reason }: HoldSnapshot, nowMs: number): void {
    requireRange('heldForMs', heldForMs, snapshotBounds)
    requireRange('placements', placements, snapshotBounds)
    this.#untilMs = heldForMs > 0 ? nowMs + heldForMs : -Infinity
    this.#placements = placements
    this.#reason = reason
  }

  /**
   * Adds a state whose snapshot was taken at `nowMs`: of both holds the later, with its reason, and of both rows the longer.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  merge(snapshot: HoldSnapshot, nowMs: number): void {
    const other = new Hold()
    other.restore(snapshot, nowMs)
    this.#placements = Math.max(this.#placements, other.#placements)
    if (other.#untilMs <= this.#untilMs) return
    this.#untilMs = other.#untilMs
    this.#reason = other.#reason
  }
}
