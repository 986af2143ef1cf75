import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QualityCounts, qualityHalfLifeMs } from '../../src/signals/quality-counts.ts'
import { gapMs, timed } from './arbitraries.ts'

const answers = fc.array(fc.record({ gapMs, valid: fc.boolean() }), { maxLength: 40 })

function counted(history: readonly { readonly valid: boolean; readonly atMs: number }[]): QualityCounts {
  const counts = new QualityCounts()
  for (const { valid, atMs } of history) counts.record(valid, atMs)
  return counts
}

test('an endpoint without answers is not known to be bad', () => {
  expect(new QualityCounts().validRate).toBe(1)
  expect(new QualityCounts().samples(0)).toBe(0)
})

test('the rate is the share of valid answers', () => {
  const counts = counted(Array.from({ length: 100 }, (_, i) => ({ valid: i % 10 !== 0, atMs: 0 })))

  expect(counts.validRate).toBe(0.9)
  expect(counts.samples(0)).toBe(100)
})

test('an answer loses half its weight in 30 min', () => {
  const counts = counted([{ valid: false, atMs: 0 }])

  expect(qualityHalfLifeMs).toBe(1_800_000)
  expect(counts.samples(1_800_000)).toBeCloseTo(0.5, 12)
  counts.record(true, 1_800_000)
  expect(counts.validRate).toBeCloseTo(2 / 3, 12)
})

test('whatever is recorded, the rate is in 0..1, a valid answer never lowers it, and an invalid one never raises it', () => {
  fc.assert(
    fc.property(answers, fc.boolean(), fc.nat(10_000_000), (events, valid, gap) => {
      const history = timed(events, 0)
      const nowMs = (history.at(-1)?.atMs ?? 0) + gap
      const counts = counted(history)
      const before = counts.validRate
      counts.record(valid, nowMs)
      const after = counts.validRate

      expect(after).toBeGreaterThanOrEqual(valid ? before - 1e-12 : 0)
      expect(after).toBeLessThanOrEqual(valid ? 1 : before + 1e-12)
    }),
  )
})

test('merged counts are those of the merged stream', () => {
  fc.assert(
    fc.property(answers, answers, (one, other) => {
      const ones = timed(one, 0)
      const others = timed(other, 500)
      const nowMs = Math.max(ones.at(-1)?.atMs ?? 0, others.at(-1)?.atMs ?? 0)
      const expected = counted([...ones, ...others].sort((a, b) => a.atMs - b.atMs)).snapshot(nowMs)
      const merged = counted(ones)
      merged.merge(counted(others).snapshot(nowMs), nowMs)

      expect(merged.snapshot(nowMs).valid).toBeCloseTo(expected.valid, 9)
      expect(merged.snapshot(nowMs).invalid).toBeCloseTo(expected.invalid, 9)
    }),
  )
})

test('restoring a snapshot that went through JSON and merging nothing change nothing, whatever the clock', () => {
  fc.assert(
    fc.property(answers, fc.integer({ min: -1e9, max: 1e9 }), (events, shiftMs) => {
      const history = timed(events, 0)
      const nowMs = history.at(-1)?.atMs ?? 0
      const counts = counted(history)
      const restored = counted([{ valid: false, atMs: 0 }])
      restored.restore(JSON.parse(JSON.stringify(counts.snapshot(nowMs))), nowMs + shiftMs)
      restored.merge(new QualityCounts().snapshot(0), nowMs + shiftMs)

      expect(restored.validRate).toBe(counts.validRate)
      expect(restored.samples(nowMs + shiftMs + 777)).toBe(counts.samples(nowMs + 777))
    }),
  )
})

test('an instant that goes backwards counts as no time passed', () => {
  const counts = counted([
    { valid: true, atMs: 10_000 },
    { valid: true, atMs: 4_000 },
  ])

  expect(counts.samples(2_000)).toBe(2)
  expect(counts.samples(10_000)).toBe(2)
})

test('a snapshot with a number that cannot be is refused and changes nothing', () => {
  const counts = counted([{ valid: true, atMs: 0 }])

  expect(() => counts.restore({ valid: -1, invalid: 0 }, 0)).toThrow('valid must be in 0..')
  expect(() => counts.merge({ valid: 1, invalid: Number.NaN }, 0)).toThrow('invalid must be in 0..')
  expect(counts.snapshot(0)).toEqual({ valid: 1, invalid: 0 })
})
