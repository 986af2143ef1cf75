import type { FailureEvidence } from '@nextbest/core'
import type { Exchange, Transport, TransportHandler, TransportRequest } from '../transport/transport.ts'
import type { BodyReader, ReadingPlan, TellPart, Verdict } from './body-reader.ts'
import { readerFor } from './reader-for.ts'
import type { AttemptHandle, AttemptListener } from './upstream.ts'

/**
 * How long the rest of a body is awaited once its end mark came, in ms: with the rest the connection can be used again.
 */
const drainMs = 1_000

/** One attempt: turns an exchange into what its listener hears. */
export class Attempt implements AttemptHandle, TransportHandler {
  readonly #listener: AttemptListener
  readonly #plan: ReadingPlan
  #exchange: Exchange | undefined
  #reader: BodyReader | undefined
  #timer: NodeJS.Timeout | undefined
  /** Whether parts were told since the last end of a batch. */
  #told = false
  #paused = false
  /** Whether the listener has heard, or wants to hear, the last of it. */
  #over = false

  constructor(listener: AttemptListener, plan: Omit<ReadingPlan, 'tellPart'>, stream: boolean) {
    this.#listener = listener
    this.#plan = { ...plan, tellPart: stream ? this.#tellPart : undefined }
  }

  start(transport: Transport, request: TransportRequest): void {
    this.#exchange = transport.send(request, this)
  }

  get sent(): boolean {
    return this.#exchange?.sent ?? true
  }

  cancel(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#exchange?.cancel()
  }

  pause(): void {
    if (this.#over) return
    this.#paused = true
    this.#exchange?.pause()
    // What is not read cannot be missed.
    if (this.#reader?.finished === true) clearTimeout(this.#timer)
  }

  resume(): void {
    this.#paused = false
    this.#exchange?.resume()
    this.#awaitEndMark()
  }

  onResponse(status: number, headers: Readonly<Record<string, string>>): void {
    try {
      this.#listener.onResponse?.(status, headers)
    } catch (error) {
      this.#failByThrow(error)
    }
    if (this.#over) return
    const reader = readerFor(status, headers, this.#plan)
    if ('type' in reader) {
      this.fail(reader)
      return
    }
    this.#reader = reader
    if (status > 299) {
      this.#timer = setTimeout(() => this.#conclude(reader.end()), this.#plan.limits.errorBodyTimeoutMs)
    }
  }

  onData(bytes: Uint8Array): void {
    this.#read((reader) => reader.push(bytes))
  }

  onEnd(): void {
    this.#exchange = undefined
    clearTimeout(this.#timer)
    this.#read((reader) => reader.end())
  }

  onFailure(evidence: FailureEvidence): void {
    this.#exchange = undefined
    clearTimeout(this.#timer)
    this.#read((reader) => reader.cut(evidence))
    this.fail(evidence)
  }

  /** Ends the attempt with a failure, unless it is over. */
  fail(evidence: FailureEvidence): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#exchange?.cancel()
    this.#tellFailure(evidence)
  }

  #read(take: (reader: BodyReader) => Verdict | undefined): void {
    if (this.#over || this.#reader === undefined) return
    try {
      const verdict = take(this.#reader)
      const told = this.#told
      this.#told = false
      if (told && !this.#over) this.#listener.onBatchEnd?.()
      if (verdict !== undefined) this.#conclude(verdict)
      else if (told) this.#awaitEndMark()
    } catch (error) {
      this.#failByThrow(error)
    }
  }

  /** Some providers never send the end mark and keep the connection open, with comments or without. */
  #awaitEndMark(): void {
    if (this.#over || this.#paused || this.#reader?.finished !== true) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#read((reader) => reader.end()), this.#plan.limits.endMarkTimeoutMs)
  }

  readonly #tellPart: TellPart = (part) => {
    if (this.#over) return
    this.#told = true
    this.#listener.onPart(part)
  }

  #conclude(verdict: Verdict): void {
    if (this.#over) return
    if (verdict.type === 'failure') {
      this.fail(verdict.evidence)
      return
    }
    this.#over = true
    clearTimeout(this.#timer)
    if (this.#exchange !== undefined) this.#drain(this.#exchange)
    try {
      if (verdict.type === 'answer') this.#listener.onAnswer(verdict.completion, verdict.usage)
      else this.#listener.onEnd()
    } catch (error) {
      this.#tellFailure(thrown(error, 'receiving'))
    }
  }

  #drain(exchange: Exchange): void {
    exchange.resume()
    this.#timer = setTimeout(() => exchange.cancel(), drainMs)
  }

  #failByThrow(error: unknown): void {
    this.fail(thrown(error, 'receiving'))
  }

  #tellFailure(evidence: FailureEvidence): void {
    try {
      this.#listener.onFailure(evidence)
    } catch (error) {
      process.emitWarning(`the listener of an attempt threw ${nameOf(error)} from onFailure`)
    }
  }
}

/** The error's message may hold a piece of a prompt, so only its name is told. */
export function thrown(error: unknown, phase: 'connecting' | 'receiving'): FailureEvidence {
  const message = `a listener or an adapter threw ${nameOf(error)}`
  return { type: 'network', code: 'ERR_HANDLER', message, phase }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
