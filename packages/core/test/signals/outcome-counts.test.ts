import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutcomeCounts, outcomeCountsDefaults } from '../../src/signals/outcome-counts.ts'
import type { AttemptOutcome } from '../../src/signals/outcome-counts.ts'
import { outcome, outcomeEvents, share, timed } from './arbitraries.ts'

const { halfLifeMs, prior } = outcomeCountsDefaults

function counted(
  history: readonly { readonly outcome: AttemptOutcome; readonly weight: number; readonly atMs: number }[],
): OutcomeCounts {
  const counts = new OutcomeCounts()
  for (const { outcome, weight, atMs } of history) counts.record(outcome, weight, atMs)
  return counts
}

test('an endpoint of which nothing is known has the prior', () => {
  const counts = new OutcomeCounts()

  expect(counts.effectiveSamples(5)).toBe(0)
  const rates = counts.rates(5)
  expect(rates.success).toBeCloseTo(0.97, 12)
  expect(rates.early).toBeCloseTo(0.02, 12)
  expect(rates.late).toBeCloseTo(0.01, 12)
})

test('ten early failures at once weigh about as much as the prior', () => {
  const counts = new OutcomeCounts()
  for (let i = 0; i < 10; i++) counts.record('early', 1, 1_000)

  const rates = counts.rates(1_000)

  expect(counts.effectiveSamples(1_000)).toBe(10)
  expect(rates.success).toBeGreaterThan(0.43)
  expect(rates.success).toBeLessThan(0.46)
  expect(rates.late).toBeLessThan(0.01)
})

test('a recent outcome loses half its weight in a half-life', () => {
  const counts = new OutcomeCounts()
  counts.record('early', 1, 0)

  expect(counts.effectiveSamples(halfLifeMs)).toBeCloseTo(0.5, 12)
  expect(counts.effectiveSamples(3 * halfLifeMs)).toBeCloseTo(0.125, 12)
})

test('an idle endpoint is judged by its history', () => {
  const counts = new OutcomeCounts()
  for (let i = 0; i < 5_000; i++) counts.record(i % 2 === 0 ? 'success' : 'early', 1, i * 10)

  const rates = counts.rates(50_000 + 100 * halfLifeMs)

  expect(rates.success).toBeCloseTo(0.5, 2)
  expect(rates.early).toBeCloseTo(0.5, 2)
})

test('the slow counts are those of the prior’s events and all others, each event leaving 0.999 of those before it', () => {
  const counts = new OutcomeCounts()
  const naive = { success: 99 * prior.success, early: 99 * prior.early, late: 99 * prior.late }
  let mass = 99
  for (let i = 0; i < 700; i++) {
    const outcome = (['early', 'success', 'late', 'success'] as const)[i % 4] ?? 'success'
    counts.record(outcome, 1, 0)
    mass = mass * 0.999 + 1
    for (const name of ['success', 'early', 'late'] as const)
      naive[name] = naive[name] * 0.999 + (name === outcome ? 1 : 0)
  }

  const rates = counts.rates(1_000 * halfLifeMs)

  for (const name of ['success', 'early', 'late'] as const)
    expect(rates[name]).toBeCloseTo((naive[name] + prior[name]) / (mass + 1), 9)
})

test('two halves of an outcome are one', () => {
  const halves = new OutcomeCounts()
  const one = new OutcomeCounts()
  halves.record('early', 0.5, 0)
  halves.record('early', 0.5, 0)
  one.record('early', 1, 0)

  expect(halves.snapshot(0).slow.early).toBeCloseTo(one.snapshot(0).slow.early, 12)
  expect(halves.rates(0).early).toBeCloseTo(one.rates(0).early, 12)
})

test('the rates are a distribution whatever is recorded', () => {
  fc.assert(
    fc.property(outcomeEvents, fc.integer({ min: 0, max: 1e9 }), (events, laterMs) => {
      const rates = counted(timed(events, 0)).rates(laterMs)

      expect(Math.abs(rates.success + rates.early + rates.late - 1)).toBeLessThan(1e-12)
      for (const rate of Object.values(rates)) expect(rate).toBeGreaterThan(0)
    }),
  )
})

