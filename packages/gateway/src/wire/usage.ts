import type { TokenUsage, WireUsage } from '@nextbest/core'

/** Usage as OpenAI has it, with the cost that OpenRouter adds. */
export interface CostedUsage extends WireUsage {
  /** US dollars for the whole call, failed attempts that may have been billed included. */
  readonly cost: number
}

/** Returns the usage of an answer: counts as the router settled them, whatever else the provider reported beside them. */
export function costedUsage(
  usage: TokenUsage,
  costNanoUsd: number,
  reported?: WireUsage | null,
): CostedUsage {
  return {
    ...reported,
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: {
      ...reported?.prompt_tokens_details,
      cached_tokens: usage.cachedPromptTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    completion_tokens_details: {
      ...reported?.completion_tokens_details,
      reasoning_tokens: usage.reasoningTokens,
    },
    cost: usdOfNano(costNanoUsd),
  }
}

/** Returns US dollars. */
export function usdOfNano(nanoUsd: number): number {
  return nanoUsd / 1e9
}
