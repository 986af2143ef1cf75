import type { Pricing, PriceTier, TokenPrices } from './pricing.ts'
import { requireInteger } from './require.ts'
import { parseUsd, parseUsdPerMillion } from './usd.ts'

/** Prices as providers publish them: US dollars per million tokens, as numbers or decimal strings, at least 0. */
export interface UsdPerMillion {
  readonly prompt: number | string
  /** Per million output tokens, reasoning included. */
  readonly completion: number | string
  /** Per million prompt tokens read from cache. Default: `prompt`. */
  readonly cacheRead?: number | string
  /** Per million prompt tokens written to cache. Default: `prompt`. */
  readonly cacheWrite?: number | string
}

export interface UsdTier extends UsdPerMillion {
  /** The tier holds for prompts of strictly more tokens than this. An integer of at least 0. */
  readonly abovePromptTokens: number
}

export interface UsdPricing extends UsdPerMillion {
  /** US dollars per request. Default: 0. */
  readonly requestUsd?: number | string
  /** US dollars per image in the prompt. Default: 0. */
  readonly imageUsd?: number | string
  /** Prices for long prompts. Default: none. */
  readonly tiers?: readonly UsdTier[]
}

/**
 * Returns prices as the exact integers that the core counts in. `{ prompt: 0.15, completion: '0.6' }` is 15 US cents for a
 * million prompt tokens and 60 for a million output tokens.
 *
 * @throws RangeError naming the field, its bound and its value when a price is negative, not a finite decimal number, has more
 * than six decimal places (nine for `requestUsd` and `imageUsd`), or when two tiers begin at the same size.
 */
export function pricingFromUsdPerMillion(price: UsdPricing): Pricing {
  return {
    ...tokenPrices(price, 'price'),
    ...(price.requestUsd !== undefined && { requestNanoUsd: parseUsd(price.requestUsd, 'price.requestUsd') }),
    ...(price.imageUsd !== undefined && { imageNanoUsd: parseUsd(price.imageUsd, 'price.imageUsd') }),
    ...(price.tiers !== undefined && { tiers: price.tiers.map(priceTier) }),
  }
}

function priceTier(tier: UsdTier, index: number, tiers: readonly UsdTier[]): PriceTier {
  const field = `price.tiers[${index}]`
  const abovePromptTokens = requireInteger(`${field}.abovePromptTokens`, tier.abovePromptTokens, 0)
  if (tiers.findIndex((other) => other.abovePromptTokens === abovePromptTokens) < index) {
    throw new RangeError(
      `${field}.abovePromptTokens must differ from those of the other tiers, got ${abovePromptTokens}`,
    )
  }
  return { ...tokenPrices(tier, field), abovePromptTokens }
}

function tokenPrices(price: UsdPerMillion, field: string): TokenPrices {
  const { cacheRead, cacheWrite } = price
  return {
    promptPicoUsd: parseUsdPerMillion(price.prompt, `${field}.prompt`),
    completionPicoUsd: parseUsdPerMillion(price.completion, `${field}.completion`),
    ...(cacheRead !== undefined && { cacheReadPicoUsd: parseUsdPerMillion(cacheRead, `${field}.cacheRead`) }),
    ...(cacheWrite !== undefined && {
      cacheWritePicoUsd: parseUsdPerMillion(cacheWrite, `${field}.cacheWrite`),
    }),
  }
}
