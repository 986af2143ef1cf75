import type { CallTimer, Clock, TimerHandle } from '@nextbest/core'

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
  #handle: TimerHandle | undefined
  #handleAtMs = Infinity

  constructor(clock: Clock, fired: (timer: CallTimer) => void) {
    this.#clock = clock
    this.#fired = fired
  }

  set(timer: CallTimer, atMs: number): void {
    this.#atMs[timer] = atMs
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
    this.#handle = undefined
    this.#handleAtMs = Infinity
    const nowMs = this.#clock.nowMs()
    // One at a time: what the first of them brings about may clear the others.
    const due = names.find((name) => this.#atMs[name] <= nowMs)
    if (due !== undefined) {
      this.clear(due)
      this.#fired(due)
    }
    this.arm()
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
