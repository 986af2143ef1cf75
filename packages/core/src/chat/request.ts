/**
 * The neutral request is OpenAI's chat-completions request, field for field and in its own spelling, with the routing
 * fields of OpenRouter beside it. It is the one shape that every client already sends, so nothing is lost or renamed on
 * the way in. Fields that are not named here travel on unchanged.
 */
export interface ChatRequest {
  /** What to ask: `author/slug`, perhaps with a suffix such as `:floor`. */
  readonly model: string
  /** The conversation so far, oldest first; at least one message. */
  readonly messages: readonly ChatMessage[]
  /** Whether the answer is wanted as chunks. `router.chat` and `router.stream` set it themselves. */
  readonly stream?: boolean | null
  readonly stream_options?: { readonly include_usage?: boolean } | null

  /** Largest number of output tokens, reasoning included. The older spelling of `max_completion_tokens`. */
  readonly max_tokens?: number | null
  /** Largest number of output tokens, reasoning included. Wins over `max_tokens`. */
  readonly max_completion_tokens?: number | null
  /** How many answers to generate, 1 unless given. */
  readonly n?: number | null
  readonly temperature?: number | null
  readonly top_p?: number | null
  readonly top_k?: number | null
  readonly min_p?: number | null
  readonly top_a?: number | null
  readonly frequency_penalty?: number | null
  readonly presence_penalty?: number | null
  readonly repetition_penalty?: number | null
  readonly seed?: number | null
  readonly stop?: string | readonly string[] | null
  readonly logit_bias?: Readonly<Record<string, number>> | null
  readonly logprobs?: boolean | null
  readonly top_logprobs?: number | null

  readonly tools?: readonly Tool[] | null
  readonly tool_choice?: ToolChoice | null
  readonly parallel_tool_calls?: boolean | null
  readonly response_format?: ResponseFormat | null
  readonly modalities?: readonly string[] | null
  readonly prediction?: unknown
  readonly web_search_options?: unknown
  readonly verbosity?: string | null

  readonly reasoning_effort?: string | null
  readonly reasoning?: ReasoningOptions | null
  readonly include_reasoning?: boolean | null

  readonly user?: string | null
  readonly session_id?: string | null
  readonly prompt_cache_key?: string | null
  readonly metadata?: Readonly<Record<string, string>> | null
}

export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage

export interface SystemMessage {
  readonly role: 'system' | 'developer'
  readonly content: string | readonly ContentPart[]
  readonly name?: string
}

export interface UserMessage {
  readonly role: 'user'
  readonly content: string | readonly ContentPart[]
  readonly name?: string
}

export interface AssistantMessage {
  readonly role: 'assistant'
  readonly content?: string | readonly ContentPart[] | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly ToolCall[]
  readonly name?: string
  /** Reasoning of an earlier answer, as DeepSeek and others want it back. */
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
  readonly reasoning_details?: readonly unknown[] | null
}

export interface ToolMessage {
  readonly role: 'tool'
  readonly content: string | readonly ContentPart[]
  readonly tool_call_id: string
}

/** One part of a message. Types that are not named here travel on unchanged and count as text by their bytes. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string; readonly cache_control?: unknown }
  | { readonly type: 'refusal'; readonly refusal: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } }
  | { readonly type: 'input_audio'; readonly input_audio: { readonly data: string; readonly format: string } }
  | { readonly type: 'video_url'; readonly video_url: { readonly url: string } }
  | {
      readonly type: 'file'
      readonly file: { readonly file_data?: string; readonly file_id?: string; readonly filename?: string }
    }

/** A tool that the model may call. */
export interface Tool {
  readonly type: string
  readonly function?: {
    readonly name: string
    readonly description?: string
    readonly parameters?: unknown
    readonly strict?: boolean | null
  }
}

export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly type: string; readonly function?: { readonly name: string } }

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly json_schema: JsonSchemaFormat }

export interface JsonSchemaFormat {
  readonly name: string
  readonly description?: string
  readonly schema?: unknown
  readonly strict?: boolean | null
}

/** OpenRouter's one spelling of the many reasoning switches. */
export interface ReasoningOptions {
  readonly effort?: string | null
  readonly max_tokens?: number | null
  readonly exclude?: boolean | null
  readonly enabled?: boolean | null
}

/** A tool call in an answer, complete or, in a chunk, a piece of one. */
export interface ToolCall {
  readonly id: string
  readonly type: string
  readonly function: { readonly name: string; readonly arguments: string }
}
