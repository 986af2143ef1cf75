import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../src/virtual-clock.ts'

const instant = fc.integer({ min: -10, max: 100 })

type Step =
  | { readonly type: 'set'; readonly atMs: number }
  | { readonly type: 'cancel'; readonly timer: number }
  | { readonly type: 'advance'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('set' as const), atMs: instant }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), timer: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.nat(30) }) },
)

/** What the clock must do, told by sorting. */
class SlowClock {
  nowMs = 0
  readonly fired: string[] = []
  #timers: { readonly id: number; readonly atMs: number }[] = []

  set(id: number, atMs: number): void {
    this.#timers.push({ id, atMs: Math.max(atMs, this.nowMs) })
  }

  cancel(id: number): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id)
  }

  advance(ms: number): void {
    this.nowMs += ms
    const due = this.#timers.filter(({ atMs }) => atMs <= this.nowMs)
    due.sort((one, other) => one.atMs - other.atMs || one.id - other.id)
    for (const { id, atMs } of due) this.fired.push(`${id} at ${atMs}`)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
  }

  get pending(): number {
    return this.#timers.length
  }
}

describe('a virtual clock', () => {
  test('fires what is due, by instant and then by creation, whenever timers are set, cancelled and waited for', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const clock = createVirtualClock()
        const slow = new SlowClock()
        const fired: string[] = []
        const handles: { cancel(): void }[] = []

        for (const step of steps) {
          if (step.type === 'set') {
            const id = handles.length
            handles.push(clock.setTimer(step.atMs, () => fired.push(`${id} at ${clock.nowMs()}`)))
            slow.set(id, step.atMs)
          } else if (step.type === 'cancel') {
            handles[step.timer]?.cancel()
            slow.cancel(step.timer)
          } else {
            clock.advance(step.ms)
            slow.advance(step.ms)
          }
          expect(clock.pendingTimers).toBe(slow.pending)
        }

        expect(fired).toEqual(slow.fired)
        expect(clock.nowMs()).toBe(slow.nowMs)
      }),
      { numRuns: 500 },
    )
  })

  test('fires in order whenever callbacks set further timers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 40, size: 'max' }), (pairs) => {
        const clock = createVirtualClock({ startAtMs: 7 })
        const firedAtMs: number[] = []
        for (const [first, second] of pairs) {
          clock.setTimer(7 + first, () => {
            firedAtMs.push(clock.nowMs())
            clock.setTimer(clock.nowMs() + second, () => firedAtMs.push(clock.nowMs()))
          })
        }

        clock.advance(100)

        expect(firedAtMs).toHaveLength(2 * pairs.length)
        expect(firedAtMs).toEqual(firedAtMs.toSorted((one, other) => one - other))
        expect(clock.pendingTimers).toBe(0)
        expect(clock.nowMs()).toBe(107)
      }),
    )
  })

  test('stands still until it is advanced', () => {
    const clock = createVirtualClock({ startAtMs: 5 })
    let fired = false
    clock.setTimer(5, () => (fired = true))

    expect(clock.nowMs()).toBe(5)
    expect(fired).toBe(false)

    clock.advance(0)
    expect(fired).toBe(true)
  })

  test('lets a callback cancel a timer that is due at the same instant', () => {
    const clock = createVirtualClock()
    const fired: string[] = []
    clock.setTimer(10, () => {
      fired.push('first')
      second.cancel()
      second.cancel()
    })
    const second = clock.setTimer(10, () => fired.push('second'))

    clock.advance(10)

    expect(fired).toEqual(['first'])
  })

  test('lets promises settle between the timers of advanceAsync', async () => {
    const clock = createVirtualClock()
    const happened: string[] = []
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(clock.nowMs() + ms, resolve))
    const work = async (name: string): Promise<void> => {
      await Promise.resolve()
      await sleep(10)
      happened.push(`${name} at ${clock.nowMs()}`)
      await sleep(10)
      happened.push(`${name} at ${clock.nowMs()}`)
    }
    void work('one')
    clock.setTimer(15, () => void work('two'))

    await clock.advanceAsync(40)

    expect(happened).toEqual(['one at 10', 'one at 20', 'two at 25', 'two at 35'])
    expect(clock.nowMs()).toBe(40)
  })

  test('lets long chains of promises settle before the next timer of advanceAsync', async () => {
    const clock = createVirtualClock()
    const happened: string[] = []
    const chain = async (): Promise<void> => {
      for (let link = 0; link < 50; link++) await Promise.resolve()
      happened.push('chain')
    }
    clock.setTimer(1, () => void chain())
    clock.setTimer(1, () => happened.push('timer'))

    await clock.advanceAsync(1)

    expect(happened).toEqual(['chain', 'timer'])
  })

  test('throws when timers set each other at one instant without end', () => {
    const clock = createVirtualClock()
    const again = (): void => void clock.setTimer(clock.nowMs(), again)
    again()

    expect(() => clock.advance(1)).toThrow('more than 1000000 timers fired at 0 ms')
  })

  test('never counts timers of different advances as a loop', () => {
    const clock = createVirtualClock()
    let fired = 0
    for (let advance = 0; advance < 2; advance++) {
      for (let timer = 0; timer < 600_000; timer++) clock.setTimer(0, () => fired++)
      clock.advance(0)
    }

    expect(fired).toBe(1_200_000)
  })

  test('never counts timers of different instants as a loop', () => {
    const clock = createVirtualClock()
    let fired = 0
    const again = (): void => {
      fired++
      clock.setTimer(clock.nowMs() + 1, again)
    }
    again()

    clock.advance(1_100_000)

    expect(fired).toBe(1_100_001)
  })

  test('throws what a callback throws and goes on from there', () => {
    const clock = createVirtualClock()
    const fired: number[] = []
    clock.setTimer(10, () => {
      throw new Error('broken')
    })
    clock.setTimer(20, () => fired.push(clock.nowMs()))

    expect(() => clock.advance(30)).toThrow('broken')
    expect(clock.nowMs()).toBe(10)

    clock.advance(10)
    expect(fired).toEqual([20])
  })

  test('refuses to be advanced by its own callbacks, or twice at a time', async () => {
    const clock = createVirtualClock()
    clock.setTimer(1, () => clock.advance(1))
    expect(() => clock.advance(1)).toThrow('already being advanced')

    const first = clock.advanceAsync(1)
    expect(() => clock.advance(1)).toThrow('already being advanced')
    await first
    clock.advance(1)
  })

  test.for([NaN, Infinity, -1])('refuses to be advanced by %s ms', (ms) => {
    expect(() => createVirtualClock().advance(ms)).toThrow(RangeError)
  })

  test('refuses an instant that is not finite', () => {
    expect(() => createVirtualClock().setTimer(NaN, () => {})).toThrow(
      'atMs must be a finite number, got NaN',
    )
    expect(() => createVirtualClock({ startAtMs: Infinity })).toThrow('startAtMs must be a finite number')
  })
})
