import type { CallTimer } from '@nextbest/core'
import { createVirtualClock } from '../../testkit/src/virtual-clock.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallTimers } from '../src/call/call-timers.ts'

const names: readonly CallTimer[] = ['deadline', 'hold-back', 'first-token', 'idle', 'hedge']

const command = fc.record({
  timer: fc.constantFrom(...names),
  /** Nothing clears it. */
  inMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  thenMs: fc.integer({ min: 0, max: 30 }),
})

describe('the timers of a call', () => {
  test('whenever they are set and cleared, each fires once, at its instant, unless it was cleared or set anew before', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const clock = createVirtualClock()
        const fired: string[] = []
        const expected: string[] = []
        const due = new Map<CallTimer, number>()
        const timers = new CallTimers(clock, (timer) => fired.push(`${timer} ${clock.nowMs()}`))
        const pass = (untilMs: number): void => {
          const passed = names.filter((name) => (due.get(name) ?? Infinity) <= untilMs)
          passed.sort((one, other) => (due.get(one) ?? 0) - (due.get(other) ?? 0))
          for (const name of passed) expected.push(`${name} ${due.get(name)}`)
          for (const name of passed) due.delete(name)
          clock.advance(untilMs - clock.nowMs())
        }

        for (const { timer, inMs, thenMs } of commands) {
          if (inMs === undefined) timers.clear(timer)
          else timers.set(timer, clock.nowMs() + inMs)
          timers.arm()
          if (inMs === undefined) due.delete(timer)
          else due.set(timer, clock.nowMs() + inMs)
          expect(clock.pendingTimers).toBeLessThanOrEqual(1)
          pass(clock.nowMs() + thenMs)
        }
        pass(clock.nowMs() + 100)

        expect(fired).toEqual(expected)
        expect(clock.pendingTimers).toBe(0)
      }),
    )
  })

  test('a call that clears all of them leaves nothing in the clock', () => {
    const clock = createVirtualClock()
    const timers = new CallTimers(clock, () => expect.unreachable())
    timers.set('deadline', 1_000)
    timers.set('first-token', 100)
    timers.arm()
    for (const name of names) timers.clear(name)
    timers.arm()

    expect(clock.pendingTimers).toBe(0)
  })

  /** A clock whose process sleeps: its timers fire when it wakes. */
  const sleepyClock = () => {
    let nowMs = 0
    const due: { readonly atMs: number; readonly callback: () => void; cancelled: boolean }[] = []
    return {
      nowMs: () => nowMs,
      setTimer(atMs: number, callback: () => void) {
        const timer = { atMs, callback, cancelled: false }
        due.push(timer)
        return { cancel: () => void (timer.cancelled = true) }
      },
      wakeAt(atMs: number) {
        nowMs = atMs
        for (const timer of due.splice(0)) {
          if (timer.cancelled) continue
          if (timer.atMs <= nowMs) timer.callback()
          else due.push(timer)
        }
      },
    }
  }

  test('an endpoint gets the time again that this process has slept, once; the deadline is the caller’s', () => {
    const clock = sleepyClock()
    const fired: string[] = []
    const timers = new CallTimers(clock, (timer) => fired.push(`${timer} ${clock.nowMs()}`))
    timers.set('first-token', 3_000)
    timers.set('deadline', 60_000)
    timers.arm()

    clock.wakeAt(5_000)
    expect(fired).toEqual([])
    clock.wakeAt(9_000)
    expect(fired).toEqual(['first-token 9000'])
    clock.wakeAt(90_000)
    expect(fired).toEqual(['first-token 9000', 'deadline 90000'])
  })

  test('a timer that is a little late is none that was slept through', () => {
    const clock = sleepyClock()
    const fired: string[] = []
    const timers = new CallTimers(clock, (timer) => fired.push(timer))
    timers.set('idle', 3_000)
    timers.arm()

    clock.wakeAt(3_100)
    expect(fired).toEqual(['idle'])
  })

  test('what comes while an endpoint has its time again clears its timer', () => {
    const clock = sleepyClock()
    const timers = new CallTimers(clock, () => expect.unreachable())
    timers.set('first-token', 3_000)
    timers.arm()
    clock.wakeAt(5_000)
    timers.clear('first-token')
    timers.arm()

    clock.wakeAt(60_000)
    expect(clock.nowMs()).toBe(60_000)
  })
})
