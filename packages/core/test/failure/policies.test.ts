import { describe, expect, test } from 'vitest'
import type { FailureKind } from '../../src/failure/failure.ts'
import { clientErrorOf, failurePolicies } from '../../src/failure/policies.ts'

const rows = Object.entries(failurePolicies)

describe('failurePolicies', () => {
  test.each(rows)('%s has a hold scope exactly when it holds', (_kind, policy) => {
    expect(policy.holdScope !== undefined).toBe(policy.state === 'hold')
  })

  test.each(rows)(
    '%s tells the caller an error of a status that is one, never a 401',
    (_kind, { client }) => {
      expect(client.status).toBeGreaterThanOrEqual(400)
      expect(client.status).toBeLessThanOrEqual(599)
      expect(client.status).not.toBe(401)
      expect(client.code).toMatch(/^[a-z_]+$/)
      expect(client.type).toMatch(/^[a-z_]+$/)
    },
  )

  test('only what the request or its caller decides ends a call, or what this process lacks', () => {
    const stops = rows.filter(([, policy]) => policy.next === 'stop').map(([kind]) => kind)

    expect(stops).toEqual([
      'out-of-resources',
      'deadline-exceeded',
      'content-refused',
      'invalid-request',
      'aborted',
    ])
  })

  test('gates and holds never count as ill health, but for an overload that counts half', () => {
    const weighed = rows.filter(([, policy]) => policy.state !== 'none' && policy.health > 0)

    expect(weighed.map(([kind, policy]) => [kind, policy.health])).toEqual([['overloaded', 0.5]])
  })

  test('what counts against health was the provider’s doing', () => {
    const blamed = rows.filter(([, policy]) => policy.health > 0)

    expect(blamed.filter(([, policy]) => policy.client.status < 500)).toEqual([])
  })

  test('a rejected credential is a 502 to the caller, and keeps the whole key away', () => {
    expect(failurePolicies['credential-rejected']).toMatchObject({
      client: { status: 502, code: 'provider_auth' },
      state: 'hold',
      holdScope: 'key',
    })
  })

  test('summaries differ, and the table cannot be changed', () => {
    expect(new Set(rows.map(([, policy]) => policy.summary)).size).toBe(rows.length)
    for (const [, policy] of rows)
      expect(Object.isFrozen(policy) && Object.isFrozen(policy.client)).toBe(true)
    expect(Object.isFrozen(failurePolicies)).toBe(true)
  })
})

describe('clientErrorOf', () => {
  const kinds = Object.keys(failurePolicies) as readonly FailureKind[]

  test.each(kinds)('tells the caller of %s what its row says, with and without a status', (kind) => {
    expect(clientErrorOf({ kind, message: 'x' })).toBe(failurePolicies[kind].client)
    expect(clientErrorOf({ kind, message: 'x', status: 500 })).toBe(failurePolicies[kind].client)
  })

  test('tells of a provider whose own backend gave no answer in time that, and of nothing else', () => {
    expect(clientErrorOf({ kind: 'server-error', message: 'x', status: 504 })).toMatchObject({
      status: 504,
      code: 'provider_timeout',
    })
    for (const kind of kinds.filter((kind) => kind !== 'server-error'))
      expect(clientErrorOf({ kind, message: 'x', status: 504 })).toBe(failurePolicies[kind].client)
  })
})
