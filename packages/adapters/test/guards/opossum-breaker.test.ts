import { type Breaker, breakerDefaults, type BreakerOptions } from '@nextbest/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { breakerContract } from '../../../testkit/src/contract/breaker.ts'
import { createVirtualBreaker } from '../../../testkit/src/virtual-breaker.ts'
import { createBreaker } from '../../src/guards/opossum-breaker.ts'
import { attempt, breakerOf, nowMs } from './breakers.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the contract of every breaker', () => {
  const variants: readonly Partial<BreakerOptions>[] = [
    {},
    {
      consecutiveFailures: 3,
      minimumSamples: 30,
      failureRateBound: 0.3,
      halfLifeMs: 7_777,
      openMs: 333,
      probesToClose: 3,
      slowStartMs: 1_000,
    },
    {
      consecutiveFailures: 9,
      minimumSamples: 18,
      failureRateBound: 0.6,
      halfLifeMs: 600_000,
      maxOpenMs: 3_600_000,
    },
  ]
  for (const variant of variants) {
    for (const random of [0, 0.37, 1]) {
      describe(`${JSON.stringify(variant)}, random ${random}`, () => {
        test.each(breakerContract.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
          const options = { ...breakerDefaults, ...variant }
          const breaker = createBreaker({ ...options, random: () => random, nowMs })
          await run({
            breaker,
            options,
            nowMs,
            advance: async (ms) => {
              await vi.advanceTimersByTimeAsync(ms)
            },
            pendingTimers: () => vi.getTimerCount(),
          })
        })
      })
    }
  }
})

describe('the virtual breaker', () => {
  const index = fc.nat({ max: 30 })
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant('attempt' as const),
        outcome: fc.constantFrom(
          'success' as const,
          'failure' as const,
          'failure' as const,
          'neutral' as const,
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('start' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('report' as const),
        index,
        outcome: fc.constantFrom('success' as const, 'failure' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('fail late' as const), index }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('opened elsewhere' as const),
        forMs: fc.constantFrom(0, 300, 3_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 1_000, 4_000) }),
    },
  )
  const options = { ...breakerDefaults, halfLifeMs: 10_000, openMs: 1_000, maxOpenMs: 8_000 }
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

  /** A random source that draws the same numbers each time it is made. */
  const drawing = (numbers: readonly number[]) => {
    let drawn = 0
    return () => numbers[drawn++ % numbers.length] ?? 0
  }

  /** Returns a function that takes one step with the breaker and says how it is then. */
  const drive = (breaker: Breaker) => {
    const permits: ReturnType<Breaker['tryAcquire']>[] = []
    return (next: Step): string => {
      if (next.type === 'attempt' || next.type === 'start') permits.push(breaker.tryAcquire())
      const permit = 'index' in next ? permits[next.index % permits.length] : permits.at(-1)
      if (permit !== undefined && 'outcome' in next) breaker.report(permit, next.outcome)
      if (permit !== undefined && next.type === 'fail late') breaker.reportLateFailure(permit)
      if (next.type === 'opened elsewhere') breaker.openedElsewhere(next.forMs)
      return [
        breaker.state,
        breaker.openings,
        breaker.admits,
        permits.at(-1)?.probe,
        breaker.opensUntilMs,
        breaker.admitShare(nowMs()),
      ].join(' ')
    }
  }

  test('never differs from it, whatever happens when', () => {
    const reached = new Set<string>()
    const numbers = fc.array(
      fc.nat({ max: 9 }).map((tenths) => tenths / 10),
      { minLength: 1, maxLength: 10 },
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), numbers, (steps, numbers) => {
        vi.clearAllTimers()
        const real = createBreaker({ ...options, random: drawing(numbers), nowMs })
        const virtual = createVirtualBreaker({
          ...options,
          random: drawing(numbers),
          nowMs,
        })
        const [takeReal, takeVirtual] = [drive(real), drive(virtual)]

        for (const next of steps) {
          if (next.type === 'wait') vi.advanceTimersByTime(next.ms)
          const state = takeReal(next)
          expect(state).toBe(takeVirtual(next))
          reached.add(state.split(' ').slice(0, 4).join(' '))
        }

        real.dispose()
        expect(vi.getTimerCount()).toBe(0)
      }),
      { numRuns: 500 },
    )
    for (const state of [
      'closed 0 true false',
      'open 3 false true',
      'half-open 1 false true',
      'half-open 3 true true',
    ]) {
      expect(reached).toContain(state)
    }
  })
})

describe('what it costs and holds', () => {
  test('a breaker holds no timer but that of its open time', () => {
    const breakers = Array.from({ length: 50 }, () => breakerOf())
    expect(vi.getTimerCount()).toBe(0)

    for (const breaker of breakers) attempt(breaker, 'failure', 5)
    expect(vi.getTimerCount()).toBe(50)
    vi.advanceTimersByTime(breakerDefaults.openMs)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('changes state before report returns', () => {
    const breaker = breakerOf()
    attempt(breaker, 'failure', 5)
    expect(breaker.state).toBe('open')

    vi.advanceTimersByTime(breakerDefaults.openMs)
    attempt(breaker, 'success', 2)
    expect(breaker.state).toBe('closed')
  })

  test('is not half-open before the instant that it named, though its timer fires early', () => {
    const started = Date.now()
    let aheadMs = 0
    const breaker = breakerOf({ nowMs: () => Date.now() + aheadMs })
    attempt(breaker, 'failure', 5)
    aheadMs = -7
    vi.advanceTimersByTime(breakerDefaults.openMs)
    expect([breaker.state, breaker.admits]).toEqual(['open', false])
    expect(breaker.opensUntilMs).toBe(started + breakerDefaults.openMs)
    expect(breaker.tryAcquire()).toBeUndefined()

    vi.advanceTimersByTime(7)
    expect([breaker.state, breaker.admits]).toEqual(['half-open', true])
  })

  test('admits and counts nothing once disposed', () => {
    const breaker = breakerOf()
    attempt(breaker, 'failure', 5)

    breaker.dispose()

    attempt(breaker, 'failure', 50)
    expect([breaker.state, breaker.admits, breaker.openings]).toEqual(['closed', true, 0])
  })

  test.each([
    [{ consecutiveFailures: 0 }, 'breaker.consecutiveFailures must be an integer of 1..100, got 0'],
    [{ minimumSamples: 9.5 }, 'breaker.minimumSamples must be an integer of 1..1000, got 9.5'],
    [{ failureRateBound: 0 }, 'breaker.failureRateBound must be above 0 and at most 1, got 0'],
    [{ failureRateBound: 1.01 }, 'breaker.failureRateBound must be above 0 and at most 1, got 1.01'],
    [{ minimumSamples: 1_001 }, 'breaker.minimumSamples must be an integer of 1..1000, got 1001'],
    [{ halfLifeMs: Number.NaN }, 'breaker.halfLifeMs must be an integer of 1000..3600000, got NaN'],
    [{ openMs: 90_000 }, 'breaker.openMs must be an integer of 100..60000, got 90000'],
    [{ probesToClose: 11 }, 'breaker.probesToClose must be an integer of 1..10, got 11'],
    [{ slowStartMs: -1 }, 'breaker.slowStartMs must be an integer of 0..600000, got -1'],
  ])('refuses %j', (options, message) => {
    expect(() => breakerOf(options)).toThrow(new RangeError(message))
  })
})
