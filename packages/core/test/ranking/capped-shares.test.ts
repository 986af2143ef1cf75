import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cappedShares } from '../../src/ranking/capped-shares.ts'

const weight = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1, noNaN: true }))
const share = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))
const items = fc.array(fc.record({ weight, share }), { minLength: 1, maxLength: 12 })

type Item = { readonly weight: number; readonly share: number }

function probabilitiesOf(list: readonly Item[]): number[] {
  const weights = Float64Array.from(list, (one) => one.weight)
  cappedShares(weights, { shareAt: (i) => list[i]?.share ?? 1 })
  return [...weights]
}

describe('capped shares', () => {
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
