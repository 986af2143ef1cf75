import type { ChatChunk, ChatCompletion } from '@nextbest/core'

/** Returns an answer without content, for a provider that gave one and did not say how. */
export function blankCompletion(model: string): ChatCompletion {
  const choices = [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'stop' }] as const
  return { id: '', object: 'chat.completion', created: 0, model, choices }
}

/** The same as the one chunk of a stream. */
export function blankChunk(model: string): ChatChunk {
  const choices = [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: 'stop' }] as const
  return { id: '', object: 'chat.completion.chunk', created: 0, model, choices }
}
