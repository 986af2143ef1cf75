import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExtraAttempts } from '../../src/call/extra-attempts.ts'

const step = fc.constantFrom('call', 'call', 'retry', 'hedge')
const start = fc.record({ cap: fc.integer({ min: 1, max: 5 }), initial: fc.constantFrom(0, 0.5, 1) })

test('it starts full, and each call adds a fifth of an attempt, up to the cap', () => {
  const extra = new ExtraAttempts()
  expect(extra.balance).toBe(50)
  for (let i = 0; i < 50; i++) expect(extra.tryTake('retry')).toBe(true)
  expect(extra.tryTake('retry')).toBe(false)

  for (let i = 0; i < 4; i++) extra.callBegan()
  expect(extra.tryTake('retry')).toBe(false)
  extra.callBegan()
  expect(extra.tryTake('retry')).toBe(true)
  for (let i = 0; i < 1_000; i++) extra.callBegan()
  expect(extra.balance).toBe(50)
})

test('hedges leave half of the cap to retries', () => {
  const extra = new ExtraAttempts()
  let hedges = 0
  while (extra.tryTake('hedge')) hedges++

  expect(hedges).toBe(25)
  expect(extra.balance).toBe(25)
  expect(extra.tryTake('retry')).toBe(true)
})

describe('invariant 17: hedges and retries never exceed the balance and a fifth of the calls', () => {
  test('over any interval they are no more than the balance at its start and 0.2 for each call in it', () => {
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 200 }), fc.nat(200), (options, steps, from) => {
        const extra = new ExtraAttempts(options)
        let [calls, taken, before] = [0, 0, extra.balance]
        for (const [i, kind] of steps.entries()) {
          if (i === from) [calls, taken, before] = [0, 0, extra.balance]
          if (kind === 'call') {
            extra.callBegan()
            calls += 1
          } else if (extra.tryTake(kind)) taken += 1

          expect(taken * 1_000).toBeLessThanOrEqual(Math.round(before * 1_000) + 200 * calls)
        }
      }),
    )
  })
})

describe('invariant 18: the balance stays within its bounds', () => {
  test('it is never below 0 or above the cap, and a refusal changes nothing', () => {
    fc.assert(
      fc.property(start, fc.array(step, { maxLength: 200 }), (options, steps) => {
        const extra = new ExtraAttempts(options)
        for (const kind of steps) {
          const before = extra.balance
          if (kind === 'call') extra.callBegan()
          else if (!extra.tryTake(kind)) expect(extra.balance).toBe(before)

          expect(extra.balance).toBeGreaterThanOrEqual(0)
          expect(extra.balance).toBeLessThanOrEqual(options.cap)
        }
      }),
    )
  })
})

test.each([
  [{ perCall: 1.1 }, 'perCall must be in 0..1, got 1.1'],
  [{ cap: 0 }, 'cap must be in 1..1000000, got 0'],
  [{ cap: 5, initial: 6 }, 'initial must be in 0..5, got 6'],
])('the options %j are refused by name, bound and value', (options, message) => {
  expect(() => new ExtraAttempts(options)).toThrow(message)
})
