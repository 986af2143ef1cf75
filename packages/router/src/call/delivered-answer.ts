import { DeliveredText } from '@nextbest/core'
import type { ChatChunk, ChatRequest } from '@nextbest/core'
import type { PreparedCall } from '../prepare-call.ts'
import { plainTextOf } from './plain-text.ts'

/** Whether another attempt may go on with the answer when it breaks off: its caller allows that, and one choice of plain text is expected. */
export function mayBeContinued({ request, options }: Pick<PreparedCall, 'request' | 'options'>): boolean {
  return options.continueBroken === true && isContinuable(request)
}

function isContinuable({ n, logprobs, response_format: format, stream }: ChatRequest): boolean {
  const structured = format !== undefined && format !== null && format.type !== 'text'
  return stream === true && (n ?? 1) === 1 && logprobs !== true && !structured
}

/** What of an answer was delivered, as far as another attempt may go on with it. */
export class DeliveredAnswer {
  readonly #kept = new DeliveredText()
  #isText = true

  /** Takes a chunk that is delivered. Returns whether the answer can still be gone on with. */
  add(chunk: ChatChunk): boolean {
    if (!this.#isText) return false
    const text = plainTextOf(chunk)
    this.#isText = text !== undefined && this.#kept.add(text)
    return this.#isText
  }

  /** The text that was delivered; nothing once the answer cannot be gone on with. */
  get text(): string | undefined {
    return this.#isText ? this.#kept.text : undefined
  }
}
