import type {
  ChatChoice,
  ChatChunk,
  ChatChunkChoice,
  ChatCompletion,
  ToolCall,
  ToolCallDelta,
} from '@nextbest/core'

/**
 * Returns a whole answer as the chunks of a stream, for the provider that answers a request for a stream with JSON:
 * one chunk with all that the choices hold and, where usage is known, one without choices that reports it.
 */
export function chunksOf(completion: ChatCompletion): readonly ChatChunk[] {
  const { usage, ...rest } = completion
  const answer = chunkOf(rest)
  return usage === undefined || usage === null ? [answer] : [answer, { ...answer, choices: [], usage }]
}

/** Returns a whole answer as one chunk. */
export function chunkOf(completion: ChatCompletion): ChatChunk {
  return { ...completion, object: 'chat.completion.chunk', choices: completion.choices.map(toChunkChoice) }
}

function toChunkChoice({ message, ...choice }: ChatChoice): ChatChunkChoice {
  const { tool_calls, ...delta } = message
  // Absent and null are both how providers say that there are none.
  return Array.isArray(tool_calls)
    ? { ...choice, delta: { ...delta, tool_calls: tool_calls.map(toToolCallDelta) } }
    : { ...choice, delta }
}

function toToolCallDelta(call: ToolCall, index: number): ToolCallDelta {
  return { index, ...call }
}
