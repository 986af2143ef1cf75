import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { billingOf } from '../../src/call/attempt-billing.ts'
import type { AttemptResult } from '../../src/call/call-effect.ts'
import type { FailureKind } from '../../src/failure/failure.ts'
import { failurePolicies } from '../../src/failure/policies.ts'

function failure(kind: FailureKind, committed = false): AttemptResult {
  return { type: 'failed', failure: { kind, message: 'scripted' }, committed }
}

describe('invariant 53: each attempt is exactly one of billed, assumed and free', () => {
  test.each([
    ['free', failure('unreachable')],
    ['free', failure('rate-limited')],
    ['free', failure('invalid-request')],
    ['free', failure('credential-rejected')],
    ['assumed', failure('connection-lost')],
    ['assumed', failure('first-token-timeout')],
    ['assumed', failure('server-error')],
    ['assumed', failure('incomplete-answer', true)],
    ['assumed', { type: 'cancelled' }],
    ['assumed', { type: 'answered' }],
  ] as const)('without usage it is %s after %j', (billing, result) => {
    expect(billingOf(result, false)).toBe(billing)
  })

  test('whenever usage came it is billed, whatever became of it', () => {
    const kinds = Object.keys(failurePolicies) as FailureKind[]
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.boolean(), (kind, committed) => {
        expect(billingOf(failure(kind, committed), true)).toBe('billed')
      }),
    )
  })

  test('whenever something was delivered it is never free', () => {
    const kinds = Object.keys(failurePolicies) as FailureKind[]
    fc.assert(
      fc.property(fc.constantFrom(...kinds), (kind) => {
        expect(billingOf(failure(kind, true), false)).toBe('assumed')
      }),
    )
  })
})
