import { CompletionAssembler } from '../../src/chat/completion-from-chunks.ts'
import type { ChatChunk, ChatCompletion, ChatDelta } from '../../src/chat/completion.ts'

/** A chunk with one delta, and whatever else its choice is to have. */
export function chunk(delta: ChatDelta, more: object = {}): ChatChunk {
  return {
    id: 'id',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  }
}

/** The answer that these chunks make. */
export function assembled(chunks: readonly ChatChunk[], maxCharacters?: number): ChatCompletion | undefined {
  const assembler = new CompletionAssembler(maxCharacters === undefined ? {} : { maxCharacters })
  for (const one of chunks) assembler.add(one)
  return assembler.completion()
}
