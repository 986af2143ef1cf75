import type { FailureEvidence } from '@nextbest/core'
import type { TransportHandler } from '../../src/transport/transport.ts'

/** A handler that writes down what it hears. */
export class Recorder implements TransportHandler {
  readonly events: string[] = []
  status: number | undefined
  headers: Readonly<Record<string, string>> = {}
  body = ''
  evidence: FailureEvidence | undefined
  unseen: boolean | undefined
  readonly #over = Promise.withResolvers<void>()
  readonly #data = Promise.withResolvers<void>()

  /** Fulfils at the end or the failure. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** Fulfils at the first bytes of the body. */
  get firstData(): Promise<void> {
    return this.#data.promise
  }

  onResponse(status: number, headers: Readonly<Record<string, string>>): void {
    this.events.push('response')
    this.status = status
    this.headers = headers
  }

  onData(bytes: Uint8Array): void {
    if (this.events.at(-1) !== 'data') this.events.push('data')
    this.body += Buffer.from(bytes).toString()
    this.#data.resolve()
  }

  onEnd(): void {
    this.events.push('end')
    this.#over.resolve()
  }

  onFailure(evidence: FailureEvidence, unseen = false): void {
    this.events.push('failure')
    this.evidence = evidence
    this.unseen = unseen
    this.#over.resolve()
  }
}
