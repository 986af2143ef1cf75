import type { TokenUsage } from '../chat/usage.ts'
import type { Pricing, TokenPrices } from './pricing.ts'

/** What was used of an endpoint: integers of at least 0. */
export interface BilledUsage extends Pick<
  TokenUsage,
  'promptTokens' | 'completionTokens' | 'cachedPromptTokens' | 'cacheWriteTokens'
> {
  /** Images in the prompt. Default: 0. */
  readonly images?: number
}

/** What a request is expected to use of an endpoint. */
export interface ExpectedUsage {
  readonly promptTokens: number
  readonly outputTokens: number
  /** Images in the prompt. */
  readonly images: number
  /** The part of the prompt that the endpoint is expected to have cached. Default: 0. */
  readonly cachedTokens?: number
}

const picoPerNano = 1_000

/** Returns the prices for a prompt: those of the highest tier that it exceeds, else the base prices. */
export function priceOf(pricing: Pricing, promptTokens: number): TokenPrices {
  let prices: TokenPrices = pricing
  let above = -1
  for (const tier of pricing.tiers ?? []) {
    if (promptTokens <= tier.abovePromptTokens || tier.abovePromptTokens <= above) continue
    prices = tier
    above = tier.abovePromptTokens
  }
  return prices
}

/**
 * Returns what a usage costs, in whole nano-dollars: exact, and rounded half up once, after all parts are added. Exact as long
 * as it is below 2^53 nano-dollars, about nine million US dollars.
 */
export function costNanoUsd(pricing: Pricing, usage: BilledUsage): number {
  const { promptTokens, completionTokens, cachedPromptTokens, cacheWriteTokens, images = 0 } = usage
  const prices = priceOf(pricing, promptTokens)
  const { promptPicoUsd, cacheReadPicoUsd = promptPicoUsd, cacheWritePicoUsd = promptPicoUsd } = prices
  const freshTokens = Math.max(0, promptTokens - cachedPromptTokens - cacheWriteTokens)
  const tokensBy = (partOf: (pricePicoUsd: number) => number): number =>
    freshTokens * partOf(promptPicoUsd) +
    cachedPromptTokens * partOf(cacheReadPicoUsd) +
    cacheWriteTokens * partOf(cacheWritePicoUsd) +
    completionTokens * partOf(prices.completionPicoUsd)
  const fixedNanoUsd = (pricing.requestNanoUsd ?? 0) + images * (pricing.imageNanoUsd ?? 0)
  // Whole nano-dollars and the rest apart, so that no product leaves the exact integers.
  const rounded = tokensBy(restPicoUsd) + picoPerNano / 2
  return fixedNanoUsd + tokensBy(wholeNanoUsd) + (rounded - (rounded % picoPerNano)) / picoPerNano
}

function wholeNanoUsd(pricePicoUsd: number): number {
  return Math.floor(pricePicoUsd / picoPerNano)
}

function restPicoUsd(pricePicoUsd: number): number {
  return pricePicoUsd % picoPerNano
}

/** Returns what a request is expected to cost, in US dollars as a float: for comparisons, not for accounts. */
export function expectedCostUsd(pricing: Pricing, usage: ExpectedUsage): number {
  const { promptTokens, outputTokens, images } = usage
  const prices = pricing.tiers === undefined ? pricing : priceOf(pricing, promptTokens)
  const cachedTokens = Math.min(usage.cachedTokens ?? 0, promptTokens)
  const cacheReadPicoUsd = prices.cacheReadPicoUsd ?? prices.promptPicoUsd
  const picoUsd =
    (promptTokens - cachedTokens) * prices.promptPicoUsd +
    cachedTokens * cacheReadPicoUsd +
    outputTokens * prices.completionPicoUsd
  const nanoUsd = (pricing.requestNanoUsd ?? 0) + images * (pricing.imageNanoUsd ?? 0)
  return picoUsd * 1e-12 + nanoUsd * 1e-9
}
