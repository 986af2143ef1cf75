import type { ChatChunk } from '@nextbest/core'
import type { AttemptRun } from './attempt-run.ts'
import type { CallOutput } from './call-output.ts'
import { DeliveredAnswer } from './delivered-answer.ts'
import { isFinish } from './plain-text.ts'

export interface DeliveryOptions {
  readonly output: CallOutput
  /** Whether another attempt may go on with the answer when it breaks off. */
  readonly mayBeContinued: boolean
  /** Hears once that what was delivered cannot be gone on with. */
  readonly whenNotContinuable: () => void
}

/** What reaches the caller of a call, and from which attempts. */
export class CallDelivery {
  readonly #options: DeliveryOptions
  /** Kept only where an answer that breaks off may be gone on with. */
  readonly #delivered: DeliveredAnswer | undefined
  /** The attempts that were delivered from, in order. */
  readonly #sources: AttemptRun[] = []
  #continuedAt: number | undefined

  constructor(options: DeliveryOptions) {
    this.#options = options
    if (options.mayBeContinued) this.#delivered = new DeliveredAnswer()
  }

  /** Whether an answer that breaks off can be gone on with, as far as the request tells. */
  get isContinuable(): boolean {
    return this.#delivered !== undefined
  }

  /** The text that was delivered, where another attempt may go on with it. */
  get text(): string {
    return this.#delivered?.text ?? ''
  }

  /** The attempt whose output is the call's at present. */
  get source(): AttemptRun | undefined {
    return this.#sources.at(-1)
  }

  /** The attempt that was delivered from before another one went on. */
  get firstSource(): AttemptRun | undefined {
    return this.#sources[0]
  }

  /** Characters that were delivered when another attempt went on; undefined where none did. */
  get continuedAt(): number | undefined {
    return this.#continuedAt
  }

  /** From here on the attempt's output is the call's. Returns how many chunks were kept until now. */
  commit(run: AttemptRun): number {
    run.committed = true
    const first = this.#sources.length === 0
    if (!first) this.#continuedAt = this.text.length
    this.#sources.push(run)
    // The role and the like were told already; that the answer ended was not.
    const kept = run.release().filter((chunk) => first || isFinish(chunk))
    for (const chunk of kept) this.chunk(chunk)
    return kept.length
  }

  chunk(chunk: ChatChunk): void {
    this.#options.output.chunk(chunk)
    if (this.#delivered === undefined || this.#delivered.text === undefined) return
    if (!this.#delivered.add(chunk)) this.#options.whenNotContinuable()
  }

  /** All that came together of an attempt has been told. */
  batchEnd(run: AttemptRun): void {
    if (run === this.source) this.#options.output.batchEnd()
  }
}
