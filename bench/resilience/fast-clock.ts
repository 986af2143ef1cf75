// A clock that outruns the wall clock, so that minutes of timeouts and open breakers pass in seconds over real sockets.
import type { Clock, TimerHandle } from '@nextbest/core'

/** Time that is a multiple of the system's monotonic time. */
export interface FastClock extends Clock {
  /** Milliseconds of it in one of the wall clock's. */
  readonly factor: number
}

/** Returns a clock that runs `factor` times as fast as the wall clock. 1..1,000. */
export function createFastClock(factor: number): FastClock {
  const nowMs = (): number => performance.now() * factor
  return {
    factor,
    nowMs,
    setTimer(atMs, callback): TimerHandle {
      let timer: NodeJS.Timeout | undefined
      // Node counts from the start of the loop's turn, so its timers may be early, and by the factor earlier on this clock.
      const callWhenDue = (): void => {
        const leftMs = (atMs - nowMs()) / factor
        if (leftMs <= 0) callback()
        else timer = setTimeout(callWhenDue, leftMs)
      }
      timer = setTimeout(callWhenDue, Math.max(0, (atMs - nowMs()) / factor))
      return { cancel: () => clearTimeout(timer) }
    },
  }
}
