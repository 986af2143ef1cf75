import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentCounts } from '../../src/call/recent-counts.ts'

const event = fc.record({ gapMs: fc.constantFrom(0, 1, 999, 10_000, 60_000, 200_000), good: fc.boolean() })

test('whatever is younger than two minutes is always counted, and nothing that is older than 130 s ever is', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 60 }),
      fc.integer({ min: -1e6, max: 1e6 }),
      (events, startMs) => {
        const counts = new RecentCounts()
        const told: { readonly atMs: number; readonly good: boolean }[] = []
        let nowMs = startMs
        for (const { gapMs, good } of events) {
          nowMs += gapMs
          counts.add(1, good ? 1 : 0, nowMs)
          told.push({ atMs: nowMs, good })
          const within = (ms: number): typeof told => told.filter((one) => nowMs - one.atMs < ms)

          expect(counts.all(nowMs)).toBeGreaterThanOrEqual(within(120_000).length)
          expect(counts.all(nowMs)).toBeLessThanOrEqual(within(130_000).length)
          expect(counts.good(nowMs)).toBeGreaterThanOrEqual(within(120_000).filter((one) => one.good).length)
          expect(counts.good(nowMs)).toBeLessThanOrEqual(counts.all(nowMs))
        }
      },
    ),
  )
})

test('reading changes nothing, and time alone forgets', () => {
  const counts = new RecentCounts()
  counts.add(3, 2, 5_000)

  expect(counts.all(1e9)).toBe(0)
  expect(counts.all(5_000)).toBe(3)
  expect(counts.good(119_999)).toBe(2)
  expect(counts.good(130_000)).toBe(0)
})

test('what came just before a slot of ten seconds ended is counted for two minutes all the same', () => {
  const counts = new RecentCounts()
  counts.add(1, 0, 9_999)

  expect(counts.all(9_999 + 119_999)).toBe(1)
})

test('an instant that goes backwards counts as the latest', () => {
  const counts = new RecentCounts()
  counts.add(1, 1, 500_000)
  counts.add(1, 0, 0)

  expect(counts.all(0)).toBe(2)
  expect(counts.all(500_000)).toBe(2)
})
