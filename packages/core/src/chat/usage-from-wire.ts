import type { TokenUsage, WireUsage } from './usage.ts'
import { fieldOf, isObject, numberOf } from './wire-value.ts'

/**
 * Returns a provider's usage in our words, or nothing where it states no tokens. Counts are taken as integers of at least 0: numbers in
 * strings count, fractions are dropped, what is negative or not finite is 0. Parts never exceed their whole. Output tokens that a
 * provider states beside its reasoning instead of including it are recognised by its total.
 */
export function usageFromWire(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined
  const prompt = countOf(value['prompt_tokens'])
  const completion = countOf(value['completion_tokens'])
  const total = countOf(value['total_tokens'])
  if (prompt === undefined && completion === undefined && total === undefined) return undefined
  const promptTokens = prompt ?? Math.max(0, (total ?? 0) - (completion ?? 0))
  const stated = completion ?? Math.max(0, (total ?? 0) - promptTokens)
  const reasoning = countOf(fieldOf(value['completion_tokens_details'], 'reasoning_tokens')) ?? 0
  const beside = total === promptTokens + stated + reasoning
  const completionTokens = beside ? stated + reasoning : stated
  const cachedPromptTokens = Math.min(cachedOf(value), promptTokens)
  return {
    promptTokens,
    completionTokens,
    cachedPromptTokens,
    cacheWriteTokens: Math.min(cacheWrittenOf(value), promptTokens - cachedPromptTokens),
    reasoningTokens: Math.min(reasoning, completionTokens),
    source: 'reported',
  }
}

/** Returns usage in OpenAI's shape. */
export function usageToWire(usage: TokenUsage): WireUsage {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedPromptTokens,
      ...(usage.cacheWriteTokens > 0 && { cache_write_tokens: usage.cacheWriteTokens }),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  }
}

/** Returns the sum of two usages, an estimate as soon as one of them is. */
export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    cachedPromptTokens: one.cachedPromptTokens + other.cachedPromptTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    source: one.source === 'estimated' ? 'estimated' : other.source,
  }
}

/** OpenAI's place, DeepSeek's and Moonshot's. */
function cachedOf(usage: unknown): number {
  return (
    countOf(fieldOf(fieldOf(usage, 'prompt_tokens_details'), 'cached_tokens')) ??
    countOf(fieldOf(usage, 'prompt_cache_hit_tokens')) ??
    countOf(fieldOf(usage, 'cached_tokens')) ??
    0
  )
}

/** OpenRouter's place, and Anthropic's name for it behind compatible servers. */
function cacheWrittenOf(usage: unknown): number {
  return (
    countOf(fieldOf(fieldOf(usage, 'prompt_tokens_details'), 'cache_write_tokens')) ??
    countOf(fieldOf(usage, 'cache_creation_input_tokens')) ??
    0
  )
}

/** Largest count that is believed, so that sums and prices stay exact: no context is near it. */
const largestCount = 1_000_000_000

function countOf(value: unknown): number | undefined {
  const number = numberOf(value)
  return number === undefined ? undefined : Math.min(largestCount, Math.max(0, Math.floor(number)))
}
