import type { ChatChunk, ChatChunkChoice, ChatDelta } from '@nextbest/core'
import { chunkOf } from './chunks-of.ts'
import { contentOfParts } from './content-parts.ts'
import { namedReason } from './finish-reason.ts'
import { toCompletion } from './to-completion.ts'
import { isObject, type WireAnswer, type WireChoice, type WireMessage, withEnvelope } from './wire-answer.ts'

/**
 * Returns what a provider sent as a chunk: the same object if it is one, else a copy with its missing fields filled in;
 * a whole completion becomes one chunk. Nothing if a choice is neither.
 */
export function toChunk(answer: WireAnswer): ChatChunk | undefined {
  const choices: readonly unknown[] = Array.isArray(answer.choices) ? answer.choices : []
  if (!choices.every(isWireChoice)) return undefined
  if (choices.some(isWhole)) {
    const completion = toCompletion(answer)
    return completion === undefined ? undefined : chunkOf(completion)
  }
  return withEnvelope(
    answer,
    'chat.completion.chunk',
    choices.every(isChoice) ? choices : choices.map(toChoice),
  )
}

function isWireChoice(choice: unknown): choice is WireChoice {
  return isObject(choice)
}

function isWhole({ message, delta }: WireChoice): boolean {
  return isObject(message) && !isObject(delta)
}

function isChoice(choice: WireChoice): choice is WireChoice & ChatChunkChoice {
  return (
    typeof choice.index === 'number' &&
    isDelta(choice.delta) &&
    !hasParts(choice.delta) &&
    namedReason(choice.finish_reason) === undefined
  )
}

function toChoice(choice: WireChoice, position: number): ChatChunkChoice {
  const { index, delta, finish_reason } = choice
  return {
    ...choice,
    index: typeof index === 'number' ? index : position,
    delta: isDelta(delta) ? toDelta(delta) : {},
    finish_reason: typeof finish_reason === 'string' ? finish_reason : null,
    ...namedReason(finish_reason),
  }
}

function isDelta(value: unknown): value is ChatDelta {
  return isObject(value)
}

function toDelta(delta: ChatDelta): ChatDelta {
  return hasParts(delta) ? { ...delta, ...contentOfParts(delta.content) } : delta
}

function hasParts(delta: WireMessage): delta is { readonly content: readonly unknown[] } {
  return Array.isArray(delta.content)
}
