import { outputBoundOf, outputCharacters } from '@nextbest/core'
import type { AttemptHandle, StreamPart } from '@nextbest/adapters'
import type {
  AttemptKind,
  ChatChunk,
  ChatCompletion,
  Demand,
  FailureEvidence,
  HeadroomReceipt,
  OutputBound,
  TokenUsage,
} from '@nextbest/core'
import type { FleetEndpoint } from '../fleet.ts'
import type { Admission } from './admission.ts'
import { blankChunk, blankCompletion } from './blank-answer.ts'

/** Chunks without content that are kept until the first content comes; more than these are dropped. */
const heldLiveness = 64

/** Chunks that are kept when content is held back, which the call machine ends before half of that. */
const heldChunks = 8_192

const mostModelCharacters = 200

/** Characters of text that are taken for one token where a provider reports no usage. */
const charactersPerToken = 4

/** How an attempt begins. */
export interface AttemptStart extends Pick<
  AttemptRun,
  'number' | 'kind' | 'endpoint' | 'admission' | 'startedAtMs'
> {
  readonly demand: Pick<Demand, 'maxOutputTokens' | 'choices' | 'stream'>
}

/** What a running attempt has brought so far. */
export class AttemptRun {
  readonly number: number
  readonly kind: AttemptKind
  readonly endpoint: FleetEndpoint
  readonly admission: Admission
  readonly startedAtMs: number
  handle: AttemptHandle | undefined
  /** What it was debited of its provider's limits, where those are known. */
  receipt: HeadroomReceipt | undefined
  firstTokenAtMs: number | undefined
  /** Whether its output is the call's; the endpoint's breaker was told of a success then. */
  committed = false
  completion: ChatCompletion | undefined
  /** Whether the provider's filter ended the answer. */
  filtered = false
  readonly #bound: OutputBound
  readonly #stream: boolean
  #usage: TokenUsage | undefined
  #model: string | undefined
  #characters = 0
  #pieces = 0
  #held: ChatChunk[] = []

  constructor(start: AttemptStart) {
    this.#bound = outputBoundOf(start.demand, start.endpoint.endpoint)
    this.#stream = start.demand.stream
    this.number = start.number
    this.kind = start.kind
    this.endpoint = start.endpoint
    this.admission = start.admission
    this.startedAtMs = start.startedAtMs
  }

  /** Takes note of a chunk's usage, size and end. */
  observe(part: StreamPart & { readonly type: 'chunk' }): void {
    if (part.usage !== undefined) this.#usage = part.usage
    if (part.content) this.#pieces += 1
    this.#model ??= part.chunk.model
    for (const choice of part.chunk.choices) {
      if (part.content) this.#characters += outputCharacters(choice.delta)
      if (choice.finish_reason === 'content_filter') this.filtered = true
    }
  }

  /** The model that the answer says it is of, if that is not the one that was asked for: at most 200 characters. */
  get servedModel(): string | undefined {
    const model = this.#model?.slice(0, mostModelCharacters)
    if (model === undefined || model === '') return undefined
    return model === this.endpoint.endpoint.upstreamModel ? undefined : model
  }

  /** Whether more has come than any answer to this request can have. */
  get isEndless(): boolean {
    return this.#pieces > this.#bound.pieces || this.#characters > this.#bound.characters
  }

  /** Takes a whole answer. */
  complete(completion: ChatCompletion, usage: TokenUsage | undefined): void {
    this.completion = completion
    this.#usage = usage
    this.#model = completion.model
    for (const choice of completion.choices) {
      this.#characters += outputCharacters(choice.message)
      if (choice.finish_reason === 'content_filter') this.filtered = true
    }
  }

  /** Takes an answer that is whole and blank, should nobody have more to say. */
  completeBlank({ completion, usage }: Extract<FailureEvidence, { readonly type: 'empty' }>): void {
    const model = this.endpoint.endpoint.upstreamModel
    if (!this.#stream) this.complete(completion ?? blankCompletion(model), usage)
    else if (this.#held.length === 0) this.#held.push(blankChunk(model))
  }

  /** Keeps a chunk that came before any content. */
  holdLiveness(chunk: ChatChunk): void {
    if (this.#held.length < heldLiveness) this.#held.push(chunk)
  }

  /** Keeps a chunk until the attempt is committed. */
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
