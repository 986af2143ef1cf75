import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wilsonLowerBound } from '../../src/signals/wilson.ts'
import { share } from './arbitraries.ts'

const total = fc.double({ min: 1e-3, max: 1e6, noNaN: true })

test('the bound is that of the published formula', () => {
  expect(wilsonLowerBound(5, 8)).toBeCloseTo(0.3487, 4)
  expect(wilsonLowerBound(6, 8)).toBeCloseTo(0.461, 4)
  expect(wilsonLowerBound(50, 100, 1.96)).toBeCloseTo(0.4038, 4)
  expect(wilsonLowerBound(0, 0)).toBe(0)
})

test('it is where the rate lies z standard errors above it', () => {
  fc.assert(
    fc.property(total, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (n, rate) => {
      const bound = wilsonLowerBound(rate * n, n)

      expect(rate - bound).toBeCloseTo(1.64 * Math.sqrt((bound * (1 - bound)) / n), 9)
    }),
  )
})

test('it never leaves 0 to the rate, whatever is counted', () => {
  fc.assert(
    fc.property(total, share, (n, rate) => {
      const bound = wilsonLowerBound(rate * n, n)

      expect(bound).toBeGreaterThanOrEqual(0)
      expect(bound).toBeLessThanOrEqual(rate + 1e-12)
    }),
  )
})

test('one more of what is counted never lowers it, and one more of the rest never raises it', () => {
  fc.assert(
    fc.property(total, share, share, (n, rate, weight) => {
      const bound = wilsonLowerBound(rate * n, n)

      expect(wilsonLowerBound(rate * n + weight, n + weight)).toBeGreaterThanOrEqual(bound - 1e-12)
      expect(wilsonLowerBound(rate * n, n + weight)).toBeLessThanOrEqual(bound + 1e-12)
    }),
  )
})
