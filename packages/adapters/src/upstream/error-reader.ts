import type { FailureEvidence } from '@nextbest/core'
import { type BodyReader, BoundedBytes, type Verdict } from './body-reader.ts'

/** Reads the beginning of the body of an error. However that ends, the status is what counts. */
export class ErrorReader implements BodyReader {
  readonly #head: Omit<FailureEvidence & { type: 'status' }, 'body'>
  readonly #bytes: BoundedBytes

  constructor(status: number, headers: Readonly<Record<string, string>>, maxBytes: number) {
    this.#head = { type: 'status', status, headers }
    this.#bytes = new BoundedBytes(maxBytes)
  }

  push(bytes: Uint8Array): Verdict | undefined {
    return this.#bytes.add(bytes) ? undefined : this.end()
  }

  end(): Verdict {
    return { type: 'failure', evidence: { ...this.#head, body: this.#bytes.text() } }
  }

  cut(): Verdict {
    return this.end()
  }
}
