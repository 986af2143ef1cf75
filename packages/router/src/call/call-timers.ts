import type { CallTimer, Clock, TimerHandle } from '@nextbest/core'

/**
 * The timers of one call, at most one of each name, over a single timer of the clock: it is set for the earliest of them,
 * and when that one was cleared meanwhile it is set anew as it fires. So a call that goes well sets one timer and clears it.
 */
export class CallTimers {
  readonly #clock: Clock
  readonly #fired: (timer: CallTimer) => void
  #deadlineAtMs = Infinity
  #firstTokenAtMs = Infinity
  #idleAtMs = Infinity
  #handle: TimerHandle | undefined
  #handleAtMs = Infinity

  constructor(clock: Clock, fired: (timer: CallTimer) => void) {
    this.#clock = clock
    this.#fired = fired
  }

  set(timer: CallTimer, atMs: number): void {
    this.#store(timer, atMs)
  }

  clear(timer: CallTimer): void {
    this.#store(timer, Infinity)
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
    const due = this.#dueAt(nowMs)
    if (due !== undefined) {
      this.clear(due)
      this.#fired(due)
    }
    this.arm()
  }

  #dueAt(nowMs: number): CallTimer | undefined {
    if (this.#deadlineAtMs <= nowMs) return 'deadline'
    if (this.#firstTokenAtMs <= nowMs) return 'first-token'
    return this.#idleAtMs <= nowMs ? 'idle' : undefined
  }

  #disarm(): void {
    this.#handle?.cancel()
    this.#handle = undefined
    this.#handleAtMs = Infinity
  }

  #earliestMs(): number {
    return Math.min(this.#deadlineAtMs, this.#firstTokenAtMs, this.#idleAtMs)
  }

  #store(timer: CallTimer, atMs: number): void {
    if (timer === 'deadline') this.#deadlineAtMs = atMs
    else if (timer === 'first-token') this.#firstTokenAtMs = atMs
    else this.#idleAtMs = atMs
  }
}
