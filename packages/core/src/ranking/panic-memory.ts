import type { KnownEndpoint } from './candidate.ts'

/** How long panic lasts at least, in ms, so that it does not flap while probes go back and forth. Source: choice. */
const leastMs = 5_000

/** What panic depends on. */
export interface PanicQuestion {
  /** Endpoints that could serve the demand and whose breakers admit it. */
  readonly admitted: number
  /** Endpoints that could serve it but for their breakers. */
  readonly open: number
  readonly nowMs: number
}

/**
 * Whether the breakers of a model are ignored. Panic begins when no endpoint is left that its breaker admits, because then
 * trying costs less than certain failure; it ends when
 * there is one again and it has lasted for 5 s, or when none of the breakers is open any more. Source: Envoy's panic
 * threshold, here at none, since hosted endpoints do not say what load the last one of them can take.
 */
export class PanicMemory {
  readonly #sinceMs = new WeakMap<readonly KnownEndpoint[], number>()

  /** Returns whether a call on the endpoints of a model, which come as the same list each time, is to ignore breakers. */
  isOn(endpoints: readonly KnownEndpoint[], { admitted, open, nowMs }: PanicQuestion): boolean {
    if (open === 0) {
      this.#sinceMs.delete(endpoints)
      return false
    }
    const sinceMs = this.#sinceMs.get(endpoints)
    if (admitted > 0) return sinceMs !== undefined && nowMs - sinceMs < leastMs
    if (sinceMs === undefined || nowMs - sinceMs >= leastMs) this.#sinceMs.set(endpoints, nowMs)
    return true
  }
}