test('a million successes never make a failure impossible', () => {
  const counts = new OutcomeCounts()
  for (let i = 0; i < 1_000_000; i++) counts.record('success', 1, i * 100)

  const rates = counts.rates(1e8)

  expect(rates.early).toBeGreaterThan(0)
  expect(rates.late).toBeGreaterThan(0)
})

test('invariant 51: a success never lowers the success rate, and a failure never raises it', () => {
  fc.assert(
    fc.property(outcomeEvents, outcome, share, fc.nat(100_000), (events, last, weight, gap) => {
      const history = timed(events, 0)
      const nowMs = (history.at(-1)?.atMs ?? 0) + gap
      const counts = counted(history)
      const before = counts.rates(nowMs)
      counts.record(last, weight, nowMs)
      const after = counts.rates(nowMs)

      if (last === 'success') expect(after.success).toBeGreaterThanOrEqual(before.success - 1e-15)
      else expect(after.success).toBeLessThanOrEqual(before.success + 1e-15)
      expect(after[last]).toBeGreaterThanOrEqual(before[last] - 1e-15)
    }),
  )
})

test('the recent counts equal the sum of weights 2^(-age / half-life), whatever the order of reading', () => {
  fc.assert(
    fc.property(outcomeEvents, fc.nat(200_000), (events, gap) => {
      const history = timed(events, 0)
      const nowMs = (history.at(-1)?.atMs ?? 0) + gap
      const counts = counted(history)
      const naive = history.reduce(
        (sum, { atMs, weight }) => sum + weight * 2 ** ((atMs - nowMs) / halfLifeMs),
        0,
      )

      expect(counts.effectiveSamples(nowMs)).toBeCloseTo(naive, 9)
    }),
  )
})

test('merged recent counts are those of the merged stream', () => {
  fc.assert(
    fc.property(outcomeEvents, outcomeEvents, (one, other) => {
      const ones = timed(one, 0)
      const others = timed(other, 500)
      const nowMs = Math.max(ones.at(-1)?.atMs ?? 0, others.at(-1)?.atMs ?? 0)
      const both = counted([...ones, ...others].sort((a, b) => a.atMs - b.atMs))
      const merged = counted(ones)
      merged.merge(counted(others).snapshot(nowMs), nowMs)

      const expected = both.snapshot(nowMs).fast
      const { fast } = merged.snapshot(nowMs)
      expect(fast.success).toBeCloseTo(expected.success, 9)
      expect(fast.early).toBeCloseTo(expected.early, 9)
      expect(fast.late).toBeCloseTo(expected.late, 9)
    }),
  )
})

test('merging often never makes the slow counts heavier than a thousand events', () => {
  const counts = new OutcomeCounts()
  const delta = { fast: { success: 0, early: 0, late: 0 }, slow: { success: 40, early: 6, late: 4 } }
  for (let i = 0; i < 500; i++) counts.merge(delta, 0)

  const { slow } = counts.snapshot(0)

  expect(slow.success).toBeCloseTo(800, 6)
  expect(slow.early).toBeCloseTo(120, 6)
  expect(slow.late).toBeCloseTo(80, 6)
})

test('merging nothing, and restoring a snapshot that went through JSON, change nothing', () => {
  fc.assert(
    fc.property(outcomeEvents, (events) => {
      const history = timed(events, 0)
      const nowMs = history.at(-1)?.atMs ?? 0
      const counts = counted(history)
      const before = counts.rates(nowMs + 1_000)
      const restored = new OutcomeCounts()
      restored.record('early', 1, 0)
      restored.restore(JSON.parse(JSON.stringify(counts.snapshot(nowMs))), nowMs)
      counts.merge(new OutcomeCounts().snapshot(nowMs), nowMs)

      expect(counts.rates(nowMs + 1_000)).toEqual(before)
      expect(restored.rates(nowMs + 1_000)).toEqual(before)
    }),
  )
})

