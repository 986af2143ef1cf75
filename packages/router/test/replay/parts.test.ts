import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { BlockSums } from '../../src/replay/block-sums.ts'
import { EventHeap } from '../../src/replay/event-heap.ts'
import { luckOf } from '../../src/replay/luck.ts'
import { ModelError } from '../../src/replay/model-error.ts'
import { CallOrder } from '../../src/replay/replay-call.ts'
import { Spread } from '../../src/replay/spread.ts'
import { worldCalls } from './known-world.ts'

describe('luck', () => {
  test('whenever the keys are the same, is the same, and else another', () => {
    const keys = fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const draw = (of: readonly number[]): number => luckOf(...of)()
        expect(draw(one)).toBe(draw(one))
        if (one.join() !== other.join()) expect(draw(one)).not.toBe(draw(other))
      }),
    )
  })

  test('is spread evenly over calls, endpoints and draws', () => {
    const counts = new Map<number, number>()
    for (let call = 0; call < 4_000; call += 1) {
      for (let endpoint = 0; endpoint < 5; endpoint += 1) {
        const random = luckOf(1, call, endpoint)
        for (let draw = 0; draw < 5; draw += 1) {
          const tenth = Math.floor(random() * 10)
          counts.set(tenth, (counts.get(tenth) ?? 0) + 1)
        }
      }
    }
    // Four standard deviations of 10,000 of 100,000.
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })
})

describe('a spread', () => {
  test('whenever it is asked for a quantile, is off by 8 % at most, a bucket', () => {
    const values = fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, q) => {
        const spread = new Spread()
        for (const value of list) spread.add(value)
        const sorted = list.toSorted((one, other) => one - other)
        const exact = sorted[Math.max(0, Math.ceil(q * list.length) - 1)] ?? Number.NaN

        const quantile = spread.quantile(q) ?? Number.NaN
        expect(quantile / exact).toBeGreaterThan(1 / 1.081)
        expect(quantile / exact).toBeLessThan(1.081)
      }),
    )
  })

  test('adds up with another to what holds the values of both', () => {
    const [one, other, both] = [new Spread(), new Spread(), new Spread()]
    for (const value of [3, 30, 300]) one.add(value)
    other.add(4_000, 2.5)
    for (const value of [3, 30, 300]) both.add(value)
    both.add(4_000, 2.5)
    one.addAll(other)

    expect(one).toEqual(both)
    expect(one.total).toBe(5.5)
    expect(new Spread().quantile(0.5)).toBeUndefined()
  })
})

describe('sums by blocks', () => {
  const mean = (sum: (column: 'calls' | 'value') => number): number => sum('value') / sum('calls')

  test('whenever there are many calls, lose nothing of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), (calls) => {
        const sums = new BlockSums(['calls', 'value'])
        for (let call = 0; call < calls; call += 1) sums.add({ calls: 1, value: call })

        expect(sums.valueOf((sum) => sum('calls'))).toBe(calls)
        expect(sums.valueOf(mean)).toBeCloseTo((calls - 1) / 2, 6)
      }),
      { numRuns: 30 },
    )
  })

  test('give intervals that hold the truth about 95 times in 100', () => {
    let held = 0
    for (let seed = 0; seed < 200; seed += 1) {
      const random = seededRandom(seed)
      const sums = new BlockSums(['calls', 'value'])
      for (let call = 0; call < 700; call += 1) sums.add({ calls: 1, value: random() < 0.3 ? 1 : 0 })
      const { low, high } = sums.estimate(mean, seed)
      if (low <= 0.3 && high >= 0.3) held += 1
    }
    expect(held).toBeGreaterThan(180)
    expect(held).toBeLessThan(200)
  })

  test('promise less where calls share their fate for a while', () => {
    const widthOf = (fates: number): number => {
      const random = seededRandom(4)
      const sums = new BlockSums(['calls', 'value'])
      let value = 0
      for (let call = 0; call < 20_000; call += 1) {
        if (call % (20_000 / fates) === 0) value = random() < 0.5 ? 1 : 0
        sums.add({ calls: 1, value })
      }
      const { low, high } = sums.estimate(mean, 1)
      return high - low
    }

    expect(widthOf(500)).toBeGreaterThan(4 * widthOf(20_000))
  })
})

describe('an event heap', () => {
  test('whenever events come, gives them by instant, and those of one instant as they came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (instants) => {
        const heap = new EventHeap<number>()
        for (const [i, atMs] of instants.entries()) heap.add(atMs, i)
        const expected = instants.map((atMs, item) => ({ atMs, item }))
        expected.sort((one, other) => one.atMs - other.atMs || one.item - other.item)

        expect(instants.map(() => heap.take())).toMatchObject(expected)
        expect(heap.take()).toBeUndefined()
        expect(heap.size).toBe(0)
      }),
    )
  })
})

describe('the order of calls', () => {
  const calls = [...worldCalls({ calls: 300, seed: 2, picks: [0.3, 0.5, 0.2] })]

  test('whenever a trace is in the order of ends, is that of starts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 100 }), (starts) => {
        const order = new CallOrder()
        const played: number[] = []
        for (const [i, atMs] of starts.entries()) {
          const call = order.add({ ...(calls[i] ?? expect.unreachable()), atMs })
          if (call !== undefined) played.push(call.atMs)
        }
        for (const call of order.rest()) played.push(call.atMs)

        expect(played).toEqual(starts.toSorted((one, other) => one - other))
      }),
    )
  })

  test('plays what another process wrote after what came before, and keeps a bounded number back', () => {
    const order = new CallOrder()
    const [call] = calls
    if (call === undefined) throw new Error('there are calls')
    const played: number[] = []
    const add = (atMs: number): void => {
      const next = order.add({ ...call, atMs, durationMs: 100 })
      if (next !== undefined) played.push(next.atMs)
    }
    add(5_000)
    order.beginSegment()
    add(70)
    add(90)
    for (let i = 0; i < 5_000; i += 1) add(1_000 + i)
    expect(played.slice(0, 3)).toEqual([5_000, 5_100, 5_120])
    expect(played).toHaveLength(5_003 - 4_096)

    add(80)
    for (const one of order.rest()) played.push(one.atMs)
    expect(order.late).toBe(1)
    expect(played).toEqual(played.toSorted((one, other) => one - other))
  })
})

describe('the error of a model', () => {
  test('is that of a sum of means, each known from so many attempts', () => {
    const errors = new ModelError(['value'])
    for (let i = 0; i < 100; i += 1) errors.add('one', { value: i % 2 })
    for (let i = 0; i < 50; i += 1) errors.add('two', { value: 7 })

    // A coin has variance 1/4; 'two' is always the same.
    const question = { calls: 100, learntFrom: () => 25 }
    expect(errors.marginOf('value', question)).toBeCloseTo((1.96 * 0.5) / Math.sqrt(25), 9)
    expect(errors.marginOf('value', { ...question, against: errors })).toBe(0)
  })

  test('is not nothing where a failure has not been seen', () => {
    const errors = new ModelError(['failed'], ['failed'])
    for (let i = 0; i < 100; i += 1) errors.add('one', { failed: 0 })

    expect(errors.marginOf('failed', { calls: 100, learntFrom: () => 100 })).toBeGreaterThan(0.03)
    expect(errors.marginOf('failed', { calls: 100, learntFrom: () => Infinity })).toBe(0)
  })
})
