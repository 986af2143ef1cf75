import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram, latencyHistogramDefaults } from '../../src/signals/latency-histogram.ts'
import { perTokenRange } from '../../src/signals/latency-range.ts'
import { anyNumber, gapMs, latencyMs, share, timed } from './arbitraries.ts'

const { gamma, halfLifeMs } = latencyHistogramDefaults
const events = fc.array(fc.record({ gapMs, valueMs: latencyMs }), { maxLength: 60 })

type Recorded = readonly { readonly atMs: number; readonly valueMs: number }[]

function recorded(history: Recorded, histogram = new LatencyHistogram()): LatencyHistogram {
  for (const { valueMs, atMs } of history) histogram.record(valueMs, atMs)
  return histogram
}

/** The smallest value at or below which a share `q` of the weight lies, by sorting. */
function exactQuantile(history: Recorded, q: number): number {
  const sorted = history.map(({ valueMs }) => valueMs).sort((one, other) => one - other)
  let rank = 0
  while (rank + 1 < q * sorted.length * (1 - 1e-12)) rank++
  return sorted[rank] ?? Number.NaN
}

/** The weight of each bucket, by adding 2^(-age / half-life). */
function naiveBuckets(history: Recorded, nowMs: number): Map<number, number> {
  const buckets = new Map<number, number>()
  for (const { valueMs, atMs } of history) {
    const index = Math.floor(Math.log(valueMs) / Math.log(gamma))
    buckets.set(index, (buckets.get(index) ?? 0) + 2 ** ((atMs - nowMs) / halfLifeMs))
  }
  return buckets
}

function expectSameBuckets(histogram: LatencyHistogram, expected: Map<number, number>, nowMs: number): void {
  const actual = new Map(histogram.snapshot(nowMs).buckets)
  for (const index of new Set([...actual.keys(), ...expected.keys()])) {
    const difference = Math.abs((actual.get(index) ?? 0) - (expected.get(index) ?? 0))
    expect(difference).toBeLessThan(2e-9 + 1e-9 * (expected.get(index) ?? 0))
  }
}

test('an empty histogram has no quantile and counts 0', () => {
  const histogram = new LatencyHistogram()

  expect(histogram.quantileMs(0.5)).toBeUndefined()
  expect(histogram.count(1e9)).toBe(0)
  expect(histogram.snapshot(5).buckets).toEqual([])
})

test('a quantile is within half of gamma - 1 of the exact one, whenever no time passes', () => {
  const values = fc.array(latencyMs, { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, share, (list, q) => {
      const history = list.map((valueMs) => ({ valueMs, atMs: 7 }))
      const exact = exactQuantile(history, q)
      const quantile = recorded(history).quantileMs(q) ?? Number.NaN

      expect(Math.abs(quantile / exact - 1)).toBeLessThan((gamma - 1) / 2)
    }),
  )
})

test('times per token are told apart down to 0.05 ms', () => {
  const histogram = new LatencyHistogram(perTokenRange)
  for (const value of [0.06, 0.3, 0.31, 12]) histogram.record(value, 0)

  expect((histogram.quantileMs(0.25) ?? 0) / 0.06).toBeCloseTo(1, 1)
  expect((histogram.quantileMs(0.5) ?? 0) / 0.3).toBeCloseTo(1, 1)
  expect((histogram.quantileMs(1) ?? 0) / 12).toBeCloseTo(1, 1)
})

test('a time per token of a minute, the longest, is told', () => {
  const histogram = new LatencyHistogram(perTokenRange)
  histogram.record(60_000, 0)

  expect((histogram.quantileMs(1) ?? 0) / 60_000).toBeCloseTo(1, 1)
})

test('newer values outweigh older ones: after ten half-lives a thousand old ones weigh less than one', () => {
  const histogram = new LatencyHistogram()
  for (let i = 0; i < 1_000; i++) histogram.record(100, 0)
  histogram.record(5_000, 10 * halfLifeMs)

  expect(histogram.count(10 * halfLifeMs)).toBeCloseTo(1 + 1_000 / 1_024, 9)
  expect((histogram.quantileMs(0.6) ?? 0) / 5_000).toBeCloseTo(1, 1)
})

test('forward decay equals the naive exponentially weighted computation, over any span of time', () => {
  fc.assert(
    fc.property(events, fc.nat(1_000_000), (list, gap) => {
      const history = timed(list, 0)
      const nowMs = (history.at(-1)?.atMs ?? 0) + gap
      const histogram = recorded(history)
      const naive = naiveBuckets(history, nowMs)

      expectSameBuckets(histogram, naive, nowMs)
      expect(histogram.count(nowMs)).toBeCloseTo(
        [...naive.values()].reduce((sum, weight) => sum + weight, 0),
        8,
      )
    }),
  )
})

test('a year of values stays finite and is judged by its end', () => {
  const histogram = new LatencyHistogram()
  for (let hour = 0; hour < 24 * 365; hour++) histogram.record(hour < 8_000 ? 100 : 900, hour * 3_600_000)

  expect((histogram.quantileMs(0.01) ?? 0) / 900).toBeCloseTo(1, 1)
  expect(histogram.count(24 * 365 * 3_600_000)).toBeLessThan(1)
})

test('values after a gap in which all weights vanish are counted afresh', () => {
  const histogram = recorded([{ valueMs: 100, atMs: 0 }])
  histogram.record(700, 5_000 * halfLifeMs)

  expect(histogram.count(5_000 * halfLifeMs)).toBe(1)
  expect((histogram.quantileMs(0) ?? 0) / 700).toBeCloseTo(1, 1)
})

test('a value counts half after a half-life, however long ago the first one was', () => {
  const histogram = recorded([0, 64, 65].map((age) => ({ valueMs: 100, atMs: age * halfLifeMs })))

  expect(histogram.count(65 * halfLifeMs)).toBeCloseTo(1.5, 9)
})

