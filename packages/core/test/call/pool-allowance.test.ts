import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PoolAllowance } from '../../src/call/pool-allowance.ts'

/** An allowance that has seen so many attempts, so many of them answered. */
function seen(answered: number, failed: number): PoolAllowance {
  const allowance = new PoolAllowance()
  for (let i = 0; i < answered; i++) allowance.answered(0)
  for (let i = 0; i < failed; i++) allowance.failed(0)
  return allowance
}

test.each([
  [50, 50, 3],
  [49, 51, 2],
  [20, 80, 2],
  [19, 81, 1],
  [0, 100, 1],
])(
  'of 3 wanted attempts, where %i were answered and %i failed, it allows %i',
  (answered, failures, allowed) => {
    expect(seen(answered, failures).attempts(3, 1_000)).toBe(allowed)
  },
)

test('under little evidence it allows all that is wanted', () => {
  expect(new PoolAllowance().attempts(3, 0)).toBe(3)
  expect(seen(0, 9).attempts(3, 0)).toBe(3)
  expect(seen(0, 10).attempts(3, 0)).toBe(1)
  expect(seen(0, 10).attempts(3, 130_000)).toBe(3)
})

test('it never allows more than is wanted', () => {
  expect(seen(0, 0).attempts(1, 0)).toBe(1)
  expect(seen(3, 7).attempts(1, 0)).toBe(1)
})

describe('invariant 19: while everything fails, a call makes one attempt', () => {
  test('whenever all attempts have failed for the length of the window, every call after it makes one, and before it three at most', () => {
    const gapsMs = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 60, maxLength: 200 })
    fc.assert(
      fc.property(gapsMs, fc.nat(50), (gaps, healthyBefore) => {
        const allowance = seen(healthyBefore, 0)
        let nowMs = 0
        for (const gapMs of gaps) {
          nowMs += gapMs
          const attempts = allowance.attempts(3, nowMs)
          for (let i = 0; i < attempts; i++) allowance.failed(nowMs)

          expect(attempts).toBeLessThanOrEqual(3)
          if (nowMs > 140_000) expect(attempts).toBe(1)
        }
      }),
    )
  })

  test('whenever one of the first two endpoints of every plan answers, no call ever lacks an attempt', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, 2), { maxLength: 300 }), (places) => {
        const allowance = new PoolAllowance()
        for (const [i, place] of places.entries()) {
          const nowMs = i * 500
          expect(allowance.attempts(3, nowMs)).toBeGreaterThanOrEqual(place)
          if (place === 2) allowance.failed(nowMs)
          allowance.answered(nowMs)
        }
      }),
    )
  })

  test('a call that goes to a healthy endpoint first is answered whatever was before, and that restores the others', () => {
    const allowance = seen(0, 500)
    for (let i = 0; i < 500; i++) {
      expect(allowance.attempts(3, 1_000)).toBeGreaterThanOrEqual(1)
      allowance.answered(1_000)
    }

    expect(allowance.attempts(3, 1_000)).toBe(3)
  })
})
