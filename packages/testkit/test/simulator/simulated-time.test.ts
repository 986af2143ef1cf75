import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SimulatedTime } from '../../src/simulator/simulated-time.ts'
import { createVirtualClock } from '../../src/virtual-clock.ts'

const always = (): boolean => true

describe('simulated time', () => {
  test('fires the same timers in the same order as the virtual clock, whatever is set and cancelled', async () => {
    const timer = fc.record({ atMs: fc.integer({ min: -5, max: 50 }), cancelled: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 40 }), async (timers) => {
        const time = new SimulatedTime()
        const clock = createVirtualClock()
        const fired: string[] = []
        const expected: string[] = []
        timers.forEach(({ atMs, cancelled }, i) => {
          const one = time.setTimer(atMs, () => fired.push(`${i} at ${time.nowMs()}`))
          const other = clock.setTimer(atMs, () => expected.push(`${i} at ${clock.nowMs()}`))
          if (!cancelled) return
          one.cancel()
          other.cancel()
        })

        await time.runOut(always)
        clock.advance(50)

        expect(fired).toEqual(expected)
        expect(time.pendingTimers).toBe(0)
      }),
    )
  })

  test('lets promises settle before the next timer', async () => {
    const time = new SimulatedTime()
    const seen: string[] = []
    const chained = async (): Promise<void> => {
      await Promise.resolve()
      seen.push('settled')
    }
    time.setTimer(1, () => void chained().then(() => seen.push('and what follows')))
    time.setTimer(1, () => seen.push('next timer'))

    await time.runOut(always)

    expect(seen).toEqual(['settled', 'and what follows', 'next timer'])
  })

  test('stands still where it is told to stop', async () => {
    const time = new SimulatedTime()
    time.setTimer(3, () => undefined)
    time.setTimer(7, () => undefined)

    await time.runOut((nextAtMs) => nextAtMs < 5)

    expect([time.nowMs(), time.pendingTimers]).toEqual([3, 1])
  })

  test('takes timers that set each other at one instant for a loop', async () => {
    const time = new SimulatedTime()
    const again = (): void => void time.setTimer(time.nowMs(), again)
    time.setTimer(5, again)

    await expect(time.runOut(always)).rejects.toThrow('more than 100000 timers fired at 5 ms')
  })

  test('refuses an instant that is none', () => {
    expect(() => new SimulatedTime().setTimer(Number.NaN, () => undefined)).toThrow(
      'atMs must be a finite number, got NaN',
    )
  })
})
