import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RateLimit } from '../../src/failure/rate-limit.ts'
import { ShadowBucket, type ShadowReceipt, shadowBucketDefaults } from '../../src/signals/shadow-bucket.ts'
import { TokenBucket } from '../../src/signals/token-bucket.ts'
import { playAgainst } from './honest-provider.ts'

const { forgetAfterMs } = shadowBucketDefaults

/** A bucket that has heard a header at an instant, its attempt sent then too. */
function heard(said: RateLimit, atMs = 0): ShadowBucket {
  const bucket = new ShadowBucket()
  bucket.observe(said, bucket.send(0, atMs), atMs)
  return bucket
}

function sendMany(bucket: ShadowBucket, count: number, atMs: number): ShadowReceipt[] {
  return Array.from({ length: count }, () => bucket.send(1, atMs))
}

test('it admits everything until the first header, however much was sent', () => {
  const bucket = new ShadowBucket()
  sendMany(bucket, 1_000, 0)

  expect(bucket.admitProbability(0)).toBe(1)
  expect(bucket.remaining(0)).toBeUndefined()
  expect(bucket.snapshot(0)).toBeUndefined()
})

test('it admits everything at 20 % of the limit, half at 12.5 %, nothing at 5 %', () => {
  const probability = (remaining: number): number => heard({ limit: 1_000, remaining }).admitProbability(0)

  expect(probability(1_000)).toBe(1)
  expect(probability(200)).toBeCloseTo(1, 12)
  expect(probability(125)).toBeCloseTo(0.5, 12)
  expect(probability(51)).toBeGreaterThan(0)
  expect(probability(50)).toBeCloseTo(0, 12)
  expect(probability(0)).toBe(0)
})

test('it admits nothing while less than one is left of a small limit', () => {
  const bucket = heard({ limit: 3, remaining: 1 })
  expect(bucket.admitProbability(0)).toBe(1)
  bucket.send(1, 0)

  expect(bucket.admitProbability(19_999)).toBe(0)
  expect(bucket.admitProbability(20_000)).toBe(1)
})

test('it refills by the limit in a minute, never above it', () => {
  const bucket = heard({ limit: 600, remaining: 0 })

  expect(bucket.remaining(1_000)).toBeCloseTo(10, 9)
  expect(bucket.remaining(60_000)).toBe(600)
  expect(bucket.remaining(599_999)).toBe(600)
})

test('it refills by the limit in the window that the header names', () => {
  expect(heard({ limit: 100, remaining: 0, windowMs: 1_000 }).remaining(500)).toBeCloseTo(50, 9)
  expect(heard({ limit: 86_400, remaining: 0, windowMs: 86_400_000 }).remaining(500_000)).toBeCloseTo(500, 9)
})

test('it refills more slowly when the header says that all takes longer to be there, never faster', () => {
  const ofADay = heard({ limit: 14_400, remaining: 14_370, resetInMs: 180_000 })
  const soon = heard({ limit: 60, remaining: 0, resetInMs: 1 })

  expect(ofADay.remaining(60_000)).toBeCloseTo(14_380, 9)
  expect(soon.remaining(30_000)).toBeCloseTo(30, 9)
})

test('invariant 30: what is left is what the header says, when nothing else was sent', () => {
  const bucket = heard({ limit: 100, remaining: 90 })
  bucket.observe({ limit: 100, remaining: 40 }, bucket.send(1, 10_000), 10_000)
  expect(bucket.remaining(10_000)).toBe(40)
  bucket.observe({ limit: 100, remaining: 95 }, bucket.send(1, 20_000), 20_000)

  expect(bucket.remaining(20_000)).toBe(95)
})

test('a header does not know of what was sent after its attempt', () => {
  const bucket = heard({ limit: 100, remaining: 100 })
  const receipt = bucket.send(1, 10_000)
  sendMany(bucket, 30, 10_000)
  bucket.observe({ limit: 100, remaining: 60 }, receipt, 10_000)

  expect(bucket.remaining(10_000)).toBe(30)
})

test('a header need not know of what was sent shortly before its attempt, and knows what was sent earlier', () => {
  const bucket = heard({ limit: 100, remaining: 50 })
  sendMany(bucket, 10, 10_000)
  sendMany(bucket, 20, 20_000)
  bucket.observe({ limit: 100, remaining: 95 }, bucket.send(1, 20_500), 20_500)

  expect(bucket.remaining(20_500)).toBe(75)
})

