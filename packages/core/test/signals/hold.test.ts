import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Hold } from '../../src/signals/hold.ts'

test('it lasts 5 min, then 10, then 20, then 40, then an hour, each placed once the last has passed', () => {
  const hold = new Hold()
  let nowMs = 0
  const minutes = Array.from({ length: 6 }, () => {
    hold.place('key rejected', nowMs)
    const lasts = (hold.until(nowMs) ?? nowMs) - nowMs
    nowMs += lasts
    return lasts / 60_000
  })

  expect(minutes).toEqual([5, 10, 20, 40, 60, 60])
  expect(hold.until(nowMs)).toBeUndefined()
})

test('placed while it is in force, it lasts as long from then, for the newer reason, and is no further time in the row', () => {
  const hold = new Hold()
  hold.place('model not found', 0)
  for (let i = 1; i < 10; i++) hold.place('key rejected', i)

  expect(hold.until(10)).toBe(300_009)
  expect(hold.reason).toBe('key rejected')
  hold.place('key rejected', 300_009)
  expect(hold.until(300_009)).toBe(900_009)
})

test('lifting it ends it, its reason and the row', () => {
  const hold = new Hold()
  hold.place('key rejected', 0)
  hold.lift()

  expect(hold.until(1)).toBeUndefined()
  expect(hold.reason).toBeUndefined()
  hold.place('key rejected', 1)
  expect(hold.until(1)).toBe(300_001)
})

test('a reason is at most 300 characters', () => {
  const hold = new Hold()
  hold.place('x'.repeat(5_000), 0)

  expect(hold.reason).toHaveLength(300)
})

test('it never ends earlier than it said, however often it is placed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4_000_000)), (gaps) => {
      const hold = new Hold()
      let nowMs = 0
      for (const gap of gaps) {
        nowMs += gap
        const before = hold.until(nowMs)
        hold.place('no credit', nowMs)

        expect(hold.until(nowMs)).toBeGreaterThanOrEqual(before ?? nowMs + 300_000)
        expect(hold.until(nowMs)).toBeLessThanOrEqual(nowMs + 3_600_000)
      }
    }),
  )
})

test('a snapshot carries what is left, how often it was placed, and the reason', () => {
  const hold = new Hold()
  hold.place('key rejected', 0)
  const restored = new Hold()
  restored.restore(JSON.parse(JSON.stringify(hold.snapshot(100_000))), 7)

  expect(restored.until(8)).toBe(200_007)
  expect(restored.reason).toBe('key rejected')
  restored.place('key rejected', 200_007)
  expect(restored.until(200_007)).toBe(800_007)
  restored.restore(new Hold().snapshot(0), 0)
  expect(restored.until(0)).toBeUndefined()
  expect(() => restored.restore({ heldForMs: -1, placements: 0 }, 0)).toThrow('heldForMs must be in')
})

test('a snapshot of one that was never placed has no reason', () => {
  expect(new Hold().snapshot(0)).not.toHaveProperty('reason')
})

test('restored from one that is not in force, it never was', () => {
  const hold = new Hold()
  hold.restore({ heldForMs: 0, placements: 1, reason: 'no credit' }, 1_000)

  expect(hold.until(0)).toBeUndefined()
})

test('a snapshot with a number of placements that cannot be is refused', () => {
  expect(() => new Hold().restore({ heldForMs: 0, placements: -1 }, 0)).toThrow('placements must be in')
})
