import { type ChatCompletion, type FailureEvidence, hasContent, type TokenUsage } from '@nextbest/core'
import type { Adapter } from '../adapter.ts'
import { chunksOf } from '../openai-chat/chunks-of.ts'
import { type BodyReader, BoundedBytes, type TellPart, type Verdict } from './body-reader.ts'

/** Reads an answer that is not a stream. Where one was asked for, it is told as the chunks of one. */
export class AnswerReader implements BodyReader {
  readonly #adapter: Adapter
  readonly #maxBytes: number
  readonly #bytes: BoundedBytes
  readonly #tellPart: TellPart | undefined

  constructor(adapter: Adapter, maxBytes: number, tellPart: TellPart | undefined) {
    this.#adapter = adapter
    this.#maxBytes = maxBytes
    this.#bytes = new BoundedBytes(maxBytes)
    this.#tellPart = tellPart
  }

  push(bytes: Uint8Array): Verdict | undefined {
    if (this.#bytes.add(bytes)) return undefined
    return {
      type: 'failure',
      evidence: { type: 'malformed', detail: `an answer of more than ${this.#maxBytes} bytes` },
    }
  }

  end(): Verdict {
    const decoded = this.#adapter.decode(this.#bytes.text())
    if (decoded.type === 'failure' || this.#tellPart === undefined) return decoded
    tellChunks(decoded.completion, decoded.usage, this.#tellPart)
    return { type: 'whole' }
  }

  cut(evidence: FailureEvidence): Verdict {
    return { type: 'failure', evidence }
  }
}

function tellChunks(completion: ChatCompletion, usage: TokenUsage | undefined, tellPart: TellPart): void {
  const chunks = chunksOf(completion)
  chunks.forEach((chunk, index) => {
    const content = chunk.choices.some(({ delta }) => hasContent(delta))
    const isLast = index === chunks.length - 1
    tellPart({ type: 'chunk', chunk, content, ...(isLast && usage !== undefined ? { usage } : undefined) })
  })
}
