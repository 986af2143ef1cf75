import fc from 'fast-check'
import { expect, test } from 'vitest'
import { durationMs, leadingDurationMs, plainNumber } from '../../src/failure/duration.ts'

const units = [
  ['ms', 1],
  ['millisecond', 1],
  ['milliseconds', 1],
  ['s', 1_000],
  ['sec', 1_000],
  ['secs', 1_000],
  ['second', 1_000],
  ['seconds', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['mins', 60_000],
  ['minute', 60_000],
  ['minutes', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['hours', 3_600_000],
  ['d', 86_400_000],
  ['day', 86_400_000],
  ['days', 86_400_000],
] as const

test.each(units)('"%s" is a unit of %i ms, with and without a space before it', (unit, unitMs) => {
  expect(durationMs(`1${unit}`)).toBe(unitMs)
  expect(durationMs(`2 ${unit}`)).toBe(2 * unitMs)
})

test.each(['', '5', 's', '5 months', '5 millennia', '5  s', '5secondss', '5s ', ' 5s', '5s later'])(
  '"%s" is no duration',
  (text) => {
    expect(durationMs(text)).toBeUndefined()
  },
)

test('a text begins with a duration whatever stands behind it, and with none behind anything else', () => {
  expect(leadingDurationMs('5s later')).toBe(5_000)
  expect(leadingDurationMs('1m30s. Then again')).toBe(90_000)
  expect(leadingDurationMs('in 5s')).toBeUndefined()
})

test('parts add up, whatever they are', () => {
  const part = fc.tuple(fc.nat({ max: 1_000 }), fc.constantFrom(...units))
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const text = parts.map(([count, [unit]]) => `${count}${unit}`).join('')

      expect(durationMs(text)).toBe(parts.reduce((sum, [count, [, unitMs]]) => sum + count * unitMs, 0))
    }),
  )
})

test('a plain number is of digits with or without a fraction, and nothing is none', () => {
  expect(plainNumber(' 12.5 ')).toBe(12.5)
  expect(plainNumber('9'.repeat(15))).toBe(999_999_999_999_999)
  for (const text of [undefined, '', ' ', '-1', '1e3', '1.', '.5', '0x1', '1 2', '9'.repeat(16)])
    expect(plainNumber(text)).toBeUndefined()
})
