import { describe, expect, test } from 'vitest'
import type { FailureKind } from '../../src/failure/failure.ts'
import { providerErrorOf, providerErrorOfValue } from '../../src/failure/provider-error.ts'
import { statusInBand, statusKindOf } from '../../src/failure/status-kinds.ts'

function kindOf(status: number, body: string | object): FailureKind {
  return statusKindOf(status, providerErrorOf(typeof body === 'string' ? body : JSON.stringify(body)))
}

describe('statusKindOf', () => {
  test('counts of a page its status only, whatever its title says', () => {
    const page = '<title>Too many requests, the rate limit is spent</title>'

    expect(kindOf(503, page)).toBe('overloaded')
    expect(kindOf(503, 'Too many requests')).toBe('rate-limited')
    expect(kindOf(403, page)).toBe('server-error')
    expect(kindOf(400, page)).toBe('unknown')
  })

  test('takes a 400 for the request’s fault where it names a code or has words, and is unsure where it has neither', () => {
    expect(kindOf(400, { error: { code: 'nope' } })).toBe('invalid-request')
    expect(kindOf(400, { error: { message: 'No' } })).toBe('invalid-request')
    expect(kindOf(400, { error: {} })).toBe('unknown')
    expect(kindOf(422, { error: {} })).toBe('invalid-request')
  })

  test.each([
    [100, 'server-error'],
    [199, 'server-error'],
    [200, 'unknown'],
    [226, 'unknown'],
    [299, 'unknown'],
    [300, 'misconfigured'],
    [399, 'misconfigured'],
    [418, 'unknown'],
    [500, 'server-error'],
    [599, 'server-error'],
    [999, 'server-error'],
    [Number.NaN, 'unknown'],
    [Number.POSITIVE_INFINITY, 'unknown'],
    [Number.NEGATIVE_INFINITY, 'unknown'],
  ] as const)('takes a status of %s that says no more for %s', (status, kind) => {
    expect(kindOf(status, 'x')).toBe(kind)
  })
})

describe('statusInBand', () => {
  test('is the status that the error names, else that of its code', () => {
    expect(statusInBand(providerErrorOfValue({ status: 503, type: 'rate_limit_error' }))).toBe(503)
    expect(statusInBand(providerErrorOfValue({ type: 'rate_limit_error' }))).toBe(429)
    expect(statusInBand(providerErrorOfValue({ message: 'rate_limit' }))).toBe(0)
  })

  test('never reads two codes as one', () => {
    expect(statusInBand(providerErrorOfValue({ code: 'rate', type: '_limit' }))).toBe(0)
  })
})
