import type { Clock } from '@nextbest/core'

/** Real time. */
export const systemClock: Clock = Object.freeze<Clock>({
  nowMs: () => performance.now(),
  setTimer(atMs, callback) {
    const timer = setTimeout(callback, Math.max(0, atMs - performance.now()))
    return { cancel: () => clearTimeout(timer) }
  },
})
