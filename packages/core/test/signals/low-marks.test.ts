import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LowMarks } from '../../src/signals/low-marks.ts'

const levels = fc.array(fc.nat(20), { minLength: 1, maxLength: 40 })

test('the least since an event is the minimum of the levels told from it on', () => {
  fc.assert(
    fc.property(levels, (list) => {
      const marks = new LowMarks(100)
      list.forEach((level, event) => marks.mark(event, level))

      list.forEach((_, event) => expect(marks.leastSince(event)).toBe(Math.min(...list.slice(event))))
    }),
  )
})

test('lowering the levels since an event lowers their least, and keeps that of no event above what follows it', () => {
  fc.assert(
    fc.property(levels, fc.nat(), fc.nat(20), (list, at, amount) => {
      const marks = new LowMarks(100)
      list.forEach((level, event) => marks.mark(event, level))
      const event = at % list.length
      const by = Math.min(amount, marks.leastSince(event))
      const lowered = list.map((level, i) => (i < event ? level : level - by))
      marks.lowerSince(event, by)

      list.forEach((_, i) => expect(marks.leastSince(i)).toBe(Math.min(...lowered.slice(i))))
    }),
  )
})

test('beyond its capacity the least is never above the true one', () => {
  fc.assert(
    fc.property(levels, fc.integer({ min: 2, max: 6 }), (list, capacity) => {
      const marks = new LowMarks(capacity)
      list.forEach((level, event) => marks.mark(event, level))

      list.forEach((_, event) =>
        expect(marks.leastSince(event)).toBeLessThanOrEqual(Math.min(...list.slice(event))),
      )
      expect(marks.leastSince(list.length - 1)).toBe(list.at(-1))
    }),
  )
})

function marked(capacity: number, list: readonly number[]): LowMarks {
  const marks = new LowMarks(capacity)
  list.forEach((level, event) => marks.mark(event, level))
  return marks
}

test('beyond its capacity the two oldest levels become one, the lower of them', () => {
  const marks = marked(2, [1, 2, 3])

  expect([0, 1, 2].map((event) => marks.leastSince(event))).toEqual([1, 1, 3])
})

test('a level that comes again takes no room of its own', () => {
  const marks = marked(2, [1, 3, 3, 3])

  expect([0, 1, 2, 3].map((event) => marks.leastSince(event))).toEqual([1, 3, 3, 3])
})

test('a level that is lowered to that before it takes no room of its own', () => {
  const marks = marked(3, [1, 3, 5])
  marks.lowerSince(2, 2)
  marks.mark(3, 7)

  expect([0, 1, 2, 3].map((event) => marks.leastSince(event))).toEqual([1, 3, 3, 7])
})
