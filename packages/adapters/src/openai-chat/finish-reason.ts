/**
 * What providers of other families write as the reason that an answer ended, behind a façade of this wire format, and what that means in
 * it. Sources: Google's `FinishReason`, Anthropic's `stop_reason`, Cohere's `finish_reason`, vLLM and text-generation-inference.
 */
const reasons: ReadonlyMap<string, string> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['LANGUAGE', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
  ['COMPLETE', 'stop'],
  ['TOOL_CALL', 'tool_calls'],
  ['model_length', 'length'],
  ['eos', 'stop'],
  ['eos_token', 'stop'],
])

/** A choice with its reason in the words of this format. */
export interface NamedReason {
  readonly finish_reason: string
  /** What the provider wrote; the name is OpenRouter's. */
  readonly native_finish_reason: string
}

/** Returns a provider's reason in the words of this format, beside its own; nothing if those are one, or nobody knows it. */
export function namedReason(reason: unknown): NamedReason | undefined {
  if (typeof reason !== 'string') return undefined
  const name = reasons.get(reason)
  return name === undefined ? undefined : { finish_reason: name, native_finish_reason: reason }
}
