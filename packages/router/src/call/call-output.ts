import type { ChatChunk } from '@nextbest/core'
import type { RouterError } from '../router-error.ts'
import type { CallEnding, CallSink, ChatReply } from '../router.ts'

/** The caller's end of a call. A sink that throws is the caller's fault: the call is cancelled, nothing else suffers. */
export class CallOutput {
  readonly #sink: CallSink
  readonly #cancel: () => void

  constructor(sink: CallSink, cancel: () => void) {
    this.#sink = sink
    this.#cancel = cancel
  }

  chunk(chunk: ChatChunk): void {
    try {
      this.#sink.onChunk(chunk)
    } catch {
      this.#cancel()
    }
  }

  batchEnd(): void {
    try {
      this.#sink.onBatchEnd?.()
    } catch {
      this.#cancel()
    }
  }

  end(ending: CallEnding): void {
    this.#last(() => this.#sink.onEnd(ending))
  }

  reply(reply: ChatReply): void {
    this.#last(() => this.#sink.onReply(reply))
  }

  error(error: RouterError): void {
    this.#last(() => this.#sink.onError(error))
  }

  /** Nothing of the call is left to cancel: the sink's own error goes to whoever listens for uncaught ones. */
  #last(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
