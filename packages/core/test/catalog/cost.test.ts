import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pricings } from '../../../testkit/src/arbitraries/endpoint.ts'
import { costNanoUsd, expectedCostUsd, priceOf } from '../../src/catalog/cost.ts'
import type { BilledUsage } from '../../src/catalog/cost.ts'
import type { Pricing } from '../../src/catalog/pricing.ts'

const pricing: Pricing = {
  promptPicoUsd: 3_000_000,
  completionPicoUsd: 15_000_000,
  cacheReadPicoUsd: 300_000,
  cacheWritePicoUsd: 3_750_000,
  tiers: [
    { abovePromptTokens: 500_000, promptPicoUsd: 9_000_000, completionPicoUsd: 30_000_000 },
    { abovePromptTokens: 200_000, promptPicoUsd: 6_000_000, completionPicoUsd: 22_500_000 },
  ],
}

const usages: fc.Arbitrary<BilledUsage> = fc
  .record({
    fresh: fc.integer({ min: 0, max: 1_000_000 }),
    cachedPromptTokens: fc.integer({ min: 0, max: 1_000_000 }),
    cacheWriteTokens: fc.integer({ min: 0, max: 1_000_000 }),
    completionTokens: fc.integer({ min: 0, max: 1_000_000 }),
    images: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ fresh, ...usage }) => ({
    ...usage,
    promptTokens: fresh + usage.cachedPromptTokens + usage.cacheWriteTokens,
  }))

function usage(given: Partial<BilledUsage>): BilledUsage {
  return { promptTokens: 0, completionTokens: 0, cachedPromptTokens: 0, cacheWriteTokens: 0, ...given }
}

/** The same sum, in integers that have no bounds. */
function exactCost(prices: Pricing, used: BilledUsage): bigint {
  const { promptPicoUsd, completionPicoUsd, cacheReadPicoUsd, cacheWritePicoUsd } = priceOf(
    prices,
    used.promptTokens,
  )
  const product = (one: number, other: number): bigint => BigInt(one) * BigInt(other)
  const picoUsd =
    product(used.promptTokens - used.cachedPromptTokens - used.cacheWriteTokens, promptPicoUsd) +
    product(used.cachedPromptTokens, cacheReadPicoUsd ?? promptPicoUsd) +
    product(used.cacheWriteTokens, cacheWritePicoUsd ?? promptPicoUsd) +
    product(used.completionTokens, completionPicoUsd) +
    1_000n * (product(used.images ?? 0, prices.imageNanoUsd ?? 0) + BigInt(prices.requestNanoUsd ?? 0))
  return (picoUsd + 500n) / 1_000n
}

describe('priceOf', () => {
  test.each([
    [0, 3_000_000],
    [200_000, 3_000_000],
    [200_001, 6_000_000],
    [500_000, 6_000_000],
    [500_001, 9_000_000],
  ])(
    'takes the highest tier that %i tokens exceed, whatever the order of the tiers',
    (promptTokens, promptPicoUsd) => {
      expect(priceOf(pricing, promptTokens).promptPicoUsd).toBe(promptPicoUsd)
    },
  )

  test('takes a tier above 0 tokens for every prompt but an empty one', () => {
    const tiered = { ...pricing, tiers: [{ abovePromptTokens: 0, promptPicoUsd: 1, completionPicoUsd: 1 }] }

    expect([priceOf(tiered, 0), priceOf(tiered, 1)]).toEqual([tiered, tiered.tiers[0]])
  })
})

describe('costNanoUsd', () => {
  test('charges cached and written tokens at their own prices', () => {
    const used = usage({
      promptTokens: 1_000,
      cachedPromptTokens: 400,
      cacheWriteTokens: 100,
      completionTokens: 10,
    })

    expect(costNanoUsd(pricing, used)).toBe(500 * 3_000 + 400 * 300 + 100 * 3_750 + 10 * 15_000)
  })

  test('adds the request and every image', () => {
    const prices = { promptPicoUsd: 0, completionPicoUsd: 0, requestNanoUsd: 7, imageNanoUsd: 100 }

    expect(costNanoUsd(prices, usage({ images: 3 }))).toBe(307)
  })

  test('rounds half up, once, after the sum', () => {
    const prices = { promptPicoUsd: 250, completionPicoUsd: 250 }

    expect(costNanoUsd(prices, usage({ promptTokens: 1, completionTokens: 1 }))).toBe(1)
    expect(costNanoUsd(prices, usage({ promptTokens: 1 }))).toBe(0)
  })

  test('never charges less than nothing when a provider reports more cached tokens than prompt tokens', () => {
    expect(costNanoUsd(pricing, usage({ promptTokens: 10, cachedPromptTokens: 1_000 }))).toBe(1_000 * 300)
  })

  test('is exact whenever it is compared with unbounded integers', () => {
    fc.assert(
      fc.property(pricings, usages, (prices, used) => {
        expect(BigInt(costNanoUsd(prices, used))).toBe(exactCost(prices, used))
      }),
    )
  })

  test('never falls when a count of tokens or images rises, prices of tiers apart', () => {
    const counts = fc.constantFrom('promptTokens', 'completionTokens', 'images')
    fc.assert(
      fc.property(pricings, usages, counts, fc.nat(1_000), (prices, used, count, more) => {
        const flat = { ...prices, tiers: [] }
        const grown = { ...used, [count]: (used[count] ?? 0) + more }

        expect(costNanoUsd(flat, grown)).toBeGreaterThanOrEqual(costNanoUsd(flat, used))
      }),
    )
  })

  test('never falls when a price rises', () => {
    const prices = fc.constantFrom(
      'promptPicoUsd',
      'completionPicoUsd',
      'cacheReadPicoUsd',
      'cacheWritePicoUsd',
      'requestNanoUsd',
      'imageNanoUsd',
    )
    fc.assert(
      fc.property(pricings, usages, prices, fc.nat(1_000_000), (charged, used, price, more) => {
        // A price that is absent is another one, or nothing: only a given one can rise.
        fc.pre(charged[price] !== undefined)
        const dearer = { ...charged, [price]: (charged[price] ?? 0) + more }

        expect(costNanoUsd(dearer, used)).toBeGreaterThanOrEqual(costNanoUsd(charged, used))
      }),
    )
  })
})

describe('expectedCostUsd', () => {
  test('agrees with the exact cost whenever the usage comes true', () => {
    fc.assert(
      fc.property(pricings, usages, (prices, used) => {
        const { promptTokens, cachedPromptTokens, completionTokens, images = 0 } = used
        const expected = {
          promptTokens,
          outputTokens: completionTokens,
          images,
          cachedTokens: cachedPromptTokens,
        }
        const nanoUsd = costNanoUsd(prices, { ...used, cacheWriteTokens: 0 })

        expect(Math.abs(expectedCostUsd(prices, expected) * 1e9 - nanoUsd)).toBeLessThan(
          0.6 + nanoUsd * 1e-12,
        )
      }),
    )
  })

  test('never counts more cached tokens than the prompt has', () => {
    const expected = { promptTokens: 10, outputTokens: 0, images: 0 }

    expect(expectedCostUsd(pricing, { ...expected, cachedTokens: 99 })).toBeCloseTo(10 * 0.3e-6, 12)
  })
})
