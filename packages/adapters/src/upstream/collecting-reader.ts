import { CompletionAssembler, type FailureEvidence, type TokenUsage } from '@nextbest/core'
import type { BodyReader, ReadingPlan, Verdict } from './body-reader.ts'
import { StreamReader } from './stream-reader.ts'

/** Reads a stream where none was asked for: its chunks are put together to one answer. */
export class CollectingReader implements BodyReader {
  readonly #maxBytes: number
  readonly #stream: StreamReader
  /** Its own bound is the largest: what is bounded here is the bytes. */
  readonly #assembler = new CompletionAssembler({ maxCharacters: 536_870_912 })
  #bytes = 0
  #usage: TokenUsage | undefined

  constructor(plan: Omit<ReadingPlan, 'tellPart'>) {
    this.#maxBytes = plan.limits.maxAnswerBytes
    this.#stream = new StreamReader(plan, ({ chunk, usage }) => {
      this.#assembler.add(chunk)
      this.#usage = usage ?? this.#usage
    })
  }

  push(bytes: Uint8Array): Verdict | undefined {
    this.#bytes += bytes.length
    if (this.#bytes <= this.#maxBytes) return this.#answer(this.#stream.push(bytes))
    const detail = `an answer of more than ${this.#maxBytes} bytes`
    return { type: 'failure', evidence: { type: 'malformed', detail } }
  }

  end(): Verdict {
    return this.#answer(this.#stream.end())
  }

  cut(evidence: FailureEvidence): Verdict {
    return this.#answer(this.#stream.cut(evidence))
  }

  #answer<V extends Verdict | undefined>(verdict: V): V | Verdict {
    const completion = verdict?.type === 'whole' ? this.#assembler.completion() : undefined
    return completion === undefined ? verdict : { type: 'answer', completion, usage: this.#usage }
  }
}
