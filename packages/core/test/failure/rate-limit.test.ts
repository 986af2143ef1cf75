import { describe, expect, test } from 'vitest'
import { rateLimitFrom, tighter, type RateLimitWords } from '../../src/failure/rate-limit.ts'

const date = 'Mon, 23 Nov 2026 21:00:00 GMT'
const none: RateLimitWords = { limit: undefined, remaining: undefined, reset: undefined }

describe('rateLimitFrom', () => {
  test('takes a limit of 1, and none below', () => {
    expect(rateLimitFrom({ ...none, limit: '1', remaining: '1' }, date)).toEqual({ limit: 1, remaining: 1 })
    expect(rateLimitFrom({ ...none, limit: '0.9', remaining: '0' }, date)).toBeUndefined()
  })

  test.each([
    // A duration up to 31 years, an instant from there: in seconds up to the year 5138, in milliseconds up to the same.
    ['999999999', 86_400_000],
    ['1000000000', 0],
    ['99999999999', 86_400_000],
    ['100000000000', 0],
    ['99999999999999', 86_400_000],
    ['100000000000000', undefined],
    [' 6m0s ', 360_000],
    [' 2026-11-23T21:00:12Z ', 12_000],
    ['', undefined],
  ])('takes the reset "%s" as %s ms', (reset, resetInMs) => {
    expect(rateLimitFrom({ ...none, limit: '60', reset }, date)).toStrictEqual({
      limit: 60,
      ...(resetInMs !== undefined && { resetInMs }),
    })
  })

  test.each([
    [1, 1_000],
    [1_000, 1_000],
    [60_000, 60_000],
    [2_678_400_000, 2_678_400_000],
    [2_678_400_001, 2_678_400_000],
  ])('takes a window of %i ms for one of %i', (windowMs, expected) => {
    expect(rateLimitFrom({ ...none, remaining: '5', windowMs }, date)).toEqual({
      remaining: 5,
      windowMs: expected,
    })
  })

  test('says nothing where no word is given', () => {
    expect(rateLimitFrom(none, date)).toBeUndefined()
    expect(rateLimitFrom({ ...none, windowMs: 60_000 }, date)).toBeUndefined()
  })
})

describe('tighter', () => {
  const minute = { remaining: 5, windowMs: 60_000 }
  const day = { remaining: 5, windowMs: 86_400_000 }
  const untold = { limit: 100 }

  test('returns the limit with less left, and the first where as much is left', () => {
    expect(tighter(minute, { remaining: 4 })).toEqual({ remaining: 4 })
    expect(tighter({ remaining: 4 }, minute)).toEqual({ remaining: 4 })
    expect(tighter(minute, day)).toBe(minute)
    expect(tighter(day, minute)).toBe(day)
  })

  test('prefers a limit that says what is left, and any to none', () => {
    expect(tighter(untold, minute)).toBe(minute)
    expect(tighter(minute, untold)).toBe(minute)
    expect(tighter(untold, { limit: 5 })).toBe(untold)
    expect(tighter(undefined, untold)).toBe(untold)
    expect(tighter(untold, undefined)).toBe(untold)
    expect(tighter(undefined, undefined)).toBeUndefined()
  })
})