test('a snapshot leaves out what weighs no more than a billionth of a value', () => {
  const histogram = new LatencyHistogram()
  const buckets = [[7, 1e-9] as const, [8, 2e-9] as const]
  histogram.restore({ ...histogram.snapshot(0), buckets }, 0)

  expect(histogram.snapshot(0).buckets).toEqual([[8, 2e-9]])
})

test('merged histograms are those of the merged stream', () => {
  fc.assert(
    fc.property(events, events, (one, other) => {
      const ones = timed(one, 0)
      const others = timed(other, 5_000)
      const nowMs = Math.max(ones.at(-1)?.atMs ?? 0, others.at(-1)?.atMs ?? 0)
      const merged = recorded(ones)
      merged.merge(recorded(others).snapshot(nowMs), nowMs)

      expectSameBuckets(merged, naiveBuckets([...ones, ...others], nowMs), nowMs)
    }),
  )
})

test('of two values with the same weight, the lower one is the median, however old they are', () => {
  for (let age = 0; age < 500; age++) {
    const histogram = recorded([
      { valueMs: 5_000, atMs: 0 },
      { valueMs: 10, atMs: 0 },
    ])
    const restored = new LatencyHistogram()
    restored.record(90, 0)
    restored.restore(histogram.snapshot(age * 1_009), 1e6)
    restored.merge(new LatencyHistogram().snapshot(0), 1e6 + age * 777)
    expect(restored.quantileMs(0.5)).toBe(histogram.quantileMs(0.5))
    expect(restored.quantileMs(0.5)).toBeLessThan(11)
  }
})

test('a snapshot that went through JSON restores the same distribution', () => {
  fc.assert(
    fc.property(events, share, (list, q) => {
      const history = timed(list, 0)
      const nowMs = history.at(-1)?.atMs ?? 0
      const histogram = recorded(history)
      const restored = recorded([{ valueMs: 3, atMs: 0 }])
      restored.restore(JSON.parse(JSON.stringify(histogram.snapshot(nowMs))), nowMs - 1_000)

      expect(restored.snapshot(nowMs - 1_000)).toEqual(histogram.snapshot(nowMs))
      expect(restored.quantileMs(q) === undefined).toBe(histogram.quantileMs(q) === undefined)
    }),
  )
})

test('a shift of all instants changes nothing, bit for bit', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: -1e9, max: 1e9 }), (list, shiftMs) => {
      const end = (timed(list, 0).at(-1)?.atMs ?? 0) + 333
      const one = recorded(timed(list, 0)).snapshot(end)

      expect(recorded(timed(list, shiftMs)).snapshot(end + shiftMs)).toEqual(one)
    }),
  )
})

test('every quantile is finite and in order whatever is recorded, backwards or not', () => {
  const wild = fc.array(fc.record({ valueMs: anyNumber, atMs: fc.integer({ min: 0, max: 1e12 }) }), {
    minLength: 1,
  })
  fc.assert(
    fc.property(wild, share, share, (history, one, other) => {
      const histogram = recorded(history)
      const low = histogram.quantileMs(Math.min(one, other)) ?? Number.NaN
      const high = histogram.quantileMs(Math.max(one, other)) ?? Number.NaN

      expect(low).toBeGreaterThanOrEqual(1)
      expect(low).toBeLessThanOrEqual(high)
      expect(high).toBeLessThan(600_000 * gamma)
      expect(histogram.count(1e12)).toBeLessThan(history.length + 1e-6)
    }),
  )
})

test('an instant that goes backwards counts as no time passed', () => {
  const histogram = recorded([
    { valueMs: 50, atMs: 0 },
    { valueMs: 50, atMs: halfLifeMs },
    { valueMs: 60, atMs: 0 },
  ])

  expect(histogram.count(halfLifeMs)).toBeCloseTo(2.5, 12)
  expect(histogram.count(0)).toBeCloseTo(2.5, 12)
})

test('it takes 2.2 KB', () => {
  const most = new LatencyHistogram()
  most.record(600_000, 0)

  expect((most.snapshot(0).buckets[0]?.[0] ?? 0) + 1).toBe(273)
})

test.each([
  [{ minMs: 0 }, 'minMs must be in'],
  [{ maxMs: 1 }, 'maxMs must be in 2..'],
  [{ gamma: 1 }, 'gamma must be in 1.001..2, got 1'],
  [{ halfLifeMs: 0 }, 'halfLifeMs must be in'],
])('the option %j is refused by name, bound and value', (options, message) => {
  expect(() => new LatencyHistogram(options)).toThrow(message)
})

test('a snapshot of other buckets or of impossible weights is refused and changes nothing', () => {
  const histogram = recorded([{ valueMs: 50, atMs: 0 }])
  const before = histogram.snapshot(0)

  expect(() => histogram.merge({ ...before, gamma: 1.1 }, 0)).toThrow('gamma must be in 1.05..1.05, got 1.1')
  expect(() => histogram.merge({ ...before, minMs: 0.05 }, 0)).toThrow('minMs')
  expect(() => histogram.merge({ ...before, maxMs: 5 }, 0)).toThrow('maxMs')
  expect(() => histogram.restore({ ...before, buckets: [[273, 1]] }, 0)).toThrow(
    'bucket index must be in 0..272, got 273',
  )
  expect(() => histogram.restore({ ...before, buckets: [[1.5, 1]] }, 0)).toThrow(
    'bucket index must be an integer',
  )
  expect(() => histogram.restore({ ...before, buckets: [[1, Number.NaN]] }, 0)).toThrow('bucket weight')
  expect(histogram.snapshot(0)).toEqual(before)
})
