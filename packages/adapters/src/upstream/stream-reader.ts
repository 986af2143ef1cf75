import type { FailureEvidence } from '@nextbest/core'
import type { Adapter, ServerSentEvent, StreamDecoder } from '../adapter.ts'
import { createServerSentEventDecoder, type ServerSentEventDecoder } from '../sse/decoder.ts'
import type { BodyReader, TellPart, Verdict } from './body-reader.ts'

/** Reads a stream of events, and judges by their meaning whether it is whole, however the connection ended. */
export class StreamReader implements BodyReader {
  readonly #events: ServerSentEventDecoder
  readonly #decoder: StreamDecoder
  readonly #tellPart: TellPart
  #verdict: Verdict | undefined

  constructor(adapter: Adapter, maxEventBytes: number, tellPart: TellPart) {
    this.#events = createServerSentEventDecoder({ maxEventBytes })
    this.#decoder = adapter.createStreamDecoder()
    this.#tellPart = tellPart
  }

  push(bytes: Uint8Array): Verdict | undefined {
    const overflow = this.#events.push(bytes, this.#onEvent)
    return this.#verdict ?? (overflow === undefined ? undefined : { type: 'failure', evidence: overflow })
  }

  end(): Verdict {
    this.#events.end(this.#onEvent)
    return this.#verdict ?? this.#judge()
  }

  cut(evidence: FailureEvidence): Verdict {
    const verdict = this.end()
    return verdict.type === 'whole' ? verdict : { type: 'failure', evidence }
  }

  /** Nothing counts after the end mark or a failure. */
  readonly #onEvent = (event: ServerSentEvent): void => {
    if (this.#verdict !== undefined) return
    const part = this.#decoder.decode(event)
    if (part === undefined) return
    if (part.type === 'chunk') this.#tellPart(part)
    else this.#verdict = part.type === 'end' ? this.#judge() : part
  }

  #judge(): Verdict {
    const evidence = this.#decoder.end()
    return evidence === undefined ? { type: 'whole' } : { type: 'failure', evidence }
  }
}