test('a header need not know of what was sent just 2 s before its attempt', () => {
  const bucket = heard({ limit: 1_000, remaining: 500 })
  sendMany(bucket, 20, 2_000)
  bucket.observe({ limit: 1_000, remaining: 900 }, bucket.send(1, 4_000), 4_000)

  expect(bucket.remaining(4_000)).toBe(880)
})

test('a header knows of what was sent 4 s before its attempt', () => {
  const bucket = heard({ limit: 1_000, remaining: 500 })
  sendMany(bucket, 20, 4_000)
  bucket.observe({ limit: 1_000, remaining: 900 }, bucket.send(1, 8_000), 8_000)

  expect(bucket.remaining(8_000)).toBe(900)
})

test('of two headers of one attempt the later counts', () => {
  const bucket = new ShadowBucket()
  const receipt = bucket.send(1, 0)
  for (const remaining of [50, 20]) bucket.observe({ limit: 100, remaining }, receipt, 0)

  expect(bucket.remaining(0)).toBe(20)
})

test('a header that fits the own account changes nothing', () => {
  const bucket = heard({ limit: 600, remaining: 600 })
  const receipt = bucket.send(1, 0)
  sendMany(bucket, 99, 0)
  const before = bucket.remaining(5_000)
  bucket.observe({ limit: 600, remaining: 599 }, receipt, 5_000)

  expect(bucket.remaining(5_000)).toBe(before)
})

test('headers that come in another order than their attempts were sent are taken up to the newest', () => {
  const bucket = heard({ limit: 100, remaining: 100 })
  const first = bucket.send(1, 10_000)
  const second = bucket.send(1, 13_000)
  bucket.observe({ limit: 100, remaining: 20 }, second, 13_100)
  const before = bucket.remaining(13_200)
  bucket.observe({ limit: 500, remaining: 99 }, first, 13_200)

  expect(bucket.remaining(13_200)).toBe(before)
})

test('a limit alone is shadowed by what is sent', () => {
  const bucket = heard({ limit: 100 })
  expect(bucket.remaining(0)).toBe(100)
  sendMany(bucket, 40, 0)
  bucket.observe({ limit: 50 }, bucket.send(0, 0), 0)

  expect(bucket.remaining(0)).toBe(10)
})

test('what remains of no limit says nothing, unless a header named the limit before', () => {
  const bucket = heard({ remaining: 0 })
  expect(bucket.admitProbability(0)).toBe(1)
  bucket.observe({ limit: 100, remaining: 100 }, bucket.send(1, 0), 0)
  bucket.observe({ remaining: 10 }, bucket.send(1, 0), 0)

  expect(bucket.remaining(0)).toBe(10)
})

test('an attempt that used less than expected gives back, one that used more is charged', () => {
  const bucket = heard({ limit: 1_000, remaining: 1_000 })
  const [less, more] = [bucket.send(100, 0), bucket.send(100, 0)]
  bucket.settle(less, 30, 0)
  expect(bucket.remaining(0)).toBe(870)
  bucket.settle(more, 150, 0)

  expect(bucket.remaining(0)).toBe(820)
})

test('what an attempt used beyond its debit is charged when that shows', () => {
  const bucket = heard({ limit: 1_000, remaining: 1_000 })
  const receipt = bucket.send(100, 0)
  bucket.settle(receipt, 400, 120_000)

  expect(bucket.remaining(120_000)).toBe(700)
})

test('what has flowed in for several debits comes back once', () => {
  const bucket = heard({ limit: 60, remaining: 60 })
  const receipts = [bucket.send(30, 0), bucket.send(30, 0)]
  bucket.send(30, 55_000)
  for (const receipt of receipts) bucket.settle(receipt, 0, 55_000)

  expect(bucket.remaining(55_000)).toBe(30)
})

test('a header does not know of what an attempt was found to use beyond its debit since', () => {
  const bucket = heard({ limit: 1_000, remaining: 500 })
  const long = bucket.send(100, 0)
  const receipt = bucket.send(0, 10_000)
  bucket.settle(long, 400, 10_500)
  bucket.observe({ limit: 1_000, remaining: 900 }, receipt, 10_500)

  expect(bucket.remaining(10_500)).toBe(600)
})

test('a receipt is settled once', () => {
  const bucket = heard({ limit: 1_000, remaining: 1_000 })
  const receipt = bucket.send(100, 0)
  for (let i = 0; i < 3; i++) bucket.settle(receipt, 90, 0)

  expect(bucket.remaining(0)).toBe(910)
})

