import type { ProviderProfile } from './provider-profile.ts'
import type { WorldRequest } from './traffic.ts'

/** What a provider remembers of conversations: their last prompt, for a few minutes. */
export class PromptCache {
  readonly #keptMs: number
  readonly #sessions = new Map<number, { readonly tokens: number; readonly untilMs: number }>()

  constructor({ cache }: ProviderProfile) {
    this.#keptMs = cache?.keptMs ?? 0
  }

  /** Returns how many tokens of a prompt are cached. */
  cachedTokens({ session, promptTokens }: WorldRequest, nowMs: number): number {
    const kept = session === undefined ? undefined : this.#sessions.get(session.id)
    if (kept === undefined || kept.untilMs <= nowMs) return 0
    return Math.min(kept.tokens, promptTokens)
  }

  /** Keeps a prompt that was read. A conversation has one entry, so the map is bounded by the world's conversations. */
  read({ session, promptTokens }: WorldRequest, nowMs: number): void {
    if (session === undefined || this.#keptMs === 0) return
    this.#sessions.set(session.id, { tokens: promptTokens, untilMs: nowMs + this.#keptMs })
  }
}
