import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cappedShares } from '../../src/ranking/capped-shares.ts'

/** Whole hundredths: drawn as a double, a share would be next to nothing nearly always. */
const hundredths = fc.integer({ min: 1, max: 100 }).map((drawn) => drawn / 100)
const weight = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1, noNaN: true }), hundredths)
const share = fc.oneof(fc.constantFrom(0, 1), hundredths)
const items = fc.array(fc.record({ weight, share }), { minLength: 1, maxLength: 12 })

type Item = { readonly weight: number; readonly share: number }

function probabilitiesOf(list: readonly Item[]): number[] {
  const weights = Float64Array.from(list, (one) => one.weight)
  cappedShares(weights, { shareAt: (i) => list[i]?.share ?? 1 })
  return [...weights]
}

/** `min(share, level * weight * share)` at the level at which they sum to 1, found by halving. */
function waterFilled(list: readonly Item[]): number[] {
  const at = (level: number): number[] =>
    list.map(({ weight, share }) => Math.min(share, level * weight * share))
  let [low, high] = [0, 1e6]
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2
    if (at(middle).reduce((sum, one) => sum + one, 0) < 1) low = middle
    else high = middle
  }
  return at(high)
}

const sumOfShares = (list: readonly Item[]): number =>
  list.reduce((sum, one) => sum + (one.weight > 0 ? one.share : 0), 0)

describe('capped shares', () => {
  test('are the weighed shares up to a common level, whenever all shares together suffice', () => {
    const weights = fc.oneof(fc.constant(0), hundredths)
    const lists = fc.array(fc.record({ weight: weights, share: hundredths }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(lists, (list) => {
        fc.pre(sumOfShares(list) > 1 + 1e-9)
        const expected = waterFilled(list)

        for (const [i, probability] of probabilitiesOf(list).entries())
          expect(probability).toBeCloseTo(expected[i] ?? Number.NaN, 9)
      }),
      { numRuns: 400 },
    )
  })

  test('are the weighed shares in proportion, whenever all shares together are less than the whole', () => {
    const small = fc.integer({ min: 1, max: 12 }).map((drawn) => drawn / 100)
    const lists = fc.array(fc.record({ weight: hundredths, share: small }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(lists, (list) => {
        const sum = list.reduce((total, one) => total + one.weight * one.share, 0)

        for (const [i, probability] of probabilitiesOf(list).entries()) {
          const { weight = 0, share = 0 } = list[i] ?? {}
          expect(probability).toBeCloseTo((weight * share) / sum, 9)
        }
      }),
    )
  })

  test('leave nothing for who has no weight, however small the shares of those that have one', () => {
    expect(
      probabilitiesOf([
        { weight: 1, share: 0.5 },
        { weight: 0, share: 0.9 },
      ]),
    ).toEqual([1, 0])
  })

  test('give what is left to weights too small for a number, alike', () => {
    const tiny = { weight: Number.MIN_VALUE, share: 0.4 }
    const [large, one, other] = probabilitiesOf([{ weight: 1, share: 0.6 }, tiny, tiny])

    expect(large).toBe(0.6)
    expect(one).toBeCloseTo(0.2, 12)
    expect(other).toBe(one)
  })

  test('sum to 1, and none is above its share as long as all shares together suffice', () => {
    fc.assert(
      fc.property(items, (list) => {
        const probabilities = probabilitiesOf(list)
        const weighted = list.filter((one) => one.weight > 0)
        const suffice = weighted.reduce((sum, one) => sum + one.share, 0) > 1 + 1e-9

        expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9)
        for (const [i, probability] of probabilities.entries()) {
          expect(probability).toBeGreaterThanOrEqual(0)
          if (suffice) expect(probability).toBeLessThanOrEqual((list[i]?.share ?? 1) + 1e-12)
        }
      }),
    )
  })

  test('are the weights in proportion, where everybody has the whole share', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-9, max: 1, noNaN: true }), { minLength: 1 }), (weights) => {
        const sum = weights.reduce((total, one) => total + one, 0)
        const probabilities = probabilitiesOf(weights.map((one) => ({ weight: one, share: 1 })))

        for (const [i, probability] of probabilities.entries())
          expect(probability).toBeCloseTo((weights[i] ?? 0) / sum, 9)
      }),
    )
  })

  test('never fall for one whose weight rises, and never rise for another', () => {
    fc.assert(
      fc.property(items, fc.nat(), fc.double({ min: 1, max: 100, noNaN: true }), (list, pick, factor) => {
        const raised = pick % list.length
        const before = probabilitiesOf(list)
        const after = probabilitiesOf(
          list.map((one, i) => (i === raised ? { ...one, weight: one.weight * factor } : one)),
        )

        for (const [i, probability] of after.entries()) {
          const change = probability - (before[i] ?? 0)
          if (i === raised) expect(change).toBeGreaterThanOrEqual(-1e-9)
          else expect(change).toBeLessThanOrEqual(1e-9)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('hold a small share against however large a weight', () => {
    expect(
      probabilitiesOf([
        { weight: 1, share: 0.001 },
        { weight: 1e-12, share: 1 },
      ]),
    ).toEqual([0.001, 0.999])
  })
})
