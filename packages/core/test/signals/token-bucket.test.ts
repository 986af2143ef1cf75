import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TokenBucket } from '../../src/signals/token-bucket.ts'

test('it starts full with one minute’s worth', () => {
  const bucket = new TokenBucket({ perMinute: 60 })

  expect(bucket.burst).toBe(60)
  expect(bucket.balance(0)).toBe(60)
  expect(bucket.tryTake(60, 0)).toBe(1)
  expect(bucket.tryTake(1, 999)).toBeUndefined()
  expect(bucket.tryTake(1, 1_000)).toBe(2)
})

test('it fills steadily, without an edge of minutes', () => {
  const bucket = new TokenBucket({ perMinute: 600, burst: 10 })
  bucket.tryTake(10, 59_900)

  expect(bucket.balance(60_000)).toBeCloseTo(1, 9)
  expect(bucket.balance(60_400)).toBeCloseTo(5, 9)
  expect(bucket.balance(1e9)).toBe(10)
})

test('what is taken is there when it was said to be, and not two milliseconds before', () => {
  const amount = fc.double({ min: 0.01, max: 100, noNaN: true })
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), amount, amount, (perMinute, first, second) => {
      const bucket = new TokenBucket({ perMinute, burst: 100 })
      bucket.charge(first, 1_000.123)
      const atMs = bucket.availableAtMs(second, 1_000.123)
      if (atMs > 1_002.124) expect(bucket.tryTake(second, atMs - 2.001)).toBeUndefined()

      expect(bucket.tryTake(second, atMs)).toBeDefined()
    }),
  )
})

test('an amount above the burst is never available', () => {
  const bucket = new TokenBucket({ perMinute: 60_000, burst: 5 })

  expect(bucket.availableAtMs(5.1, 0)).toBe(Infinity)
  expect(bucket.availableAtMs(5 + 1e-9, 0)).toBe(Infinity)
  expect(bucket.tryTake(5.1, 1e9)).toBeUndefined()
})

test('a refused take changes nothing', () => {
  const bucket = new TokenBucket({ perMinute: 7, burst: 7 })
  bucket.tryTake(7, 0)
  const untouched = new TokenBucket({ perMinute: 7, burst: 7 })
  untouched.tryTake(7, 0)
  for (let atMs = 0; atMs < 8_000; atMs += 13) bucket.tryTake(1, atMs)

  expect(bucket.balance(30_000)).toBe(untouched.balance(30_000))
})

test('a charge may leave a debt, which is paid off first and is bounded', () => {
  const bucket = new TokenBucket({ perMinute: 60 })
  bucket.charge(90, 0)
  expect(bucket.balance(0)).toBe(-30)
  expect(bucket.tryTake(0, 0)).toBeUndefined()
  expect(bucket.availableAtMs(10, 0)).toBe(40_000)
  bucket.charge(1e300, 0)

  expect(bucket.balance(0)).toBe(-600)
})

test('what is given back never fills it above its burst', () => {
  const bucket = new TokenBucket({ perMinute: 60 })
  const take = bucket.charge(30, 0)
  bucket.giveBack(30, take, 10_000)

  expect(bucket.balance(10_000)).toBe(60)
})

test('what has flowed in for several takes comes back once', () => {
  const bucket = new TokenBucket({ perMinute: 60 })
  const takes = [bucket.charge(30, 0), bucket.charge(30, 0)]
  bucket.charge(30, 55_000)
  for (const take of takes) bucket.giveBack(30, take, 55_000)

  expect(bucket.balance(55_000)).toBe(30)
})

test('late returns cannot be spent again at once: the balance is as if they had never been taken', () => {
  const bucket = new TokenBucket({ perMinute: 60 })
  const takes = [0, 60_000, 120_000].map((atMs) => bucket.charge(60, atMs))
  bucket.giveBack(60, takes[0] ?? 0, 180_000)
  expect(bucket.tryTake(60, 180_000)).toBeDefined()
  bucket.giveBack(60, takes[1] ?? 0, 180_000)
  bucket.giveBack(60, takes[2] ?? 0, 180_000)

  expect(bucket.balance(180_000)).toBe(0)
})

test('the balance is always that of a bucket which knew what would be given back, whatever the order', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('take' as const), amount: fc.integer({ min: 1, max: 60 }) }),
    fc.record({
      type: fc.constant('giveBack' as const),
      which: fc.nat(20),
      amount: fc.integer({ min: 1, max: 60 }),
    }),
    fc.record({ type: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const bucket = new TokenBucket({ perMinute: 60 })
      const taken: { atMs: number; take: number; amount: number }[] = []
      let nowMs = 0
      for (const step of steps) {
        if (step.type === 'wait') nowMs += step.seconds * 1_000
        if (step.type === 'take') {
          const take = bucket.tryTake(step.amount, nowMs)
          if (take !== undefined) taken.push({ atMs: nowMs, take, amount: step.amount })
        }
        const one = step.type === 'giveBack' ? taken[step.which % Math.max(1, taken.length)] : undefined
        if (step.type === 'giveBack' && one !== undefined) {
          const amount = Math.min(step.amount, one.amount)
          bucket.giveBack(amount, one.take, nowMs)
          one.amount -= amount
        }

        expect(bucket.balance(nowMs)).toBeCloseTo(naiveBalance(taken, nowMs), 9)
      }
    }),
    { numRuns: 2_000 },
  )
})

/** What is left of a bucket of 60, filled by 1 per second, after the amounts that were not given back. */
function naiveBalance(taken: readonly { atMs: number; amount: number }[], nowMs: number): number {
  let balance = 60
  let lastMs = 0
  for (const { atMs, amount } of [...taken, { atMs: nowMs, amount: 0 }]) {
    balance = Math.min(60, balance + (atMs - lastMs) / 1_000) - amount
    lastMs = atMs
  }
  return balance
}

test('an instant that goes backwards counts as no time passed', () => {
  const bucket = new TokenBucket({ perMinute: 60 })
  bucket.charge(60, 100_000)

  expect(bucket.balance(0)).toBe(0)
  expect(bucket.availableAtMs(1, 0)).toBe(101_000)
  bucket.charge(0, 0)
  expect(bucket.balance(101_000)).toBe(1)
})

test.each([
  [{ perMinute: 0 }, 'perMinute must be in'],
  [{ perMinute: Infinity }, 'perMinute must be in'],
  [{ perMinute: 1, burst: -1 }, 'burst must be in'],
])('the option %j is refused by name, bound and value', (options, message) => {
  expect(() => new TokenBucket(options)).toThrow(message)
})
