import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { classify } from '../../src/failure/classify.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { failurePolicies } from '../../src/failure/policies.ts'
import { rateLimitsOf } from '../../src/failure/rate-limit-headers.ts'
import { retryAfterMsOf } from '../../src/failure/retry-after.ts'
import { failed, follow, named, serverError, started } from '../call/follow.ts'
import { planned } from '../call/run-script.ts'

const fleet = [planned('one'), planned('two'), planned('three'), planned('four')]

function status(status: number, error: object = {}): Failure {
  return classify({ type: 'status', status, headers: {}, body: JSON.stringify({ error }) })
}

/** Ids of the endpoints that a call tries when all fail in the same way. */
function tried(failure: Failure, maxAttempts: number, plan = fleet): readonly string[] {
  const budget = callBudget({ deadlineAtMs: 60_000, maxAttempts })
  const events = Array.from({ length: maxAttempts }, (_, i) => [started(i + 1), failed(i + 1, i, failure)])
  const { state } = follow({ budget, plan, standby: [] }, events.flat())
  return state.attempts.map((attempt) => attempt.planned.endpoint.provider)
}

describe('retries', () => {
  // case 15. Where others know one provider, a key that it rejects ends the call; here the next provider has another key.
  test.each([
    [400, { message: 'temperature must be a number' }, ['one']],
    [422, { message: 'messages: field required' }, ['one']],
    [404, { code: 'model_not_found', message: 'no such model' }, ['one', 'two', 'three']],
    [401, { message: 'bad key' }, ['one', 'two', 'three']],
    [500, { message: 'oops' }, ['one', 'two', 'three']],
  ] as const)(
    'a %i is tried again only where another endpoint can mend it, and never there: %j',
    (code, error, expected) => {
      expect(tried(status(code, error), 3)).toEqual(expected)
    },
  )

  // case 15
  test('a rejected key and an unknown model keep their endpoint out of the calls that follow', () => {
    expect(failurePolicies[status(401).kind]).toMatchObject({ state: 'hold', holdScope: 'key' })
    expect(failurePolicies[status(404, { code: 'model_not_found' }).kind]).toMatchObject({
      state: 'hold',
      holdScope: 'model',
    })
  })

  // case 16
  test.each([500, 502, 503, 504, 429])('a %i everywhere costs two attempts where two are allowed', (code) => {
    expect(tried(status(code), 2)).toEqual(['one', 'two'])
  })

  // case 16
  test.each(['connecting', 'sent', 'receiving'] as const)(
    'a connection that is lost while %s costs two attempts where two are allowed',
    (phase) => {
      expect(tried(classify({ type: 'network', code: 'ECONNRESET', message: '', phase }), 2)).toEqual([
        'one',
        'two',
      ])
    },
  )

  // case 17
  test('a 429 is not waited for while another endpoint can serve, and for as long as it says where none can', () => {
    const busy: Failure = { kind: 'rate-limited', status: 429, message: 'slow down', retryAfterMs: 60_000 }
    const budget = callBudget({ deadlineAtMs: 300_000, maxWaitMs: 120_000 })
    const after = (plan: typeof fleet): ReturnType<typeof follow> =>
      follow({ budget, plan, standby: [] }, [started(1), failed(1, 0, busy)])

    expect(named(after(fleet).effects)).toContain('start 2 as plain')
    expect(after([planned('only')]).effects.at(-1)).toMatchObject({
      type: 'wait',
      standby: { retryAtMs: 60_000 },
    })
  })

  // case 19
  test.each([
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '1.5' }, 1_500],
    [{ 'retry-after': ' 7 ' }, 7_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 21:00:12 GMT' }, 12_000],
    [{ 'retry-after': 'Mon, 23 Nov 2026 20:00:00 GMT' }, 0],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': ' ' }, undefined],
    [{ 'retry-after': '86400' }, 3_600_000],
  ])('%j asks for a wait of %s ms', (headers, expected) => {
    expect(retryAfterMsOf({ ...headers, date: 'Mon, 23 Nov 2026 21:00:00 GMT' })).toBe(expected)
  })

  // case 19
  test('a reset is told as a delay or as an instant', () => {
    const date = 'Mon, 23 Nov 2026 21:00:00 GMT'
    const nowSeconds = Date.parse(date) / 1_000
    for (const reset of ['20', `${nowSeconds + 20}`, `${(nowSeconds + 20) * 1_000}`]) {
      const headers = {
        date,
        'x-ratelimit-limit': '60',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': reset,
      }
      expect(rateLimitsOf(headers).requests?.resetInMs).toBe(20_000)
    }
  })

  // case 20. What may be sent again on the same connection is in the adapters' tests.
  test('after a timeout the same endpoint is never tried again, though it is the only one', () => {
    const silent = classify({ type: 'timeout', timer: 'first-token', afterMs: 3_000 })

    expect(tried(silent, 3, [planned('only')])).toEqual(['only'])
    expect(tried(serverError, 3, [planned('only')])).toEqual(['only', 'only'])
  })
})
