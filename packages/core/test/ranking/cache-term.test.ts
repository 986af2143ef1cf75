import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pricings } from '../../../testkit/src/arbitraries/endpoint.ts'
import { expectedCostUsd } from '../../src/catalog/cost.ts'
import type { Pricing } from '../../src/catalog/pricing.ts'
import { cachedCostUsd, cacheSavingUsd, pinsFirstPick, uncachedTokens } from '../../src/ranking/cache-term.ts'
import { indexUsd } from '../../src/ranking/index-parts.ts'

/** Three dollars per million tokens of prompt, a tenth to read, a quarter more to write, twice that beyond 200,000. */
const pricing: Pricing = {
  promptPicoUsd: 3_000_000,
  completionPicoUsd: 15_000_000,
  cacheReadPicoUsd: 300_000,
  cacheWritePicoUsd: 3_750_000,
  tiers: [
    {
      abovePromptTokens: 200_000,
      promptPicoUsd: 6_000_000,
      completionPicoUsd: 15_000_000,
      cacheReadPicoUsd: 600_000,
      cacheWritePicoUsd: 7_500_000,
    },
  ],
}
const cold = { promptTokens: 10_000, outputTokens: 100, images: 0 }
const warm = { ...cold, cachedTokens: 8_000 }

/** Whole thousandths: drawn as a double, it would be next to nothing nearly always. */
const share = fc.integer({ min: 0, max: 1_000 }).map((drawn) => drawn / 1_000)
const usages = fc
  .record({
    promptTokens: fc.integer({ min: 0, max: 1_000_000 }),
    share,
    outputTokens: fc.nat(10_000),
    images: fc.nat(5),
  })
  .map(({ share, ...usage }) => ({ ...usage, cachedTokens: share * usage.promptTokens }))

/** Prices at which reading from the cache costs no more than reading anew. */
const cachePricings = pricings.map((one) => ({
  ...one,
  cacheReadPicoUsd: Math.min(one.cacheReadPicoUsd ?? 0, one.promptPicoUsd),
  tiers: (one.tiers ?? []).map((tier) => ({
    ...tier,
    cacheReadPicoUsd: Math.floor(tier.promptPicoUsd / 10),
  })),
}))

test('a cached conversation costs the read price for what is cached and the write price for the rest', () => {
  expect(cachedCostUsd(pricing, warm, 1)).toBeCloseTo(2_000 * 3.75e-6 + 8_000 * 0.3e-6 + 100 * 15e-6, 12)
})

test('a cold start elsewhere costs the write price for all of the prompt', () => {
  expect(cachedCostUsd(pricing, cold, 1)).toBeCloseTo(10_000 * 3.75e-6 + 100 * 15e-6, 12)
})

test('a conversation that is half cached at best writes half of the rest', () => {
  expect(cachedCostUsd(pricing, cold, 0.5)).toBeCloseTo(10_000 * 3.375e-6 + 100 * 15e-6, 12)
})

test('a conversation that is cached nowhere pays nothing for writing', () => {
  expect(cachedCostUsd(pricing, cold, 0)).toBe(expectedCostUsd(pricing, cold))
})

test('an endpoint without a write price writes for nothing', () => {
  const free: Pricing = { promptPicoUsd: 3_000_000, completionPicoUsd: 15_000_000, cacheReadPicoUsd: 300_000 }

  expect(cachedCostUsd(free, warm, 1)).toBe(expectedCostUsd(free, warm))
})

test('prices are those of the prompt’s tier', () => {
  const long = { promptTokens: 300_000, cachedTokens: 100_000, outputTokens: 0, images: 0 }

  expect(cachedCostUsd(pricing, long, 1)).toBeCloseTo(200_000 * 7.5e-6 + 100_000 * 0.6e-6, 9)
  expect(cacheSavingUsd(pricing, long)).toBeCloseTo(100_000 * 5.4e-6, 9)
})

test('whenever more is cached, the cost does not rise, the saving does not fall, and fewer tokens are read anew', () => {
  fc.assert(
    fc.property(cachePricings, usages, share, share, (prices, more, part, written) => {
      const less = { ...more, cachedTokens: more.cachedTokens * part }
      const costUsd = cachedCostUsd(prices, less, written)

      expect(cachedCostUsd(prices, more, written)).toBeLessThanOrEqual(costUsd * (1 + 1e-12))
      expect(cacheSavingUsd(prices, more)).toBeGreaterThanOrEqual(cacheSavingUsd(prices, less))
      expect(uncachedTokens(more)).toBeLessThanOrEqual(uncachedTokens(less))
      expect(uncachedTokens(more)).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('whenever reading is cheaper, the saving is the difference to the same request without a cache', () => {
  fc.assert(
    fc.property(cachePricings, usages, (prices, usage) => {
      const withoutUsd = expectedCostUsd(prices, { ...usage, cachedTokens: 0 })

      expect(cacheSavingUsd(prices, usage)).toBeCloseTo(withoutUsd - expectedCostUsd(prices, usage), 9)
    }),
  )
})

test('a conversation that is cached elsewhere never costs less than one that is not', () => {
  fc.assert(
    fc.property(pricings, usages, (prices, usage) => {
      expect(cachedCostUsd(prices, usage, 1)).toBeGreaterThanOrEqual(expectedCostUsd(prices, usage))
    }),
  )
})

test('where reading from the cache is not cheaper, nothing is saved and nothing is pinned', () => {
  const dear = { promptPicoUsd: 1_000_000, completionPicoUsd: 1_000_000 }
  for (const prices of [
    dear,
    { ...dear, cacheReadPicoUsd: 1_000_000 },
    { ...dear, cacheReadPicoUsd: 2_000_000 },
  ]) {
    expect(cacheSavingUsd(prices, warm)).toBe(0)
  }
  expect(pinsFirstPick(0, 0)).toBe(false)
})

test('the first pick is pinned from a fifth of the answer’s cost on, and scaling all money changes nothing', () => {
  expect(pinsFirstPick(0.0021, 0.01)).toBe(true)
  expect(pinsFirstPick(0.002, 0.01)).toBe(false)
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 20 }),
      (saving, cost, power) => {
        expect(pinsFirstPick(saving * 2 ** power, cost * 2 ** power)).toBe(pinsFirstPick(saving, cost))
      },
    ),
  )
})

test('a warm cache outweighs a price a third lower, until its endpoint fails too often', () => {
  const cheaper: Pricing = { ...pricing, promptPicoUsd: 2_000_000, cacheWritePicoUsd: 2_500_000 }
  const indexAt = (prices: Pricing, usage: typeof cold, early: number): number => {
    const answerUsd = cachedCostUsd(prices, usage, 1)
    const failureUsd = cachedCostUsd(prices, { ...usage, outputTokens: 0 }, 1)
    const rates = { success: 0.99 - early, early, late: 0.01 }
    return indexUsd({ ...rates, answerUsd, earlyFailureUsd: failureUsd, lateFailureUsd: answerUsd + 0.01 })
  }

  expect(indexAt(pricing, warm, 0.01)).toBeLessThan(indexAt(cheaper, cold, 0.01))
  expect(indexAt(pricing, warm, 0.8)).toBeGreaterThan(indexAt(cheaper, cold, 0.01))
})
