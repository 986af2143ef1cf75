/** Usage as OpenAI-compatible providers report it. */
export interface WireUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number | null
    readonly cache_write_tokens?: number | null
    readonly audio_tokens?: number | null
  } | null
  readonly completion_tokens_details?: {
    readonly reasoning_tokens?: number | null
    readonly audio_tokens?: number | null
    readonly accepted_prediction_tokens?: number | null
    readonly rejected_prediction_tokens?: number | null
  } | null
}

/** Tokens of one attempt or one call, in our own words. All counts are integers of at least 0. */
export interface TokenUsage {
  /** All prompt tokens, cached ones included. */
  readonly promptTokens: number
  /** All output tokens, reasoning included. */
  readonly completionTokens: number
  /** The part of `promptTokens` that was read from the provider's cache. */
  readonly cachedPromptTokens: number
  /** The part of `promptTokens` that was written to the provider's cache. */
  readonly cacheWriteTokens: number
  /** The part of `completionTokens` that was reasoning. */
  readonly reasoningTokens: number
  /** `reported` by the provider, or `estimated` by us because it reported none. */
  readonly source: 'reported' | 'estimated'
}
