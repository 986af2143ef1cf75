import type { ChatAnswer, ChatChoice, ChatCompletion, ChatDelta } from './completion.ts'
import { fieldOf, isObject } from './wire-value.ts'

/** Returns the text of an answer's first choice, empty where it has none. */
export function answerTextOf(completion: Pick<ChatCompletion, 'choices'>): string {
  return contentTextOf(completion.choices[0]?.message.content)
}

/**
 * Whether a message or a piece of one carries content: text, reasoning, a refusal, a tool call, audio or images. A role and empty values
 * are none.
 */
export function hasContent(delta: ChatDelta | ChatAnswer): boolean {
  return (
    filled(delta.content) ||
    filled(delta.reasoning) ||
    filled(delta.reasoning_content) ||
    filled(delta.tool_calls) ||
    filled(delta.refusal) ||
    filled(delta.reasoning_details) ||
    filled(delta.images) ||
    filled(fieldOf(delta.audio, 'data')) ||
    filled(fieldOf(delta.audio, 'transcript')) ||
    isObject(fieldOf(delta, 'function_call'))
  )
}

/**
 * Whether an answer is one: a choice carries content, or ended at the length or the filter, which may leave nothing of it.
 */
export function answerHasContent(completion: Pick<ChatCompletion, 'choices'>): boolean {
  return completion.choices.some((choice) => hasContent(choice.message) || endedEarly(choice))
}

/**
 * Returns the characters of a message, or of a piece of one, that were generated as text: for estimating output tokens where a provider
 * reports no usage. Reasoning that is sent under two names counts once; audio and images do not count.
 */
export function outputCharacters(delta: ChatDelta | ChatAnswer): number {
  let characters = contentTextOf(delta.content).length + lengthOf(delta.refusal)
  characters += Math.max(lengthOf(delta.reasoning), lengthOf(delta.reasoning_content))
  if (!Array.isArray(delta.tool_calls)) return characters
  for (const call of delta.tool_calls) {
    const called = fieldOf(call, 'function')
    characters += lengthOf(fieldOf(called, 'name')) + lengthOf(fieldOf(called, 'arguments'))
  }
  return characters
}

function endedEarly({ finish_reason: reason }: ChatChoice): boolean {
  return reason === 'length' || reason === 'content_filter'
}

function filled(value: unknown): boolean {
  return (typeof value === 'string' || Array.isArray(value)) && value.length > 0
}

/** Some providers send content as a list of parts. */
function contentTextOf(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map((part) => textOfPart(fieldOf(part, 'text'))).join('') : ''
}

function textOfPart(text: unknown): string {
  return typeof text === 'string' ? text : ''
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 0
}
