import { expectedCostUsd, priceOf } from '../catalog/cost.ts'
import type { ExpectedUsage } from '../catalog/cost.ts'
import type { Pricing } from '../catalog/pricing.ts'

/** Part of the cost of an answer that a warm cache must save, for the first pick not to be random. Source: choice. */
const pinnedShare = 0.2

const usdPerPicoUsd = 1e-12

/**
 * Returns the tokens of the prompt that the endpoint must read anew: those that its time to the first token depends on.
 */
export function uncachedTokens({ promptTokens, cachedTokens = 0 }: ExpectedUsage): number {
  return Math.max(0, promptTokens - cachedTokens)
}

/**
 * Returns what a request is expected to cost, in US dollars: of `n` prompt tokens `c` are read from the cache, and a share
 * of the rest is written to it, at the write price where that is higher:
 * `c * read price + (n - c) * (price + writtenShare * (write price - price))`.
 *
 * @param writtenShare - 0..1: the largest share of this prompt that any endpoint is expected to have cached. A conversation
 *   that is cached somewhere is so wherever it goes, and a cold start elsewhere has its full price.
 */
export function cachedCostUsd(pricing: Pricing, usage: ExpectedUsage, writtenShare: number): number {
  const costUsd = expectedCostUsd(pricing, usage)
  if (writtenShare === 0) return costUsd
  const { promptPicoUsd, cacheWritePicoUsd = promptPicoUsd } = priceOf(pricing, usage.promptTokens)
  const premiumPicoUsd = Math.max(0, cacheWritePicoUsd - promptPicoUsd)
  return costUsd + uncachedTokens(usage) * writtenShare * premiumPicoUsd * usdPerPicoUsd
}

/**
 * Returns what the cached tokens save at the prices of the endpoint, in US dollars: `c * (price - read price)`; 0 where
 * reading from the cache is not cheaper.
 */
export function cacheSavingUsd(pricing: Pricing, { promptTokens, cachedTokens = 0 }: ExpectedUsage): number {
  const { promptPicoUsd, cacheReadPicoUsd = promptPicoUsd } = priceOf(pricing, promptTokens)
  const savedPicoUsd = Math.max(0, promptPicoUsd - cacheReadPicoUsd)
  return Math.min(cachedTokens, promptTokens) * savedPicoUsd * usdPerPicoUsd
}

/**
 * Returns whether the endpoint with the lowest index is to be taken for certain, instead of with its probability: when its
 * cache saves more than 20 % of what an answer costs there (`s`, time included). Drawing another one now and then would
 * lose that each time. As long as the index decides which endpoint this is, it never pins a call to one that fails or is
 * slow.
 */
export function pinsFirstPick(savingUsd: number, answerUsd: number): boolean {
  return savingUsd > pinnedShare * answerUsd
}
