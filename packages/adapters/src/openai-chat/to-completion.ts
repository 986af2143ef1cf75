import type { ChatAnswer, ChatChoice, ChatCompletion } from '@nextbest/core'
import { contentOfParts } from './content-parts.ts'
import { namedReason } from './finish-reason.ts'
import { isObject, type WireAnswer, type WireChoice, type WireMessage, withEnvelope } from './wire-answer.ts'

/**
 * Returns what a provider sent as a completion: the same object if it is one, else a copy with its missing fields
 * filled in; nothing if it has no choices or one of them has no message.
 */
export function toCompletion(answer: WireAnswer): ChatCompletion | undefined {
  if (!Array.isArray(answer.choices) || answer.choices.length === 0) return undefined
  const choices: readonly unknown[] = answer.choices
  if (!choices.every(hasMessage)) return undefined
  return withEnvelope(answer, 'chat.completion', choices.every(isChoice) ? choices : choices.map(toChoice))
}

type ChoiceWithMessage = WireChoice & { readonly message: WireMessage }

function hasMessage(choice: unknown): choice is ChoiceWithMessage {
  return isObject(choice) && 'message' in choice && isObject(choice.message)
}

function isChoice(choice: ChoiceWithMessage): choice is ChoiceWithMessage & ChatChoice {
  const { index, message, finish_reason } = choice
  return (
    typeof index === 'number' &&
    isAnswer(message) &&
    (typeof finish_reason === 'string' || finish_reason === null) &&
    namedReason(finish_reason) === undefined
  )
}

function isAnswer({ role, content }: WireMessage): boolean {
  return role === 'assistant' && (typeof content === 'string' || content === null)
}

function toChoice(choice: ChoiceWithMessage, position: number): ChatChoice {
  const { index, message, finish_reason } = choice
  return {
    ...choice,
    index: typeof index === 'number' ? index : position,
    message: toAnswer(message),
    finish_reason: typeof finish_reason === 'string' ? finish_reason : null,
    ...namedReason(finish_reason),
  }
}

function toAnswer(message: WireMessage): ChatAnswer {
  const { content } = message
  if (Array.isArray(content)) return { ...message, role: 'assistant', ...contentOfParts(content) }
  return { ...message, role: 'assistant', content: typeof content === 'string' ? content : null }
}
