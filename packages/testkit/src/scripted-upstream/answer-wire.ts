import type { ChatCompletion, ChatChunk, ChatDelta } from '@nextbest/core'
import type { Answer } from './answer.ts'

/** Returns an answer as one body. */
export function completionOf(answer: Answer): ChatCompletion {
  const { id, created, model, content, reasoning, toolCalls, usage } = answer
  const message = {
    role: 'assistant' as const,
    content: content === '' ? null : content,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  }
  const choices = Array.from({ length: answer.choices }, (_, index) => ({
    index,
    message,
    logprobs: null,
    finish_reason: answer.finishReason,
  }))
  return { id, object: 'chat.completion', created, model, choices, ...(usage !== undefined && { usage }) }
}

/** Returns the event that ends a stream. */
export const doneEvent = 'data: [DONE]\n\n'

/** Returns a value as one server-sent event; a string is sent as it is. */
export function eventOf(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
}

/** Returns the events that add a delta to each choice of an answer. */
export function deltaEvents(answer: Answer, delta: ChatDelta): string {
  return choiceEvents(answer, delta, null)
}

/** Returns the events that finish each choice of an answer. */
export function finishEvents(answer: Answer): string {
  return choiceEvents(answer, {}, answer.finishReason)
}

/** Returns the event that reports usage, after all choices. */
export function usageEvent(answer: Answer): string {
  return answer.usage === undefined ? '' : eventOf({ ...chunkHead(answer), choices: [], usage: answer.usage })
}

function choiceEvents(answer: Answer, delta: ChatDelta, finishReason: string | null): string {
  let events = ''
  for (let index = 0; index < answer.choices; index++) {
    events += eventOf({ ...chunkHead(answer), choices: [{ index, delta, finish_reason: finishReason }] })
  }
  return events
}

function chunkHead({ id, created, model }: Answer): Omit<ChatChunk, 'choices'> {
  return { id, object: 'chat.completion.chunk', created, model }
}
