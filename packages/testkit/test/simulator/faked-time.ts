import { vi } from 'vitest'
import type { SimulationTime } from '../../src/simulator/simulated-time.ts'

/** Time of vitest's fake timers, which libraries know for the real one. Fake timers must be on. */
export function fakedTime(): SimulationTime {
  const startMs = Date.now()
  const nowMs = (): number => Date.now() - startMs
  return {
    nowMs,
    setTimer(atMs, callback) {
      // Whole milliseconds, as timers have them, and never early.
      const timeout = setTimeout(callback, Math.max(0, Math.ceil(atMs - nowMs())))
      return { cancel: () => clearTimeout(timeout) }
    },
    get pendingTimers() {
      return vi.getTimerCount()
    },
    async runOut(goOn) {
      while (vi.getTimerCount() > 0 && goOn(nowMs())) await vi.advanceTimersToNextTimerAsync()
    },
  }
}
