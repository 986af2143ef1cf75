import fc from 'fast-check'
import { RouterError } from 'nextbest'
import { describe, expect, test } from 'vitest'
import { parseCallWishes } from '../../src/wire/call-wishes.ts'

describe('parseCallWishes', () => {
  test('wishes nothing where nothing is stated', () => {
    for (const nothing of [undefined, null, {}, { hedge: null, hold_back_ms: null }])
      expect(parseCallWishes(nothing)).toEqual({})
  })

  test('reads every field', () => {
    expect(
      parseCallWishes({
        timeout_ms: 30_000,
        max_attempts: 2,
        priority: 0,
        max_cost_usd: 0.02,
        hedge: true,
        failover_on_content_policy: true,
        hold_back_ms: 2_000,
        hold_back_tokens: 64,
        continue_broken: true,
      }),
    ).toEqual({
      timeoutMs: 30_000,
      maxAttempts: 2,
      priority: 0,
      maxCostUsd: 0.02,
      hedge: true,
      failoverOnContentPolicy: true,
      holdBackMs: 2_000,
      holdBackTokens: 64,
      continueBroken: true,
    })
  })

  test.each([
    ['a list', [], 'nextbest', 'nextbest must be an object'],
    [
      'a misspelt field',
      { hegde: true },
      'nextbest.hegde',
      'nextbest.hegde is not known; known are timeout_ms',
    ],
    ['a word for a number', { priority: 'high' }, 'nextbest.priority', 'nextbest.priority must be a number'],
    ['a number for a word', { hedge: 1 }, 'nextbest.hedge', 'nextbest.hedge must be true or false'],
    [
      'a number beyond its bound',
      { hold_back_ms: 2_001 },
      'nextbest.hold_back_ms',
      'nextbest.hold_back_ms must be a whole number of 0..2000, and is 2001',
    ],
    [
      'half an attempt',
      { max_attempts: 1.5 },
      'nextbest.max_attempts',
      'must be a whole number of 1..10, and is 1.5',
    ],
    ['no time', { timeout_ms: 0 }, 'nextbest.timeout_ms', 'must be a whole number of 1..86400000, and is 0'],
    ['no money', { max_cost_usd: 0 }, 'nextbest.max_cost_usd', 'must be above 0, and is 0'],
  ])('refuses %s and names the field', (_, value, field, message) => {
    expect(() => parseCallWishes(value)).toThrow(
      expect.objectContaining({
        kind: 'invalid-request',
        status: 400,
        field,
        message: expect.stringContaining(message),
      }),
    )
  })

  test('never throws anything but an error that names a field, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          parseCallWishes(value)
        } catch (error) {
          if (!RouterError.is(error)) throw error
          expect(error.field).toMatch(/^nextbest/)
        }
      }),
    )
  })
})