test('a shift of all instants changes nothing, bit for bit', () => {
  fc.assert(
    fc.property(outcomeEvents, fc.integer({ min: -1e9, max: 1e9 }), (events, shiftMs) => {
      const end = (timed(events, 0).at(-1)?.atMs ?? 0) + 777

      expect(counted(timed(events, shiftMs)).rates(shiftMs + end)).toEqual(
        counted(timed(events, 0)).rates(end),
      )
    }),
  )
})

test('an instant that goes backwards counts as no time passed', () => {
  const counts = new OutcomeCounts()
  counts.record('success', 1, 10_000)
  counts.record('early', 1, 4_000)

  expect(counts.effectiveSamples(2_000)).toBe(2)
  expect(counts.effectiveSamples(10_000)).toBe(2)
})

test('the rates are written where the caller says', () => {
  const into = { success: 0, early: 0, late: 0 }
  const counts = new OutcomeCounts()

  expect(counts.rates(0, into)).toBe(into)
  expect(into.success).toBeCloseTo(0.97, 12)
})

test('a weight above 1 counts as 1, and one that is not a number as none', () => {
  const counts = new OutcomeCounts()
  counts.record('late', Infinity, 0)
  counts.record('late', Number.NaN, 0)

  expect(counts.effectiveSamples(0)).toBe(1)
})

test.each([
  [{ halfLifeMs: 10 }, 'halfLifeMs must be in 1000..3600000, got 10'],
  [{ pseudoCounts: 0 }, 'pseudoCounts must be in 0.1..1000, got 0'],
  [{ slowFactor: 1 }, 'slowFactor must be in 0.9..0.99999, got 1'],
  [{ priorEvents: 0 }, 'priorEvents must be in 1..1000, got 0'],
  [{ prior: { success: 0, early: 0.5, late: 0.5 } }, 'prior.success must be in 1e-9..1, got 0'],
  [{ prior: { success: 1, early: 0, late: 0 } }, 'prior.early must be in 1e-9..1, got 0'],
  [{ prior: { success: 0.5, early: 0.5, late: 0 } }, 'prior.late must be in 1e-9..1, got 0'],
  [{ prior: { success: 0.5, early: 0.2, late: 0.2 } }, 'sum of prior must be in'],
])('the option %j is refused by name, bound and value', (options, message) => {
  expect(() => new OutcomeCounts(options)).toThrow(message)
})

test('a snapshot with a number that cannot be is refused and changes nothing', () => {
  const counts = new OutcomeCounts()
  counts.record('success', 1, 0)
  const { fast, slow } = counts.snapshot(0)

  expect(() => counts.restore({ fast, slow: { ...slow, late: Number.NaN } }, 0)).toThrow(
    'slow.late must be in',
  )
  expect(() => counts.restore({ fast: { ...fast, success: -1 }, slow }, 0)).toThrow('fast.success must be in')
  expect(() => counts.merge({ fast, slow: { ...slow, success: -1 } }, 0)).toThrow('slow.success must be in')
  expect(() => counts.merge({ fast: { ...fast, early: -1 }, slow }, 0)).toThrow('fast.early must be in')
  expect(counts.snapshot(0)).toEqual({ fast, slow })
})

test('a row of failures that is forgotten leaves what was there before, faded', () => {
  const [counts, other] = [new OutcomeCounts(), new OutcomeCounts()]
  for (let i = 0; i < 200; i++)
    for (const one of [counts, other]) one.record(i % 20 === 0 ? 'late' : 'success', 1, i * 100)
  for (let i = 0; i < 50; i++) counts.record(i % 2 === 0 ? 'early' : 'late', 1, 30_000 + i * 100)
  counts.forgetRow(60_000)

  const [rates, usual] = [counts.rates(60_000), other.rates(60_000)]
  expect(counts.effectiveSamples(60_000)).toBeCloseTo(other.effectiveSamples(60_000), 6)
  for (const name of ['success', 'early', 'late'] as const)
    expect(Math.abs(rates[name] - usual[name])).toBeLessThan(0.005)
})

test('two successes are part of a row of failures, three end it', () => {
  const failing = (successes: number): number => {
    const counts = new OutcomeCounts()
    for (let i = 0; i < 10; i++) counts.record('early', 1, 0)
    for (let i = 0; i < successes; i++) counts.record('success', 1, 0)
    counts.forgetRow(0)
    return counts.snapshot(0).fast.early
  }

  expect([failing(0), failing(2), failing(3)]).toEqual([0, 0, 10])
})

