import type { CallTimer, Clock, TimerHandle } from '@nextbest/core'

/** The timers of one call, at most one of each name. */
export class CallTimers {
  readonly #clock: Clock
  readonly #fired: (timer: CallTimer) => void
  readonly #handles = new Map<CallTimer, TimerHandle>()

  constructor(clock: Clock, fired: (timer: CallTimer) => void) {
    this.#clock = clock
    this.#fired = fired
  }

  set(timer: CallTimer, atMs: number): void {
    this.clear(timer)
    const handle = this.#clock.setTimer(atMs, () => {
      this.#handles.delete(timer)
      this.#fired(timer)
    })
    this.#handles.set(timer, handle)
  }

  clear(timer: CallTimer): void {
    this.#handles.get(timer)?.cancel()
    this.#handles.delete(timer)
  }
}
