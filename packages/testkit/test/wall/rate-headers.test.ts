import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { played } from './playing.ts'
import { headerOf } from './response.ts'
import type { RawResponse } from './response.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 12) })
})
afterEach(() => {
  vi.useRealTimers()
})

const hourMs = 3_600_000

async function responseOf(number: number, variantName: string): Promise<RawResponse> {
  return (await played(number, variantName)).response
}

describe('a time to wait', () => {
  it.each([
    ['clock-ahead', 2 * hourMs],
    ['clock-behind', -2 * hourMs],
    ['clock-right', 0],
  ])('is told by a clock of its own: %s', async (variantName, aheadMs) => {
    const nowMs = Date.now()
    const response = await responseOf(83, variantName)
    const dateMs = Date.parse(headerOf(response, 'date') ?? '')
    expect(dateMs).toBe(nowMs + aheadMs)
    expect(Date.parse(headerOf(response, 'retry-after') ?? '') - dateMs).toBe(30_000)
  })

  it.each([
    [82, 'seconds', '7'],
    [84, 'past-date', 'Mon, 23 Nov 2026 11:59:00 GMT'],
    [84, 'zero', '0'],
    [84, 'negative', '-5'],
    [84, 'huge', '1000000000'],
    [84, 'exponent', '1e9'],
    [84, 'word', 'abc'],
    [84, 'empty', ''],
    [84, 'four-kilobytes', '7'.repeat(4_096)],
    [84, 'two-values', '7, 9'],
    [89, 'seconds', '3000'],
  ])('is written in retry-after as it is: %i, %s', async (number, variantName, value) => {
    const response = await responseOf(number, variantName)
    expect(response.status).toBe(429)
    expect(headerOf(response, 'retry-after')).toBe(value)
  })

  it('comes twice where its variant says so', async () => {
    const { headers } = await responseOf(84, 'two-headers')
    expect(headers.filter(([name]) => name === 'retry-after').map(([, value]) => value)).toEqual(['7', '9'])
  })

  it.each([
    ['openai', 'retry-after-ms', '6'],
    ['azure', 'x-ms-retry-after-ms', '6'],
    ['alone', 'retry-after-ms', undefined],
  ])('is told in ms, and less exactly in seconds: %s', async (variantName, name, seconds) => {
    const response = await responseOf(85, variantName)
    expect(headerOf(response, name)).toBe('5350')
    expect(headerOf(response, 'retry-after')).toBe(seconds)
  })

  it.each(['google', 'google-text', 'groq', 'groq-minutes', 'milliseconds'])(
    'is told by the body alone: %s',
    async (variantName) => {
      const response = await responseOf(86, variantName)
      expect(response.headers.filter(([name]) => name.includes('retry'))).toEqual([])
      expect(response.body.toString()).toMatch(/retryDelay":"34s|in \d[\dms.]*s\./)
    },
  )
})

describe('a limit', () => {
  it.each([
    ['duration', '6m0s'],
    ['second', '1s'],
    ['milliseconds', '350ms'],
    ['seconds-as-number', '360'],
    ['rfc-3339', '2026-11-23T13:00:00.000Z'],
    ['epoch', '1795438800'],
    ['epoch-milliseconds', '1795438800000'],
    ['negative', '-1'],
    ['zero', '0'],
    ['word', 'soon'],
  ])('is reset at a time in the shape %s', async (variantName, reset) => {
    const response = await responseOf(87, variantName)
    expect(headerOf(response, 'x-ratelimit-reset-requests')).toBe(reset)
    expect(headerOf(response, 'date')).toBe('Mon, 23 Nov 2026 12:00:00 GMT')
  })

  it.each([
    ['requests', 'x-ratelimit-remaining-requests'],
    ['tokens', 'x-ratelimit-remaining-tokens'],
    ['anthropic', 'anthropic-ratelimit-requests-remaining'],
  ])('is used up though the answer is good: %s', async (variantName, name) => {
    const response = await responseOf(88, variantName)
    expect([response.status, headerOf(response, name)]).toEqual([200, '0'])
  })
})
