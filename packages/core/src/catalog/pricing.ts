/**
 * Prices as integers, so that sums are exact. One dollar per million tokens is one micro-dollar per token, that is
 * 1,000,000 pico-dollars: three decimals of a dollar per million are still whole.
 */
export interface TokenPrices {
  /** Pico-dollars (10^-12 US$) per prompt token. */
  readonly promptPicoUsd: number
  /** Pico-dollars per output token, reasoning included. */
  readonly completionPicoUsd: number
  /** Pico-dollars per prompt token read from cache. Default: `promptPicoUsd`. */
  readonly cacheReadPicoUsd?: number
  /** Pico-dollars per prompt token written to cache. Default: `promptPicoUsd`. */
  readonly cacheWritePicoUsd?: number
}

/** Prices from a prompt size on; the whole request is charged at them. */
export interface PriceTier extends TokenPrices {
  /** The tier holds for prompts of strictly more tokens than this. */
  readonly abovePromptTokens: number
}

/** What an endpoint charges. */
export interface Pricing extends TokenPrices {
  /** Nano-dollars (10^-9 US$) per request. Default: 0. */
  readonly requestNanoUsd?: number
  /** Nano-dollars per image in the prompt. Default: 0, images count as tokens. */
  readonly imageNanoUsd?: number
  /** Higher prices for long prompts; the tier with the largest `abovePromptTokens` that holds applies. */
  readonly tiers?: readonly PriceTier[]
}
