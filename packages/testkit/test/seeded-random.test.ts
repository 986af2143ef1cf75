import type { Random } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashedRandom, seededRandom } from '../src/seeded-random.ts'

const take = (random: Random, count: number): number[] => Array.from({ length: count }, random)

/** Pearson's statistic of counts that should all be the same. Its mean is `bins - 1`, its variance twice that. */
function chiSquare(bins: readonly number[], bin: (index: number) => number, draws: number): number {
  const counts = [...bins]
  for (let draw = 0; draw < draws; draw++) {
    const index = bin(draw)
    counts[index] = (counts[index] ?? 0) + 1
  }
  const expected = draws / bins.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

const bins = (count: number): number[] => Array.from({ length: count }, () => 0)

describe('seededRandom', () => {
  test('draws the numbers of sfc32, as another implementation draws them', () => {
    const drawn = take(seededRandom(12_345), 5).map((value) => value * 2 ** 32)

    expect(drawn).toEqual([235_160_590, 2_967_261_163, 116_171_463, 2_882_324_903, 362_604_721])
  })

  test('draws the same numbers whenever the seed is the same, each in [0, 1)', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        const drawn = take(seededRandom(seed), 50)

        expect(drawn).toEqual(take(seededRandom(seed), 50))
        for (const value of drawn) expect(value >= 0 && value < 1).toBe(true)
      }),
    )
  })

  test('never draws the same numbers for two seeds', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (one, other) => {
        fc.pre(one !== other)
        expect(take(seededRandom(one), 5)).not.toEqual(take(seededRandom(other), 5))
      }),
    )
  })

  test('draws evenly', () => {
    const random = seededRandom(2026)

    const statistic = chiSquare(bins(64), () => Math.floor(random() * 64), 64_000)

    // 63 is expected, with a standard deviation of 11.
    expect(statistic).toBeGreaterThan(30)
    expect(statistic).toBeLessThan(110)
  })

  test('refuses a seed that is not a safe integer', () => {
    expect(() => seededRandom(0.5)).toThrow('seed must be a safe integer, got 0.5')
  })
})

describe('hashedRandom', () => {
  const key = fc.oneof(fc.maxSafeInteger(), fc.string())

  test('draws the same numbers whenever the keys are the same', () => {
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        expect(take(hashedRandom(...keys), 10)).toEqual(take(hashedRandom(...keys), 10))
      }),
    )
  })

  test('never draws the same numbers for other keys', () => {
    fc.assert(
      fc.property(fc.array(key), fc.array(key), (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other))
        expect(take(hashedRandom(...one), 5)).not.toEqual(take(hashedRandom(...other), 5))
      }),
    )
  })

  test.for([
    [['ab'], ['a', 'b']],
    [['a\u0002b'], ['a', 'b']],
    [[1], ['1']],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1 + 2 ** 32]],
    [[0], []],
    [[''], []],
  ])('tells %j from %j', ([one, other]) => {
    expect(hashedRandom(...(one ?? []))()).not.toBe(hashedRandom(...(other ?? []))())
  })

  test('draws evenly, and independently, the first numbers of neighbouring keys', () => {
    const first = (request: number): number => Math.floor(hashedRandom(7, request, 'p1', 1)() * 8)

    const statistic = chiSquare(bins(64), (request) => 8 * first(request) + first(request + 1), 64_000)

    expect(statistic).toBeGreaterThan(30)
    expect(statistic).toBeLessThan(110)
  })

  test('refuses a number that is not a safe integer', () => {
    expect(() => hashedRandom('request', NaN)).toThrow('a numeric key must be a safe integer, got NaN')
  })
})
