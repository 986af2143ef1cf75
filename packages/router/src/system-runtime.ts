import type { Clock, TimerHandle } from '@nextbest/core'
import { connect } from './connect.ts'
import type { RouterRuntime } from './router-options.ts'

/** Longest delay that Node's timers keep; a longer one would fire at once. */
const longestDelayMs = 2_147_483_647

const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimer(atMs, callback): TimerHandle {
    const delayMs = Math.min(longestDelayMs, Math.max(0, atMs - performance.now()))
    return new SystemTimer(setTimeout(callback, delayMs))
  },
}

class SystemTimer implements TimerHandle {
  readonly #timeout: NodeJS.Timeout

  constructor(timeout: NodeJS.Timeout) {
    this.#timeout = timeout
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }
}

/** The system's monotonic clock and randomness, and providers over HTTP. */
export const systemRuntime: RouterRuntime = Object.freeze({
  clock: systemClock,
  random: Math.random,
  connect,
})
