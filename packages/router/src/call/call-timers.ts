import type { CallTimer, Clock, TimerHandle } from '@nextbest/core'

/**
 * How late a timer may be, in ms, before that is taken for a pause of this process: what arrived meanwhile is read after timers, so an
 * endpoint would be blamed for an answer that is there already. Source: choice, above what a busy event loop does.
 */
const toleratedLatenessMs = 100

/** Timers of what an endpoint does; the deadline is the caller's, whatever kept this process. */
const endpointTimers: readonly CallTimer[] = ['first-token', 'idle', 'hedge']

/** In the order in which those that are due at one instant fire. */
const names: readonly CallTimer[] = ['deadline', 'hold-back', 'first-token', 'idle', 'hedge']

/**
 * The timers of one call, at most one of each name, over a single timer of the clock: it is set for the earliest of them,
 * and when that one was cleared meanwhile it is set anew as it fires. So a call that goes well sets one timer and clears it.
 */
export class CallTimers {
  readonly #clock: Clock
  readonly #fired: (timer: CallTimer) => void
  readonly #atMs: Record<CallTimer, number> = {
    deadline: Infinity,
    'first-token': Infinity,
    idle: Infinity,
    'hold-back': Infinity,
    hedge: Infinity,
  }
  readonly #postponed = new Set<CallTimer>()
  #handle: TimerHandle | undefined
  #handleAtMs = Infinity

  constructor(clock: Clock, fired: (timer: CallTimer) => void) {
    this.#clock = clock
    this.#fired = fired
  }

  set(timer: CallTimer, atMs: number): void {
    this.#atMs[timer] = atMs
    this.#postponed.delete(timer)
  }

  clear(timer: CallTimer): void {
    this.#atMs[timer] = Infinity
  }

  /** Sees to it that the earliest timer fires. Called after timers were set and cleared. */
  arm(): void {
    const atMs = this.#earliestMs()
    if (atMs === Infinity) this.#disarm()
    if (atMs >= this.#handleAtMs) return
    this.#handle?.cancel()
    this.#handleAtMs = atMs
    this.#handle = this.#clock.setTimer(atMs, this.#onTimer)
  }

  readonly #onTimer = (): void => {
    const nowMs = this.#clock.nowMs()
    const lateMs = nowMs - this.#handleAtMs
    this.#handle = undefined
    this.#handleAtMs = Infinity
    if (lateMs > toleratedLatenessMs) this.#postpone(lateMs)
    // One at a time: what the first of them brings about may clear the others.
    const due = names.find((name) => this.#atMs[name] <= nowMs)
    if (due !== undefined) {
      this.clear(due)
      this.#fired(due)
    }
    this.arm()
  }

  /** Endpoints get as much time again as this process has slept, once: else one that is always late would wait for ever. */
  #postpone(ms: number): void {
    const nowMs = this.#clock.nowMs()
    for (const name of endpointTimers) {
      if (this.#atMs[name] > nowMs || this.#postponed.has(name)) continue
      this.#atMs[name] = nowMs + ms
      this.#postponed.add(name)
    }
  }

  #disarm(): void {
    this.#handle?.cancel()
    this.#handle = undefined
    this.#handleAtMs = Infinity
  }

  #earliestMs(): number {
    const at = this.#atMs
    return Math.min(at.deadline, at['first-token'], at.idle, at['hold-back'], at.hedge)
  }
}
