import { outputCharacters } from '@nextbest/core'
import type { AttemptHandle, StreamPart } from '@nextbest/adapters'
import type { ChatChunk, ChatCompletion, TokenUsage } from '@nextbest/core'
import type { FleetEndpoint } from '../fleet.ts'
import type { Admission } from './admission.ts'

/** Chunks without content that are kept until the first content comes; more than these are dropped. */
const heldChunks = 64

/** Characters of text that are taken for one token where a provider reports no usage. */
const charactersPerToken = 4

/** What a running attempt has brought so far. */
export class AttemptRun {
  readonly number: number
  readonly endpoint: FleetEndpoint
  readonly admission: Admission
  readonly startedAtMs: number
  handle: AttemptHandle | undefined
  firstTokenAtMs: number | undefined
  completion: ChatCompletion | undefined
  #usage: TokenUsage | undefined
  #characters = 0
  #held: ChatChunk[] = []

  constructor(start: Pick<AttemptRun, 'number' | 'endpoint' | 'admission' | 'startedAtMs'>) {
    this.number = start.number
    this.endpoint = start.endpoint
    this.admission = start.admission
    this.startedAtMs = start.startedAtMs
  }

  /** Takes note of a chunk's usage and size. */
  observe(part: StreamPart & { readonly type: 'chunk' }): void {
    if (part.usage !== undefined) this.#usage = part.usage
    if (!part.content) return
    for (const choice of part.chunk.choices) this.#characters += outputCharacters(choice.delta)
  }

  /** Takes a whole answer. */
  complete(completion: ChatCompletion, usage: TokenUsage | undefined): void {
    this.completion = completion
    this.#usage = usage
    for (const choice of completion.choices) this.#characters += outputCharacters(choice.message)
  }

  /** Keeps a chunk that came before any content. */
  hold(chunk: ChatChunk): void {
    if (this.#held.length < heldChunks) this.#held.push(chunk)
  }

  /** Gives up the kept chunks, in order. */
  release(): readonly ChatChunk[] {
    const held = this.#held
    this.#held = []
    return held
  }

  /** Output tokens as reported, or estimated from what came. */
  get outputTokens(): number {
    return this.#usage?.completionTokens ?? Math.ceil(this.#characters / charactersPerToken)
  }

  /** Usage as reported; else an estimate over the prompt's and what came. */
  usage(promptTokens: number): TokenUsage {
    return this.#usage ?? estimatedUsage(promptTokens, this.outputTokens)
  }

  get usageReported(): boolean {
    return this.#usage !== undefined
  }
}

function estimatedUsage(promptTokens: number, completionTokens: number): TokenUsage {
  return {
    promptTokens,
    completionTokens,
    cachedPromptTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: 'estimated',
  }
}
