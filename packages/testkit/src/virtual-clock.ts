import { setImmediate as nextLoopTurn } from 'node:timers/promises'
import type { Clock, TimerHandle } from '@nextbest/core'
import { TimerHeap, type HeapTimer } from './timer-heap.ts'

/** Time that moves only when told to. */
export interface VirtualClock extends Clock {
  /** Timers that have neither fired nor been cancelled. */
  readonly pendingTimers: number
  /**
   * Moves time on and calls back every timer that falls due, those set meanwhile included, in order of instant, then of
   * creation. What a callback throws is thrown here; time then stands at that timer, and a further `advance` goes on.
   *
   * @param ms - 0 or more; 0 runs what is due now.
   * @throws Error when 1,000,000 timers fired at one instant (a loop), or when called by a callback of its own.
   */
  advance(ms: number): void
  /** Does what `advance` does, and lets promises settle before the first timer and after every one. */
  advanceAsync(ms: number): Promise<void>
}

export interface VirtualClockOptions {
  /** The first instant, in ms. Any finite number. Default: 0. */
  readonly startAtMs?: number
}

const mostTimersAtOneInstant = 1_000_000

/** Returns a clock that stands still until it is advanced. Nothing about it depends on real time. */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const timers = new TimerHeap()
  let nowMs = checkFinite('startAtMs', options.startAtMs ?? 0)
  let timersSet = 0
  let advancing = false
  let firedNow = 0

  const begin = (ms: number): number => {
    checkFinite('ms', ms)
    if (ms < 0) throw new RangeError(`ms must be 0 or more, got ${ms}`)
    if (advancing) throw new Error('the virtual clock is already being advanced')
    advancing = true
    firedNow = 0
    return nowMs + ms
  }

  const fireNext = (untilMs: number): boolean => {
    const timer = timers.first
    if (timer === undefined || timer.atMs > untilMs) return false
    timers.remove(timer)
    firedNow = timer.atMs === nowMs ? firedNow + 1 : 1
    nowMs = timer.atMs
    if (firedNow > mostTimersAtOneInstant) {
      throw new Error(
        `more than ${mostTimersAtOneInstant} timers fired at ${nowMs} ms: they seem to set each other`,
      )
    }
    timer.callback()
    return true
  }

  return {
    nowMs: () => nowMs,
    setTimer(atMs: number, callback: () => void): TimerHandle {
      // A timer set for the past is due now, behind those that are due already.
      const dueAtMs = Math.max(nowMs, checkFinite('atMs', atMs))
      const timer: HeapTimer = { atMs: dueAtMs, sequence: timersSet++, callback, position: -1 }
      timers.add(timer)
      return { cancel: () => timers.remove(timer) }
    },
    get pendingTimers() {
      return timers.size
    },
    advance(ms: number): void {
      const untilMs = begin(ms)
      try {
        while (fireNext(untilMs));
        nowMs = untilMs
      } finally {
        advancing = false
      }
    },
    async advanceAsync(ms: number): Promise<void> {
      const untilMs = begin(ms)
      try {
        do await nextLoopTurn()
        while (fireNext(untilMs))
        nowMs = untilMs
      } finally {
        advancing = false
      }
    },
  }
}

function checkFinite(name: string, value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be a finite number, got ${value}`)
  return value
}