test('nothing comes back once a header has raised what is left', () => {
  const bucket = heard({ limit: 1_000, remaining: 500 })
  const receipt = bucket.send(300, 10_000)
  bucket.observe({ limit: 1_000, remaining: 700 }, receipt, 10_000)
  bucket.settle(receipt, 0, 10_000)

  expect(bucket.remaining(10_000)).toBe(700)
})

test('a debit comes back after a header that says what the own account says', () => {
  const bucket = heard({ limit: 1_000, remaining: 1_000 })
  const receipt = bucket.send(100, 10_000)
  bucket.observe({ limit: 1_000, remaining: 900 }, receipt, 10_000)
  bucket.settle(receipt, 30, 10_000)

  expect(bucket.remaining(10_000)).toBe(970)
})

test('a debt is at most one limit', () => {
  const bucket = heard({ limit: 60, remaining: 60 })
  bucket.send(1e300, 0)

  expect(bucket.remaining(0)).toBe(-60)
  expect(bucket.admitProbability(72_000)).toBeCloseTo(1, 9)
})

test('a debt is at most one limit when that turns out to be smaller, by a header or from elsewhere', () => {
  const indebted = () => {
    const bucket = heard({ limit: 1_000, remaining: 1_000 })
    bucket.send(1_500, 0)
    return bucket
  }
  const [told, merged] = [indebted(), indebted()]
  told.observe({ limit: 10 }, told.send(0, 0), 0)
  merged.merge({ limit: 10, remaining: 10, refillMs: 60_000, heardMsAgo: 0 }, 1)

  expect(told.remaining(0)).toBe(-10)
  expect(merged.remaining(1)).toBe(-10)
})

test('a burst before the first header does not close it for longer than the header says', () => {
  const bucket = new ShadowBucket()
  const [first] = sendMany(bucket, 1_000, 0)
  if (first !== undefined) bucket.observe({ limit: 60, remaining: 0 }, first, 100)

  expect(bucket.admitProbability(100)).toBe(0)
  expect(bucket.admitProbability(12_101)).toBe(1)
})

test('it forgets ten minutes after the last header', () => {
  const bucket = heard({ limit: 1_000, remaining: 0, windowMs: 86_400_000 })

  expect(bucket.admitProbability(forgetAfterMs - 1)).toBe(0)
  expect(bucket.admitProbability(forgetAfterMs)).toBe(1)
  expect(bucket.remaining(forgetAfterMs)).toBeUndefined()
})

test('it forgets ten minutes after the last header came, however long its attempt took', () => {
  const bucket = new ShadowBucket()
  bucket.observe({ limit: 1_000, remaining: 0 }, bucket.send(1, 0), 100_000)

  expect(bucket.remaining(100_000 + forgetAfterMs - 1)).toBe(1_000)
  expect(bucket.remaining(100_000 + forgetAfterMs)).toBeUndefined()
})

test('whatever headers say, it never stays shut for longer than ten minutes after the last one', () => {
  const anything = fc.double({ min: -1e300, max: 1e300 })
  const said = fc.record({ limit: anything, remaining: anything, resetInMs: anything, windowMs: anything })
  const step = fc.record({ gapMs: fc.nat(700_000), amount: anything, said })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const bucket = new ShadowBucket()
      let nowMs = 0
      for (const { gapMs, amount, said } of steps) {
        nowMs += gapMs
        bucket.observe(said, bucket.send(amount, nowMs), nowMs)
        const probability = bucket.admitProbability(nowMs)
        expect(probability >= 0 && probability <= 1).toBe(true)
      }

      expect(bucket.admitProbability(nowMs + forgetAfterMs)).toBe(1)
    }),
  )
})