test('forgetting never makes an endpoint look worse, nor a count negative, and forgets once', () => {
  fc.assert(
    fc.property(outcomeEvents, (events) => {
      const history = timed(events, 0)
      const counts = counted(history)
      const nowMs = history.at(-1)?.atMs ?? 0
      const before = counts.rates(nowMs).success
      counts.forgetRow(nowMs)
      const after = counts.rates(nowMs)

      expect(after.success).toBeGreaterThanOrEqual(before - 1e-12)
      const { fast, slow } = counts.snapshot(nowMs)
      for (const count of Object.values({ ...fast, s: slow.success, e: slow.early, l: slow.late }))
        expect(count).toBeGreaterThanOrEqual(0)
      counts.forgetRow(nowMs)
      expect(counts.rates(nowMs)).toEqual(after)
    }),
  )
})

/** Failures of both kinds, and the three successes that end their row. */
function onceFailed(): OutcomeCounts {
  const counts = new OutcomeCounts()
  for (let i = 0; i < 20; i++) counts.record(i % 2 === 0 ? 'early' : 'late', 1, 0)
  for (let i = 0; i < 3; i++) counts.record('success', 1, 0)
  return counts
}

test('forgetting a row leaves the failures before it, each event having left 0.999 of them', () => {
  const counts = onceFailed()
  const before = counts.snapshot(0)
  for (let i = 0; i < 20; i++) counts.record(i % 2 === 0 ? 'early' : 'late', 1, 0)
  counts.forgetRow(0)

  const { fast, slow } = counts.snapshot(0)
  expect(fast).toEqual(before.fast)
  expect(slow.early).toBeCloseTo(before.slow.early * 0.999 ** 20, 9)
  expect(slow.late).toBeCloseTo(before.slow.late * 0.999 ** 20, 9)
})

test('forgetting a row leaves as much of the failures before it, whatever was merged meanwhile', () => {
  const counts = onceFailed()
  const before = counts.snapshot(0).slow
  for (let i = 0; i < 20; i++) counts.record('early', 1, 0)
  const merged = { fast: { success: 0, early: 0, late: 0 }, slow: { success: 9_000, early: 0, late: 0 } }
  const massBefore = Object.values(counts.snapshot(0).slow).reduce((sum, one) => sum + one, 0)
  counts.merge(merged, 0)
  counts.forgetRow(0)

  const scale = 1_000 / (massBefore + 9_000)
  expect(counts.snapshot(0).slow.early).toBeCloseTo(before.early * 0.999 ** 20 * scale, 9)
})

test('a row that was forgotten takes nothing when there is no further one', () => {
  const counts = onceFailed()
  for (let i = 0; i < 5; i++) counts.record('early', 1, 0)
  counts.forgetRow(0)
  const before = counts.snapshot(0)
  counts.forgetRow(0)

  expect(counts.snapshot(0)).toEqual(before)
})

test('the successes of a row take nothing as it is forgotten', () => {
  const counts = onceFailed()
  for (const outcome of ['early', 'success', 'success'] as const) counts.record(outcome, 1, 0)
  counts.forgetRow(0)

  expect(counts.snapshot(0).fast).toEqual({ success: 5, early: 10, late: 10 })
})

test('what is restored ends the row of failures before it', () => {
  const [counts, other] = [new OutcomeCounts(), new OutcomeCounts()]
  for (let i = 0; i < 9; i++) for (const one of [counts, other]) one.record('early', 1, 0)
  counts.restore(other.snapshot(0), 0)
  counts.forgetRow(0)

  expect(counts.snapshot(0)).toEqual(other.snapshot(0))
})

test('an instant before that at which a row was forgotten counts as that', () => {
  const counts = new OutcomeCounts()
  counts.record('success', 1, 0)
  counts.forgetRow(halfLifeMs)

  expect(counts.effectiveSamples(0)).toBeCloseTo(0.5, 12)
})
