import { performance } from 'node:perf_hooks'
import type { Clock, TimerHandle } from '@nextbest/core'

export interface FastClockOptions {
  /** How many ms of this clock pass in one real ms. */
  readonly factor: number
  /**
   * Most real ms that count at a time. What the process was held up for longer (other programs, a collection of garbage) holds up the
   * wall and its client alike, so it must not pass for a provider's silence. Infinity counts all of it.
   */
  readonly longestStepMs: number
}

/** How often the clock moves, in real ms. */
const stepMs = 1

/**
 * A clock that runs faster than real time, so that timers of seconds end in milliseconds. It stands still within a turn of the event loop,
 * moves between turns, and then fires what is due.
 */
export class FastClock implements Clock {
  readonly #options: FastClockOptions
  readonly #timers = new Set<FastTimer>()
  readonly #steps: NodeJS.Timeout
  #steppedAtMs = performance.now()
  #nowMs = 0

  constructor(options: FastClockOptions) {
    this.#options = options
    // It keeps the process alive only while something is due.
    this.#steps = setInterval(() => this.#step(), stepMs).unref()
  }

  nowMs(): number {
    return this.#nowMs
  }

  setTimer(atMs: number, callback: () => void): TimerHandle {
    const timer: FastTimer = { atMs, callback }
    this.#timers.add(timer)
    this.#steps.ref()
    return { cancel: () => this.#drop(timer) }
  }

  /** Stops it. Timers that are set do not fire any more. */
  stop(): void {
    clearInterval(this.#steps)
    this.#timers.clear()
  }

  #step(): void {
    const realMs = performance.now()
    const passedMs = Math.min(realMs - this.#steppedAtMs, this.#options.longestStepMs)
    this.#steppedAtMs = realMs
    this.#nowMs += passedMs * this.#options.factor
    const due = [...this.#timers].filter(({ atMs }) => atMs <= this.#nowMs)
    for (const timer of due.sort((one, other) => one.atMs - other.atMs)) {
      // One that fired before it may have cancelled it.
      if (!this.#timers.has(timer)) continue
      this.#drop(timer)
      timer.callback()
    }
  }

  #drop(timer: FastTimer): void {
    this.#timers.delete(timer)
    if (this.#timers.size === 0) this.#steps.unref()
  }
}

interface FastTimer {
  readonly atMs: number
  readonly callback: () => void
}
