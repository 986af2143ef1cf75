import { clamp, requireRange } from './range.ts'

/** Options of a cache memory. */
export interface CacheMemoryOptions {
  /** Time for which a provider keeps a prompt after it was last sent, in ms. 1,000..86,400,000. Default: 300,000. */
  readonly ttlMs?: number
  /** Most conversations that are remembered. 2..1,000,000. Default: 10,000. */
  readonly maxConversations?: number
}

/** Time: the default that Anthropic publishes, and the shortest known. Bound: choice, a few MB. */
export const cacheMemoryDefaults: Required<CacheMemoryOptions> = Object.freeze({
  ttlMs: 300_000,
  maxConversations: 10_000,
})

/** A prompt of a conversation and the endpoint that it goes to. */
export interface CacheQuestion {
  /** What names the conversation; see `cacheKeyOf`. */
  readonly key: string
  readonly endpointId: string
  /** All tokens of the prompt, counted the same way each time: estimated always, or reported always. */
  readonly promptTokens: number
}

/** An answered attempt. */
export interface CacheReport extends CacheQuestion {
  /** The part of `promptTokens` that the provider read from its cache. */
  readonly cachedTokens: number
}

/** What one endpoint was sent of one conversation. */
interface SentPrompt {
  readonly endpointId: string
  tokens: number
  hitRate: number
  atMs: number
}

/**
 * Hit rate before a second prompt has shown it, and the share that each prompt moves it by: conversations are short, so
 * that two prompts must tell. Source: choice.
 */
const priorHitRate = 0.5
const hitShare = 0.5

/** Most endpoints that are remembered for a conversation: the oldest gives way. */
const maxEndpoints = 8

/** Largest prompt that is told from larger ones. */
const maxPromptTokens = 1e9

/**
 * How much of a conversation's next prompt each endpoint probably has cached: hit rate times the length of the prompt last
 * sent there, until the provider has forgotten it. The hit rate is a decayed average of the cached share of what could
 * have been cached.
 *
 * Every operation takes constant time. Conversations are kept in two generations: when half of the bound has been recorded
 * since the last change, the older generation leaves. So the last half of the bound that was recorded is always
 * remembered. Reading changes nothing. There is no snapshot: what it knows is worthless minutes later.
 */
export class CacheMemory {
  readonly #ttlMs: number
  readonly #generationSize: number
  #young = new Map<string, SentPrompt[]>()
  #old = new Map<string, SentPrompt[]>()

  constructor(options: CacheMemoryOptions = {}) {
    const { ttlMs, maxConversations } = { ...cacheMemoryDefaults, ...options }
    this.#ttlMs = requireRange('ttlMs', ttlMs, [1_000, 86_400_000])
    this.#generationSize = Math.floor(requireRange('maxConversations', maxConversations, [2, 1_000_000]) / 2)
  }

  /** Conversations that are remembered, at most the bound. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  /**
   * Returns how many tokens of the prompt the endpoint is expected to read from its cache, 0..`promptTokens`; 0 for what
   * it was never sent, or sent too long ago.
   */
  expectedCachedTokens({ key, endpointId, promptTokens }: CacheQuestion, nowMs: number): number {
    const sent = this.#sentTo(key, endpointId)
    return sent === undefined ? 0 : sent.hitRate * this.#keptOf(sent, promptTokens, nowMs)
  }

  /** Learns from an answered attempt. */
  record({ key, endpointId, promptTokens, cachedTokens }: CacheReport, nowMs: number): void {
    const tokens = clamp(promptTokens, 0, maxPromptTokens)
    const sent = this.#sentTo(key, endpointId)
    const prompts = this.#renew(key)
    if (sent === undefined) {
      if (prompts.length >= maxEndpoints) prompts.splice(oldestOf(prompts), 1)
      prompts.push({ endpointId, tokens, hitRate: priorHitRate, atMs: nowMs })
      return
    }
    const kept = this.#keptOf(sent, tokens, nowMs)
    if (kept > 0) sent.hitRate += (clamp(cachedTokens / kept, 0, 1) - sent.hitRate) * hitShare
    sent.tokens = tokens
    sent.atMs = Math.max(sent.atMs, nowMs)
  }

  /** Forgets what an endpoint was sent of a conversation, because it has failed. */
  forget(key: string, endpointId: string): void {
    const prompts = this.#promptsOf(key)
    if (prompts === undefined) return
    const at = prompts.findIndex((sent) => sent.endpointId === endpointId)
    if (at >= 0) prompts.splice(at, 1)
  }

  #promptsOf(key: string): SentPrompt[] | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  #sentTo(key: string, endpointId: string): SentPrompt | undefined {
    return this.#promptsOf(key)?.find((sent) => sent.endpointId === endpointId)
  }

  /** Tokens of the prompt that the provider has seen and had no time to forget. */
  #keptOf(sent: SentPrompt, promptTokens: number, nowMs: number): number {
    return nowMs - sent.atMs < this.#ttlMs ? clamp(promptTokens, 0, sent.tokens) : 0
  }

  /** Moves a conversation to the younger generation, and returns what was sent of it. */
  #renew(key: string): SentPrompt[] {
    const prompts = this.#promptsOf(key) ?? []
    if (this.#young.has(key)) return prompts
    this.#old.delete(key)
    if (this.#young.size >= this.#generationSize) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, prompts)
    return prompts
  }
}

function oldestOf(prompts: readonly SentPrompt[]): number {
  let oldest = 0
  for (const [at, sent] of prompts.entries()) {
    if (sent.atMs < (prompts[oldest]?.atMs ?? Infinity)) oldest = at
  }
  return oldest
}
