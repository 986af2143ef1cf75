import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../src/failure/classify.ts'
import type { FailureEvidence } from '../../src/failure/failure.ts'
import { failurePolicies } from '../../src/failure/policies.ts'
import { fixtures } from './fixtures/fixtures.ts'

const kinds = Object.keys(failurePolicies)

function expectSound(evidence: FailureEvidence): void {
  const { kind, message, code = 'x', retryAfterMs = 0 } = classify(evidence)

  expect(kinds).toContain(kind)
  expect(message.length).toBeGreaterThan(0)
  expect(message.length).toBeLessThanOrEqual(300)
  expect((message + code).isWellFormed()).toBe(true)
  expect(/\p{Cc}/u.test(message + code)).toBe(false)
  expect(code.length).toBeGreaterThan(0)
  expect(code.length).toBeLessThanOrEqual(64)
  expect(Number.isSafeInteger(retryAfterMs)).toBe(true)
  expect(retryAfterMs).toBeGreaterThanOrEqual(0)
  expect(retryAfterMs).toBeLessThanOrEqual(3_600_000)
}

const hugeNumber = fc.constantFrom(1e308, -1e308, Number.MAX_SAFE_INTEGER, 2 ** 31, -0, 5e-324, 429.5)
const anyNumber = fc.oneof(fc.integer({ min: 300, max: 599 }), fc.integer(), fc.double(), hugeNumber)
const delay = fc.oneof(
  fc.double().map((number) => `${number}s`),
  fc.constantFrom('1e400s', '9'.repeat(5_000), `${'9'.repeat(30)}s`, '-7s', 'NaN', 'Infinity', '34s'),
  anyNumber,
)
const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value))
const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), json)
/** What stands where providers have their fields. */
const errorValue = fc.record(
  {
    message: fc.oneof(
      anyText,
      fc.jsonValue(),
      delay.map((time) => `try again in ${time}`),
    ),
    type: fc.jsonValue(),
    code: fc.oneof(fc.jsonValue(), anyNumber, fc.constantFrom('rate_limit_exceeded', '503')),
    status: fc.oneof(fc.jsonValue(), anyNumber),
    details: fc.oneof(fc.jsonValue(), fc.array(fc.record({ retryDelay: delay, reason: fc.jsonValue() }))),
    detail: fc.jsonValue(),
    retry_after: delay,
    estimated_time: delay,
    metadata: fc.oneof(fc.jsonValue(), fc.record({ raw: fc.oneof(json, anyText) })),
    availability: fc.record({ code: fc.jsonValue(), retry_after: delay }),
  },
  { requiredKeys: [] },
)
const envelope = fc.oneof(
  errorValue,
  errorValue.map((error) => ({ error })),
  errorValue.map((error) => [{ error }]),
  errorValue.map((error) => ({ message: `litellm.APIError: XException - ${JSON.stringify({ error })}` })),
)
const headers = fc.dictionary(
  fc.constantFrom('retry-after', 'retry-after-ms', 'x-ms-retry-after-ms', 'date', 'x-amzn-errortype'),
  fc.oneof(anyText, delay.map(String)),
)
const body = fc.oneof(
  json,
  envelope.map((value) => JSON.stringify(value)),
  envelope.map((value) => JSON.stringify(value).slice(0, -3)),
  anyText,
  anyText.map((text) => `<html><title>${text}</title>`),
  fc.constantFrom('{', '[[[[', '<', 'null', '"x"', '\ufeff{}'),
)
const evidence: fc.Arbitrary<FailureEvidence> = fc.oneof(
  fc.record({ type: fc.constant('status' as const), status: anyNumber, headers, body }),
  fc.record({
    type: fc.constant('in-band' as const),
    error: fc.oneof(fc.anything(), envelope),
    committed: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('network' as const),
    code: anyText,
    message: anyText,
    phase: fc.constantFrom('connecting' as const, 'sent' as const, 'receiving' as const),
  }),
  fc.record({
    type: fc.constant('timeout' as const),
    timer: fc.constantFrom('connect' as const, 'first-token' as const, 'idle' as const, 'deadline' as const),
    afterMs: anyNumber,
  }),
  fc.record({
    type: fc.constantFrom('malformed' as const, 'incomplete' as const),
    detail: fc.string({ unit: 'binary', maxLength: 500 }),
  }),
  fc.constant({ type: 'empty' as const }),
)

describe('whatever a provider sends', () => {
  test('classify never throws, and returns a known kind, a bounded message and a bounded whole delay', () => {
    fc.assert(fc.property(evidence, expectSound), { numRuns: 5_000 })
  })

  test('classify never throws, even on what is no evidence at all', () => {
    fc.assert(fc.property(fc.anything(), (anything) => expectSound(anything as FailureEvidence)))
    expect(classify({ type: 'status', status: 500 } as unknown as FailureEvidence).kind).toBe('unknown')
  })

  test('classify never throws, though a value throws when it is read, lies of what it is, or never ends', () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {})
    revoke()
    const throwing = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
      },
    )
    const endless: object = new Proxy({}, { get: () => endless })
    const changing = new Proxy({}, { get: (_target, name) => (name === 'message' ? 'x' : [throwing]) })
    const lying = new Proxy([], { get: (_target, name) => (name === 'slice' ? () => 7 : '7') })
    const values = [throwing, revoked, endless, changing, lying]

    for (const value of values.flatMap((one) => [one, { error: one }, { details: one }, [one]])) {
      expectSound({ type: 'in-band', error: value, committed: false })
      expectSound(value as unknown as FailureEvidence)
    }
    expect(classify({ type: 'in-band', error: throwing, committed: false })).toEqual({
      kind: 'unknown',
      message: 'unreadable evidence',
    })
  })

  test('the kind never depends on what stands behind the first 65,536 characters of a body', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixtures), fc.constantFrom('{"error":', '[', '<'), (fixture, more) => {
        const status = { type: 'status', status: fixture.status, headers: {} } as const
        const filled = ' '.repeat(65_536)

        expect(classify({ ...status, body: `${filled}${more}${JSON.stringify(fixture.body)}` })).toEqual(
          classify({ ...status, body: '' }),
        )
      }),
    )
  })

  test('a body of 100 KB of openings gives a bounded message', () => {
    const hostile = ['try again in ', "'", '://', 'Bearer ', 'a1', '[', '{"error":', '\u001b[', 'api_key=']

    for (const part of hostile) {
      const repeated = part.repeat(Math.ceil(100_000 / part.length))
      expectSound({ type: 'status', status: 429, headers: {}, body: repeated })
      expectSound({ type: 'in-band', error: { message: repeated, code: repeated }, committed: false })
    }
  })
})
