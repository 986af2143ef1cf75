import type { FailureEvidence } from '@nextbest/core'
import type { ServerSentEvent, StreamDecoder } from '../adapter.ts'
import { ChoiceProgress } from '../openai-chat/choice-progress.ts'
import { createServerSentEventDecoder, type ServerSentEventDecoder } from '../sse/decoder.ts'
import type { BodyReader, ReadingPlan, TellPart, Verdict } from './body-reader.ts'

/** Reads a stream of events, and judges by their meaning whether it is whole, however the connection ended. */
export class StreamReader implements BodyReader {
  readonly #events: ServerSentEventDecoder
  readonly #decoder: StreamDecoder
  readonly #tellPart: TellPart
  readonly #asked: number
  readonly #choices = new ChoiceProgress()
  #verdict: Verdict | undefined

  constructor({ adapter, maxEventBytes, choices }: Omit<ReadingPlan, 'tellPart'>, tellPart: TellPart) {
    this.#events = createServerSentEventDecoder({ maxEventBytes })
    this.#decoder = adapter.createStreamDecoder()
    this.#asked = choices
    this.#tellPart = tellPart
  }

  get finished(): boolean {
    const { begun, finished } = this.#choices
    return finished === begun && finished >= this.#asked
  }

  push(bytes: Uint8Array): Verdict | undefined {
    const overflow = this.#events.push(bytes, this.#onEvent)
    return this.#verdict ?? (overflow === undefined ? undefined : { type: 'failure', evidence: overflow })
  }

  end(): Verdict {
    this.#events.end(this.#onEvent)
    return this.#verdict ?? verdictOf(this.#decoder.end() ?? this.#missing())
  }

  /** What the last event says of the answer, an error for one, says more than that it was cut. */
  cut(evidence: FailureEvidence): Verdict {
    this.#events.end(this.#onEvent)
    if (this.#verdict !== undefined) return this.#verdict
    const incomplete = this.#decoder.end() ?? this.#missing()
    return verdictOf(incomplete && evidence)
  }

  /** Nothing counts after the end mark or a failure. */
  readonly #onEvent = (event: ServerSentEvent): void => {
    if (this.#verdict !== undefined) return
    const part = this.#decoder.decode(event)
    if (part === undefined) return
    if (part.type === 'end') this.#verdict = verdictOf(this.#decoder.end())
    else if (part.type === 'failure') this.#verdict = part
    else {
      for (const choice of part.chunk.choices) this.#choices.note(choice)
      this.#tellPart(part)
    }
  }

  /** The end mark says that no more choices come; without it, those that have not begun are missing. */
  #missing(): FailureEvidence | undefined {
    const { begun } = this.#choices
    if (begun >= this.#asked) return undefined
    return {
      type: 'incomplete',
      detail: `${begun} of ${this.#asked} choices had begun at the end of the body`,
    }
  }
}

function verdictOf(evidence: FailureEvidence | undefined): Verdict {
  return evidence === undefined ? { type: 'whole' } : { type: 'failure', evidence }
}
