import type { ChatAnswer, ChatCompletion, ChatRequest } from '@nextbest/core'

/**
 * Returns whether the tool calls and the JSON of an answer can be read, or nothing where it has neither: what an endpoint's
 * quality is judged by. A refusal, and an answer that was cut at the length that the caller asked for, say nothing.
 */
export function validityOf(request: ChatRequest, { choices }: ChatCompletion): boolean | undefined {
  const texts = choices
    .filter((choice) => choice.finish_reason !== 'length' && !choice.message.refusal)
    .flatMap((choice) => jsonTextsOf(request, choice.message))
  return texts.length === 0 ? undefined : texts.every(isJson)
}

function jsonTextsOf(
  { response_format: format }: ChatRequest,
  { content, tool_calls: calls }: ChatAnswer,
): string[] {
  const wantsJson = format?.type === 'json_object' || format?.type === 'json_schema'
  // A tool without parameters is called with nothing by some models.
  const called = (calls ?? []).map((call) =>
    call.function.arguments === '' ? '{}' : call.function.arguments,
  )
  // Next to tool calls, content is an aside.
  return called.length === 0 && wantsJson ? [content ?? ''] : called
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
