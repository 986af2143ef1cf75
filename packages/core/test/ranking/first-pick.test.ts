import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  drawPosition,
  firstPickDefaults,
  firstPickProbabilities,
  pickProbabilities,
} from '../../src/ranking/first-pick.ts'
import type { FirstPickOptions, PickColumns } from '../../src/ranking/first-pick.ts'

interface Candidate {
  readonly indexUsd: number
  readonly tier: number
}

const indices = fc.integer({ min: 1, max: 20 })
const options: fc.Arbitrary<FirstPickOptions> = fc.record({
  sharpness: fc.integer({ min: 0, max: 8 }),
  explorationRate: fc.integer({ min: 0, max: 10 }).map((percent) => percent / 100),
})
/** By tier, then by index, as a ranking has them. */
const candidates = fc
  .array(fc.record({ indexUsd: indices, tier: fc.constantFrom(0, 0, 1, 2) }), { minLength: 1, maxLength: 8 })
  .map((list) => list.toSorted((one, other) => one.tier - other.tier || one.indexUsd - other.indexUsd))

/** Columns that nobody may ask for a rank that they do not have. All have their whole share. */
function columnsOf(list: readonly Candidate[]): PickColumns {
  const at = (rank: number): Candidate => list[rank] ?? expect.unreachable(`asked for ${rank}`)
  return {
    length: list.length,
    indexUsdAt: (rank) => at(rank).indexUsd,
    tierAt: (rank) => at(rank).tier,
    shareAt: (rank) => (at(rank).indexUsd > 0 ? 1 : Number.NaN),
  }
}

/** `ε·max(0.1, I_best / I_i) + (1 − n·ε)·q_i`, and to the best what is cut of `n·ε`; the tenth is for all together at most. */
function expectedProbabilities(
  list: readonly Candidate[],
  { sharpness, explorationRate }: FirstPickOptions,
): number[] {
  const bestTier = Math.min(...list.map((one) => one.tier))
  const leading = list.filter((one) => one.tier === bestTier)
  const bestUsd = Math.min(...leading.map((one) => one.indexUsd))
  const rate = Math.min(explorationRate, 0.1 / list.length)
  const explored = list.map((one) => rate * Math.min(1, Math.max(0.1, bestUsd / one.indexUsd)))
  const cut = explored.reduce((rest, one) => rest - one, rate * list.length)
  const isBest = (one: Candidate): boolean => one.tier === bestTier && one.indexUsd === bestUsd
  const weights = list.map((one) => (one.tier === bestTier ? one.indexUsd ** -sharpness : 0))
  const weight = weights.reduce((sum, one) => sum + one, 0)
  return list.map((one, i) => {
    const drawn = ((1 - rate * list.length) * (weights[i] ?? 0)) / weight
    return (explored[i] ?? 0) + drawn + (isBest(one) ? cut / list.filter(isBest).length : 0)
  })
}

function expectClose(probabilities: Float64Array, expected: readonly number[]): void {
  expect(probabilities).toHaveLength(expected.length)
  for (const [i, probability] of probabilities.entries())
    expect(probability).toBeCloseTo(expected[i] ?? Number.NaN, 12)
}

describe('the probabilities of the first pick', () => {
  test('are those of a power law with exploration, whatever the indices', () => {
    fc.assert(
      fc.property(fc.array(indices, { minLength: 1, maxLength: 8 }), options, (list, given) => {
        const expected = expectedProbabilities(
          list.map((indexUsd) => ({ indexUsd, tier: 0 })),
          given,
        )

        expectClose(firstPickProbabilities(list, given), expected)
      }),
    )
  })

  test('leave nothing but exploration below the best tier, however low the indices there', () => {
    fc.assert(
      fc.property(candidates, options, (list, given) => {
        expectClose(pickProbabilities(columnsOf(list), given), expectedProbabilities(list, given))
      }),
      { numRuns: 200 },
    )
  })

  test('are shared by the best alone where the sharpness is infinite', () => {
    const always = { sharpness: Infinity, explorationRate: 0 }

    expect([...firstPickProbabilities([1, 1, 2], always)]).toEqual([0.5, 0.5, 0])
  })

  test('are shared by those that cost nothing, whatever the sharpness', () => {
    for (const sharpness of [1, 20, Infinity]) {
      expect([...firstPickProbabilities([0, 0, 1], { sharpness, explorationRate: 0 })]).toEqual([0.5, 0.5, 0])
    }
  })

  test('are none where there is nobody', () => {
    expect(firstPickProbabilities([], firstPickDefaults)).toHaveLength(0)
  })
})

describe('a drawn position', () => {
  test('is never one with a probability of 0', () => {
    expect(drawPosition([0, 1], () => 0)).toBe(1)
    expect(drawPosition([0, 0.5, 0, 0.5], () => 0.5)).toBe(3)
  })

  test('is the one within whose part of the whole the number falls', () => {
    const draw = (number: number): number => drawPosition([0.25, 0.25, 0.5], () => number)

    expect([0, 0.24, 0.25, 0.49, 0.5, 0.99].map(draw)).toEqual([0, 0, 1, 1, 2, 2])
  })

  test('is the last one where rounding has left the probabilities below 1', () => {
    expect(drawPosition([0.5, 0.25], () => 0.9)).toBe(1)
  })
})
