import type { ToolCall } from './request.ts'
import type { WireUsage } from './usage.ts'

/** Why the model stopped. Reasons that are not named here are passed through as the provider wrote them. */
export type FinishReason =
  | 'stop'
  | 'length'
  | 'tool_calls'
  | 'content_filter'
  | 'function_call'
  | 'error'
  | (string & {})

/** A whole answer in OpenAI's chat-completions shape. Fields that are not named here travel on unchanged. */
export interface ChatCompletion {
  readonly id: string
  readonly object: 'chat.completion'
  /** Unix seconds. */
  readonly created: number
  /** The model that answered, as the provider names it. */
  readonly model: string
  readonly choices: readonly ChatChoice[]
  readonly usage?: WireUsage
  readonly system_fingerprint?: string | null
  readonly service_tier?: string | null
}

export interface ChatChoice {
  readonly index: number
  readonly message: ChatAnswer
  readonly finish_reason: FinishReason | null
  readonly logprobs?: unknown
}

/** The message of an answer. */
export interface ChatAnswer {
  readonly role: 'assistant'
  readonly content: string | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly ToolCall[]
  /** Reasoning text as DeepSeek, vLLM and others name it. */
  readonly reasoning_content?: string | null
  /** Reasoning text as OpenRouter, Groq and others name it. */
  readonly reasoning?: string | null
  readonly reasoning_details?: readonly unknown[] | null
  readonly annotations?: readonly unknown[]
  readonly audio?: unknown
  readonly images?: readonly unknown[]
}

/** One chunk of a streamed answer. Fields that are not named here travel on unchanged. */
export interface ChatChunk {
  readonly id: string
  readonly object: 'chat.completion.chunk'
  readonly created: number
  readonly model: string
  readonly choices: readonly ChatChunkChoice[]
  readonly usage?: WireUsage | null
  readonly system_fingerprint?: string | null
  readonly service_tier?: string | null
}

export interface ChatChunkChoice {
  readonly index: number
  readonly delta: ChatDelta
  readonly finish_reason?: FinishReason | null
  readonly logprobs?: unknown
}

/** What a chunk adds to one choice. */
export interface ChatDelta {
  readonly role?: string
  readonly content?: string | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly ToolCallDelta[]
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
  readonly reasoning_details?: readonly unknown[] | null
  readonly audio?: unknown
  readonly images?: readonly unknown[]
}

export interface ToolCallDelta {
  readonly index: number
  readonly id?: string
  readonly type?: string
  readonly function?: { readonly name?: string; readonly arguments?: string }
}
