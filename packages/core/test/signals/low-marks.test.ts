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
    fc.property(levels, fc.nat(), fc.nat(), (list, at, amount) => {
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
