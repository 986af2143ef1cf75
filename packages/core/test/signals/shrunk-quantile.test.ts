import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram } from '../../src/signals/latency-histogram.ts'
import { lognormalQuantileMs, shrunkQuantileMs } from '../../src/signals/shrunk-quantile.ts'
import { latencyMs, share } from './arbitraries.ts'

const prior = { meanMs: 1_000, logDeviation: 0.6 }

test.each([
  [0.5, 0],
  [0.9, 1.2816],
  [0.95, 1.6449],
  [0.99, 2.3263],
  [0.1, -1.2816],
])('the lognormal quantile %d lies %d deviations from the median', (q, deviations) => {
  const exact = 1_000 * Math.exp(deviations * 0.6 - 0.18)

  expect(lognormalQuantileMs(q, prior) / exact).toBeCloseTo(1, 2)
})

test('without values the quantile is that of the prior', () => {
  expect(shrunkQuantileMs(0.9, prior, { histogram: undefined, nowMs: 0 })).toBe(
    lognormalQuantileMs(0.9, prior),
  )
  expect(shrunkQuantileMs(0.9, prior, { histogram: new LatencyHistogram(), nowMs: 0 })).toBe(
    lognormalQuantileMs(0.9, prior),
  )
})

test('twenty values weigh as much as the prior', () => {
  const histogram = new LatencyHistogram()
  for (let i = 0; i < 20; i++) histogram.record(10_000, 0)
  const counted = histogram.quantileMs(0.9) ?? Number.NaN

  const expected = Math.sqrt(counted * lognormalQuantileMs(0.9, prior))
  expect(shrunkQuantileMs(0.9, prior, { histogram, nowMs: 0 })).toBeCloseTo(expected, 6)
})

test('values that have decayed give way to the prior', () => {
  const histogram = new LatencyHistogram()
  for (let i = 0; i < 1_000; i++) histogram.record(10_000, 0)

  expect(shrunkQuantileMs(0.5, prior, { histogram, nowMs: 0 })).toBeGreaterThan(9_000)
  expect(shrunkQuantileMs(0.5, prior, { histogram, nowMs: 1e9 })).toBeCloseTo(
    lognormalQuantileMs(0.5, prior),
    6,
  )
})

test('it lies between what was counted and the prior, finite for every share', () => {
  fc.assert(
    fc.property(fc.array(latencyMs, { minLength: 1 }), share, (values, q) => {
      const histogram = new LatencyHistogram()
      for (const value of values) histogram.record(value, 0)
      const counted = histogram.quantileMs(q) ?? Number.NaN
      const believed = lognormalQuantileMs(q, prior)
      const shrunk = shrunkQuantileMs(q, prior, { histogram, nowMs: 0 })

      expect(shrunk).toBeGreaterThanOrEqual(Math.min(counted, believed) * (1 - 1e-12))
      expect(shrunk).toBeLessThanOrEqual(Math.max(counted, believed) * (1 + 1e-12))
    }),
  )
})
