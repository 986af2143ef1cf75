import { expect, test } from 'vitest'
import { httpDateMs } from '../../src/failure/http-date.ts'
import { unixTimeMs } from '../../src/failure/unix-time.ts'

const newYear = { year: 2017, month: 1, day: 1, hour: 0, minute: 0, second: 0 }
const leapSecond = { year: 2016, month: 12, day: 31, hour: 23, minute: 59, second: 60 }

test('a leap second is the first second of the next day', () => {
  expect(unixTimeMs(newYear)).toBe(1_483_228_800_000)
  expect(unixTimeMs(leapSecond)).toBe(1_483_228_800_000)
  expect(httpDateMs('Sat, 31 Dec 2016 23:59:60 GMT')).toBe(1_483_228_800_000)
})

test.each([
  ['month', 0],
  ['month', 13],
  ['day', 0],
  ['day', 32],
  ['hour', 24],
  ['minute', 60],
  ['second', 61],
  ['day', Number.NaN],
] as const)('a time with the %s %s is none', (part, value) => {
  expect(unixTimeMs({ ...newYear, [part]: value })).toBeUndefined()
})
