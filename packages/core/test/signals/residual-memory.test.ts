import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ResidualMemory } from '../../src/signals/residual-memory.ts'
import { anyNumber, gapMs, latencyMs, timed } from './arbitraries.ts'

const hourMs = 3_600_000
const events = fc.array(fc.record({ gapMs, ttftMs: latencyMs, prefillMs: latencyMs }), { maxLength: 30 })

interface Sample {
  readonly ttftMs: number
  readonly prefillMs: number
  readonly atMs: number
}

function remembered(samples: readonly Sample[]): ResidualMemory {
  const memory = new ResidualMemory()
  for (const { ttftMs, prefillMs, atMs } of samples) memory.record(ttftMs, prefillMs, atMs)
  return memory
}

/** First tokens at one speed, one each second, from an instant on. */
function steadily(ttftMs: number, count: number, startMs: number): Sample[] {
  return Array.from({ length: count }, (_, i) => ({ ttftMs, prefillMs: 0, atMs: startMs + i * 1_000 }))
}

test('an endpoint without first tokens has none of the numbers', () => {
  const memory = new ResidualMemory()

  expect([memory.recentP90Ms, memory.usualMedianMs, memory.samples(0)]).toEqual([0, 0, 0])
})

test('the residual is the time without that of the prompt, within 5 %', () => {
  const memory = remembered([{ ttftMs: 1_500, prefillMs: 1_000, atMs: 0 }])

  expect(memory.usualMedianMs / 500).toBeGreaterThan(0.95)
  expect(memory.usualMedianMs / 500).toBeLessThan(1.05)
})

test('the residual is a tenth of the time at least, even when all of it was expected to be the prompt’s', () => {
  const memory = remembered([{ ttftMs: 1_500, prefillMs: 9_000, atMs: 0 }])

  expect(memory.usualMedianMs / 150).toBeGreaterThan(0.95)
  expect(memory.usualMedianMs / 150).toBeLessThan(1.05)
})

test('a slow-down shows in the recent p90 within a minute, and in the usual median for hours not', () => {
  const memory = remembered([...steadily(400, 10 * 3_600, 0), ...steadily(2_000, 60, 10 * hourMs)])

  expect(memory.recentP90Ms).toBeGreaterThan(3 * memory.usualMedianMs)
  for (const { ttftMs, prefillMs, atMs } of steadily(2_000, 4 * 3_600, 10 * hourMs + 60_000)) {
    memory.record(ttftMs, prefillMs, atMs)
  }
  expect(memory.recentP90Ms).toBeGreaterThan(3 * memory.usualMedianMs)
})

test('what is slow for days becomes usual', () => {
  const memory = new ResidualMemory()
  for (let minute = 0; minute < 24 * 60; minute++) memory.record(400, 0, minute * 60_000)
  for (let minute = 24 * 60; minute < 96 * 60; minute++) memory.record(2_000, 0, minute * 60_000)

  expect(memory.recentP90Ms).toBeLessThan(1.1 * memory.usualMedianMs)
})

test('half of the recent samples are gone after 5 min', () => {
  expect(remembered(steadily(400, 1, 0)).samples(300_000)).toBeCloseTo(0.5, 12)
})

test('merged memories are those of the merged stream', () => {
  fc.assert(
    fc.property(events, events, (one, other) => {
      const ones = timed(one, 0)
      const others = timed(other, 500)
      const nowMs = Math.max(ones.at(-1)?.atMs ?? 0, others.at(-1)?.atMs ?? 0)
      const both = remembered([...ones, ...others].sort((a, b) => a.atMs - b.atMs))
      const merged = remembered(ones)
      merged.merge(remembered(others).snapshot(nowMs), nowMs)

      expect(merged.samples(nowMs)).toBeCloseTo(both.samples(nowMs), 6)
      expect(merged.usualMedianMs).toBe(both.usualMedianMs)
    }),
  )
})

test('restoring a snapshot that went through JSON changes nothing, whatever the clock', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: -1e9, max: 1e9 }), (list, shiftMs) => {
      const samples = timed(list, 0)
      const nowMs = samples.at(-1)?.atMs ?? 0
      const memory = remembered(samples)
      const restored = remembered(steadily(9_000, 3, 0))
      restored.restore(JSON.parse(JSON.stringify(memory.snapshot(nowMs))), nowMs + shiftMs)

      expect(restored.usualMedianMs).toBe(memory.usualMedianMs)
      expect(restored.samples(nowMs + shiftMs + 777)).toBeCloseTo(memory.samples(nowMs + 777), 6)
    }),
  )
})

test('the numbers stay in the range of latencies, whatever is recorded', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyNumber, anyNumber), { minLength: 1 }), (pairs) => {
      const memory = remembered(pairs.map(([ttftMs, prefillMs], atMs) => ({ ttftMs, prefillMs, atMs })))

      for (const ms of [memory.recentP90Ms, memory.usualMedianMs]) {
        expect(ms).toBeGreaterThanOrEqual(1)
        expect(ms).toBeLessThanOrEqual(630_000)
      }
    }),
  )
})

test('a snapshot with a number that cannot be is refused and changes nothing', () => {
  const memory = remembered(steadily(400, 3, 0))
  const before = memory.snapshot(2_000)
  const broken = { recent: before.recent, usual: { ...before.usual, gamma: 1.5 } }

  expect(() => memory.restore(broken, 0)).toThrow('gamma must be in')
  expect(() => memory.merge(broken, 0)).toThrow('gamma must be in')
  expect(memory.snapshot(2_000)).toEqual(before)
})
