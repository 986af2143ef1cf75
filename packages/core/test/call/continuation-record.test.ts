import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ContinuationRecord } from '../../src/call/continuation-record.ts'

const hourMs = 3_600_000

/** A record of so many answers that came whole, and so many that did not, all at one instant. */
function recordOf(whole: number, broken: number): ContinuationRecord {
  const record = new ContinuationRecord()
  for (let i = 0; i < whole; i++) record.ended(true, 0)
  for (let i = 0; i < broken; i++) record.ended(false, 0)
  return record
}

test('nothing is believed before it has worked', () => {
  expect(recordOf(0, 0).probability(0)).toBe(0)
  expect(recordOf(0, 5).probability(0)).toBe(0)
})

test.each([
  [1, 0, 1 / 3],
  [2, 0, 1 / 2],
  [8, 0, 8 / 10],
  [1, 1, 1 / 4],
  [6, 12, 6 / 20],
])('of %i answers that came whole and %i that did not comes %d', (whole, broken, probability) => {
  expect(recordOf(whole, broken).probability(0)).toBe(probability)
})

test('what was seen counts half after an hour, also beside what is seen then', () => {
  const record = recordOf(4, 4)
  expect(record.probability(hourMs)).toBeCloseTo(2 / (4 + 2), 12)
  record.ended(true, hourMs)

  expect(record.probability(hourMs)).toBeCloseTo(3 / (5 + 2), 12)
  expect(record.probability(2 * hourMs)).toBeCloseTo(1.5 / (2.5 + 2), 12)
})

test('an instant that goes backwards counts as the latest', () => {
  const record = new ContinuationRecord()
  record.ended(true, hourMs)
  record.ended(true, 0)

  expect(record.probability(0)).toBe(record.probability(hourMs))
  expect(record.probability(hourMs)).toBe(2 / 4)
})

test('whatever is seen, it is a probability, higher for an answer that came whole and never higher for one that did not', () => {
  const ends = fc.array(fc.record({ whole: fc.boolean(), afterMs: fc.nat(10 * hourMs) }), { maxLength: 50 })
  fc.assert(
    fc.property(ends, (list) => {
      const record = new ContinuationRecord()
      let nowMs = 0
      for (const { whole, afterMs } of list) {
        nowMs += afterMs
        const before = record.probability(nowMs)
        record.ended(whole, nowMs)
        const after = record.probability(nowMs)

        expect(after).toBeGreaterThanOrEqual(0)
        expect(after).toBeLessThan(1)
        if (whole) expect(after).toBeGreaterThan(before)
        else expect(after).toBeLessThanOrEqual(before)
      }
    }),
  )
})