test('invariant 30: between headers it is a token bucket of one window’s burst, whatever is sent and settled', () => {
  const step = fc.record({
    gapMs: fc.nat(4_000),
    amount: fc.nat(60),
    settle: fc.option(fc.record({ which: fc.nat(100), amount: fc.nat(60) }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const bucket = heard({ limit: 600, remaining: 600 })
      const model = new TokenBucket({ perMinute: 600 })
      const open: { receipt: ShadowReceipt; take: number }[] = []
      let nowMs = 0
      for (const { gapMs, amount, settle } of steps) {
        nowMs += gapMs
        const used = Math.min(amount, Math.max(0, model.balance(nowMs)))
        open.push({ receipt: bucket.send(used, nowMs), take: model.charge(used, nowMs) })
        const [one] = settle === undefined ? [] : open.splice(settle.which % open.length, 1)
        if (one !== undefined && settle !== undefined) {
          const actual = Math.min(settle.amount, one.receipt.amount)
          bucket.settle(one.receipt, actual, nowMs)
          model.giveBack(one.receipt.amount - actual, one.take, nowMs)
        }

        expect(bucket.remaining(nowMs)).toBeCloseTo(model.balance(nowMs), 9)
      }
    }),
    { numRuns: 500 },
  )
})

test('a provider that refills steadily never refuses what was sent with its limit known, whatever the order of answers', () => {
  const share = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))
  const script = fc
    .record({
      pauseMs: fc.constantFrom(1_000, 1_000, 4_000),
      slowMs: fc.nat(2_000),
      headerMs: fc.constantFrom(0, 100, 30_000),
    })
    .chain(({ pauseMs, slowMs, headerMs }) =>
      fc.array(
        fc.record({
          gapMs: fc.oneof({ arbitrary: fc.nat(50), weight: 12 }, { arbitrary: fc.nat(pauseMs), weight: 1 }),
          share,
          countMs: fc.constantFrom(0, slowMs, 2_000),
          headerMs: fc.oneof(fc.nat(headerMs), fc.nat(headerMs), fc.nat(30_000)),
          endMs: fc.nat(30_000),
          usedShare: share,
          saysReset: fc.boolean(),
        }),
        { minLength: 150, maxLength: 300 },
      ),
    )
  // Without shrinking: a script of hundreds of attempts with all their delays takes minutes to shrink.
  fc.assert(
    fc.property(fc.noShrink(fc.noBias(script)), (attempts) => {
      expect(playAgainst(60, attempts).refused).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test.each([0, 500, 2_000, 30_000])(
  'a provider whose headers take %i ms is sent all that it admits, and nothing that it refuses',
  (headerMs) => {
    const attempt = { gapMs: 200, share: 1, countMs: 100, headerMs, endMs: 0, usedShare: 1, saysReset: false }
    const attempts = Array.from({ length: 1_500 }, () => attempt)
    const { refused, admitted } = playAgainst(60, attempts)

    expect(refused).toEqual([])
    expect(admitted.filter(({ atMs }) => atMs > 180_000).length).toBeGreaterThanOrEqual(119)
  },
)

test('16 instances that share a key, not their knowledge, and want twice its limit get 98 % of it without a refusal', () => {
  const limit = 600
  const provider = new TokenBucket({ perMinute: limit })
  const shadows = Array.from({ length: 16 }, () => new ShadowBucket())
  const answers: { atMs: number; shadow: ShadowBucket; receipt: ShadowReceipt; remaining: number }[] = []
  let [admitted, refused] = [0, 0]
  for (let index = 0; index < 6_000; index++) {
    const nowMs = index * 50
    for (let answer = answers[0]; answer !== undefined && answer.atMs <= nowMs; answer = answers[0]) {
      answer.shadow.observe({ limit, remaining: answer.remaining }, answer.receipt, nowMs)
      answers.shift()
    }
    const shadow = shadows[(index * 7) % 16]
    if (shadow === undefined || shadow.admitProbability(nowMs) <= (index * 0.618_034) % 1) continue
    const receipt = shadow.send(1, nowMs)
    if (provider.tryTake(1, nowMs) === undefined) refused++
    else admitted++
    answers.push({ atMs: nowMs + 800, shadow, receipt, remaining: Math.floor(provider.balance(nowMs)) })
  }

  expect(refused).toBe(0)
  expect(admitted).toBeGreaterThan(0.98 * limit * 6)
})

test('a snapshot that went through JSON restores what is left, and time goes on', () => {
  const bucket = heard({ limit: 600, remaining: 100 })
  bucket.send(40, 1_000)
  const restored = new ShadowBucket()
  restored.restore(JSON.parse(JSON.stringify(bucket.snapshot(2_000))), 77_000)

  expect(restored.remaining(77_000)).toBeCloseTo(80, 9)
  expect(restored.remaining(78_000)).toBeCloseTo(90, 9)
  expect(restored.remaining(77_000 + forgetAfterMs - 2_001)).toBe(600)
  expect(restored.remaining(77_000 + forgetAfterMs - 2_000)).toBeUndefined()
})

test('a merge keeps the smaller of what remains, and the limit of the newer header', () => {
  const older = heard({ limit: 600, remaining: 100 }, 0)
  const newer = heard({ limit: 900, remaining: 500 }, 10_000)
  const snapshots = [older.snapshot(10_000), newer.snapshot(10_000)] as const
  if (snapshots[1] !== undefined) older.merge(snapshots[1], 10_000)
  if (snapshots[0] !== undefined) newer.merge(snapshots[0], 10_000)

  for (const bucket of [older, newer]) {
    expect(bucket.snapshot(10_000)).toEqual({ limit: 900, remaining: 200, refillMs: 60_000, heardMsAgo: 0 })
  }
})

test('a limit that was not heard later than the own one is not taken over', () => {
  const bucket = heard({ limit: 600, remaining: 100 })
  const snapshot = heard({ limit: 900, remaining: 500 }).snapshot(0)
  if (snapshot !== undefined) bucket.merge(snapshot, 0)

  expect(bucket.snapshot(0)).toMatchObject({ limit: 600, remaining: 100 })
})

test('merged, it forgets ten minutes after the later of both headers', () => {
  const bucket = heard({ limit: 600, remaining: 100 }, 0)
  const snapshot = heard({ limit: 600, remaining: 100 }, 60_000).snapshot(100_000)
  if (snapshot !== undefined) bucket.merge(snapshot, 100_000)

  expect(bucket.remaining(60_000 + forgetAfterMs - 1)).toBe(600)
  expect(bucket.remaining(60_000 + forgetAfterMs)).toBeUndefined()
})

test('one that knows nothing takes over what another knows', () => {
  const bucket = new ShadowBucket()
  const snapshot = heard({ limit: 600, remaining: 0 }).snapshot(0)
  if (snapshot !== undefined) bucket.merge(snapshot, 0)

  expect(bucket.admitProbability(0)).toBe(0)
})

test('merging never leaves more than either knew', () => {
  const said = fc.record({ limit: fc.integer({ min: 1, max: 1_000 }), remaining: fc.nat(1_000) })
  fc.assert(
    fc.property(said, said, fc.nat(400_000), fc.nat(400_000), (one, other, oneAgoMs, otherAgoMs) => {
      const bucket = heard(one, -oneAgoMs)
      const snapshot = heard(other, -otherAgoMs).snapshot(0)
      const before = bucket.remaining(0) ?? Infinity
      if (snapshot === undefined) return
      bucket.merge(snapshot, 0)

      const remaining = bucket.remaining(0) ?? Infinity
      expect(remaining).toBeLessThanOrEqual(Math.min(before, snapshot.remaining) + 1e-9)
    }),
  )
})

test('an instant that goes backwards counts as no time passed', () => {
  const bucket = heard({ limit: 60, remaining: 10 }, 100_000)
  bucket.send(5, 0)

  expect(bucket.remaining(0)).toBe(5)
  expect(bucket.remaining(101_000)).toBe(6)
})

test('a shift of all instants changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5_000), { maxLength: 30 }),
      fc.integer({ min: -1e9, max: 1e9 }),
      (gaps, shiftMs) => {
        const [still, shifted] = [new ShadowBucket(), new ShadowBucket()]
        let nowMs = 0
        for (const gapMs of gaps) {
          nowMs += gapMs
          for (const [bucket, atMs] of [
            [still, nowMs],
            [shifted, nowMs + shiftMs],
          ] as const) {
            bucket.observe({ limit: 100, remaining: gapMs / 50 }, bucket.send(gapMs / 1_000, atMs), atMs)
          }

          expect(shifted.remaining(nowMs + shiftMs)).toBeCloseTo(still.remaining(nowMs) ?? -1, 6)
        }
      },
    ),
  )
})

test.each([
  [{ limit: 0 }, 'limit must be in 1..'],
  [{ limit: Number.NaN }, 'limit must be in 1..'],
  [{ remaining: 11 }, 'remaining must be in 0..10, got 11'],
  [{ refillMs: 1 }, 'refillMs must be in 1000..'],
  [{ heardMsAgo: -1 }, 'heardMsAgo must be in 0..'],
])('a snapshot with %j is refused and changes nothing', (part, message) => {
  const bucket = heard({ limit: 60, remaining: 30 })
  const snapshot = { limit: 10, remaining: 5, refillMs: 60_000, heardMsAgo: 0, ...part }

  expect(() => bucket.restore(snapshot, 0)).toThrow(message)
  expect(() => bucket.merge(snapshot, 0)).toThrow(message)
  expect(bucket.remaining(0)).toBe(30)
})
