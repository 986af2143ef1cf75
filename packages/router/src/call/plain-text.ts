import { hasContent } from '@nextbest/core'
import type { ChatChunk } from '@nextbest/core'

/** Returns the text that a chunk adds to the one choice of an answer; nothing if it brings anything that is not text of it. */
export function plainTextOf({ choices }: ChatChunk): string | undefined {
  let text = ''
  for (const { index, delta } of choices) {
    const { content, ...rest } = delta
    if (index !== 0 || hasContent(rest)) return undefined
    if (typeof content === 'string') text += content
    else if (content !== null && content !== undefined) return undefined
  }
  return text
}

/** Returns a chunk with other text. */
export function withText(chunk: ChatChunk, text: string): ChatChunk {
  const [choice] = chunk.choices
  if (choice === undefined) return chunk
  return { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, content: text } }] }
}

/** Whether a chunk says why the answer ended. */
export function isFinish({ choices }: ChatChunk): boolean {
  return choices.some((choice) => choice.finish_reason !== undefined && choice.finish_reason !== null)
}
