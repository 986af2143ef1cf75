import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AdaptiveThrottle } from '../../src/call/adaptive-throttle.ts'

function throttleAfter(calls: number, accepted: number): AdaptiveThrottle {
  const throttle = new AdaptiveThrottle()
  for (let i = 0; i < calls; i++) throttle.callBegan(0)
  for (let i = 0; i < accepted; i++) throttle.accepted(0)
  return throttle
}

test.each([
  [0, 0, 0],
  [100, 50, 0],
  [100, 100, 0],
  [99, 0, 0.99],
  [99, 12, 0.75],
])(
  'after %i calls of which %i were accepted, a call is refused with probability %f',
  (calls, accepted, p) => {
    expect(throttleAfter(calls, accepted).refusalProbability(1_000)).toBeCloseTo(p, 12)
  },
)

test('the random number decides', () => {
  const throttle = throttleAfter(99, 12)

  expect(throttle.refuses(0.749, 0)).toBe(true)
  expect(throttle.refuses(0.751, 0)).toBe(false)
})

test('nothing is refused while half of the calls are accepted, whatever the random number', () => {
  expect(throttleAfter(0, 0).refuses(0, 0)).toBe(false)
  expect(throttleAfter(2, 1).refuses(0, 0)).toBe(false)
})

test('what was more than 130 s ago no longer counts', () => {
  expect(throttleAfter(1_000, 0).refusalProbability(130_000)).toBe(0)
})

test('it is a probability below 1: some call always goes through, and as many as half of the calls accepted suspend it', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (calls, accepted) => {
      const p = throttleAfter(calls, accepted).refusalProbability(0)

      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThan(1)
      if (2 * accepted >= calls) expect(p).toBe(0)
    }),
  )
})
