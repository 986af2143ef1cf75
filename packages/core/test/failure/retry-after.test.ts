import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { httpDateMs } from '../../src/failure/http-date.ts'
import { retryAfterMsOf } from '../../src/failure/retry-after.ts'

const date = 'Mon, 23 Nov 2026 21:00:00 GMT'

describe('retryAfterMsOf', () => {
  test.each([
    ['7', 7_000],
    ['0', 0],
    ['1.5', 1_500],
    ['3600', 3_600_000],
    ['1000000000', 3_600_000],
    [' 7\t', 7_000],
    ['0.0001', 1],
    [' Mon, 23 Nov 2026 21:00:12 GMT ', 12_000],
    ['Mon, 23 Nov 2026 21:00:12 GMT', 12_000],
    ['Mon, 23 Nov 2026 23:59:59 GMT', 3_600_000],
    ['Mon, 23 Nov 2026 20:59:00 GMT', 0],
    ['-5', undefined],
    ['-0', undefined],
    ['+5', undefined],
    ['.5', undefined],
    ['5.', undefined],
    ['1,5', undefined],
    ['٣', undefined],
    ['1e9', undefined],
    ['0x10', undefined],
    ['abc', undefined],
    ['', undefined],
    [' ', undefined],
    ['\t', undefined],
    ['7, 8', undefined],
    ['Infinity', undefined],
    ['NaN', undefined],
    ['9'.repeat(4_096), undefined],
    ['Monday, 23-Nov-26 21:00:12 GMT', undefined],
  ])('takes retry-after "%s" as %s ms', (value, expected) => {
    expect(retryAfterMsOf({ 'retry-after': value, date })).toBe(expected)
  })

  test('needs the answer’s own date for a date, whatever our clock says', () => {
    const until = 'Mon, 23 Nov 2026 21:00:12 GMT'

    expect(retryAfterMsOf({ 'retry-after': until })).toBeUndefined()
    expect(retryAfterMsOf({ 'retry-after': until, date: 'yesterday' })).toBeUndefined()
    expect(retryAfterMsOf({ 'retry-after': until, date: 'Mon, 23 Nov 2026 21:00:02 GMT' })).toBe(10_000)
    expect(retryAfterMsOf({ 'retry-after': until, date: 'Mon, 23 Nov 2026 23:00:02 GMT' })).toBe(0)
    expect(retryAfterMsOf({ 'retry-after': until, date: ' Mon, 23 Nov 2026 19:00:12 GMT' })).toBe(3_600_000)
  })

  test('lets milliseconds win over seconds, and headers over the body', () => {
    const body = { retryDelay: '34s', message: 'try again in 4.77s' }

    expect(
      retryAfterMsOf({ 'retry-after-ms': '250', 'x-ms-retry-after-ms': '300', 'retry-after': '1' }, body),
    ).toBe(250)
    expect(retryAfterMsOf({ 'retry-after-ms': '0', 'retry-after': '60' }, body)).toBe(0)
    expect(retryAfterMsOf({ 'x-ms-retry-after-ms': '300', 'retry-after': '1' }, body)).toBe(300)
    expect(retryAfterMsOf({ 'retry-after': '1' }, body)).toBe(1_000)
    expect(retryAfterMsOf({}, body)).toBe(34_000)
    expect(retryAfterMsOf({}, { message: body.message })).toBe(4_770)
    expect(retryAfterMsOf({})).toBeUndefined()
  })

  test('passes over what it cannot read', () => {
    expect(retryAfterMsOf({ 'retry-after-ms': 'soon', 'retry-after': '2' })).toBe(2_000)
    expect(retryAfterMsOf({ 'retry-after-ms': '-250', 'retry-after': '2' })).toBe(2_000)
    expect(retryAfterMsOf({ 'retry-after-ms': ' ', 'x-ms-retry-after-ms': '0.5', 'retry-after': '2' })).toBe(
      1,
    )
    expect(retryAfterMsOf({ 'retry-after': '-2' }, { retryDelay: '34s' })).toBe(34_000)
    expect(
      retryAfterMsOf({ 'retry-after': 'soon' }, { retryDelay: 'later', message: 'retry after 3 seconds' }),
    ).toBe(3_000)
  })

  test.each([
    ['34s', 34_000],
    ['34.074824224s', 34_075],
    ['0s', 0],
    ['500ms', 500],
    ['12', 12_000],
    [12, 12_000],
    [0.25, 250],
    [0, 0],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ['', undefined],
  ])('takes a stated delay of %s as %s ms', (retryDelay, expected) => {
    expect(retryAfterMsOf({}, { retryDelay })).toBe(expected)
  })

  test.each([
    ['Please try again in 4.77s. Need more?', 4_770],
    ['Please try again in 6m0s.', 360_000],
    ['Try again in 1h2m3.5s', 3_600_000],
    ['try again in 12m3.5s', 723_500],
    ['try again in 750ms.', 750],
    ['Please retry after 12 seconds.', 12_000],
    ['Please retry in 1 minute.', 60_000],
    ['please try again after 2 hours', 3_600_000],
    ['try again in 1 day', 3_600_000],
    ['Try again in a while. Retry after 12s', 12_000],
    ['try again in a while', undefined],
    ['try again in 5 apples', undefined],
    ['try again in 5 months', undefined],
    ['retry after 2026-11-24', undefined],
    ['try again in ', undefined],
    ['4.77s', undefined],
  ])('takes the words "%s" as %s ms', (message, expected) => {
    expect(retryAfterMsOf({}, { message })).toBe(expected)
  })

  test('reads a duration of up to 64 characters behind such words', () => {
    const seconds = (digits: number): string => `${'1.'.padEnd(digits, '0')}s`
    const long = seconds(20) + seconds(20)

    expect(retryAfterMsOf({}, { message: `Try again in ${long}${seconds(20)}` })).toBe(3_000)
    expect(retryAfterMsOf({}, { message: `Try again in ${long}${long}` })).toBe(3_000)
  })

  test('whenever it returns anything, it is a whole number of ms up to an hour', () => {
    const digits = fc.stringMatching(/^[0-9.eE+:, -]{0,24}$/)
    const text = fc.oneof(fc.string(), digits, fc.double().map(String), fc.constant(date))
    const words = fc.tuple(
      fc.constantFrom('try again in ', 'retry after '),
      fc.double(),
      fc.constantFrom('s', 'ms', 'm', 'd'),
    )
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'date'), text),
        fc.oneof(text, fc.double()),
        fc.oneof(
          text,
          words.map((parts) => parts.join('')),
        ),
        (headers, retryDelay, message) => {
          const delayMs = retryAfterMsOf(headers, { retryDelay, message })

          if (delayMs === undefined) return
          expect(Number.isSafeInteger(delayMs)).toBe(true)
          expect(delayMs).toBeGreaterThanOrEqual(0)
          expect(delayMs).toBeLessThanOrEqual(3_600_000)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('httpDateMs', () => {
  test('agrees with the calendar, whenever the date is one', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
        (date) => {
          expect(httpDateMs(date.toUTCString())).toBe(Math.floor(date.getTime() / 1_000) * 1_000)
        },
      ),
      { numRuns: 1_000, examples: [[new Date('2024-02-29T12:00:00Z')], [new Date('2000-03-01T00:00:00Z')]] },
    )
  })

  test.each([
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 32 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    '',
  ])('does not take "%s" for a date', (text) => {
    expect(httpDateMs(text)).toBeUndefined()
  })
})
