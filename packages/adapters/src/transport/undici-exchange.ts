import type { FailureEvidence } from '@nextbest/core'
import type { ExchangePhase } from './network-evidence.ts'
import type { Exchange, TransportHandler } from './transport.ts'
import type { Dispatcher } from './undici.ts'

/**
 * How soon after a request was sent the reset of its connection shows that it was closed before, in ms: several round
 * trips. A provider that fell over while it worked resets as well, but later.
 */
const raceWindowMs = 1_000

/** Where an exchange stood as its connection was lost. */
export interface Loss {
  readonly phase: ExchangePhase
  /** Whether the request was sent so short a while ago that nothing of the response had come, and none was to be expected yet. */
  readonly raced: boolean
}

/** What an exchange asks of its transport. */
export interface ExchangeHost {
  /** It waits for a connection no more. */
  onLeave(): void
  evidenceOf(error: unknown, loss: Loss): FailureEvidence
  isResetOnReuse(error: unknown): boolean
}

/** One exchange: a handle for its owner, and a handler for undici. */
export class UndiciExchange implements Exchange, Dispatcher.DispatchHandler {
  readonly #handler: TransportHandler
  readonly #host: ExchangeHost
  #controller: Dispatcher.DispatchController | undefined
  #phase: ExchangePhase = 'connecting'
  #sentAtMs = 0
  /** Whether a first byte of the response has come. */
  #answered = false
  #waiting = true
  #paused = false
  #over = false

  constructor(handler: TransportHandler, host: ExchangeHost) {
    this.#handler = handler
    this.#host = host
  }

  get sent(): boolean {
    return this.#phase !== 'connecting'
  }

  cancel(): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.abort(cancelled)
  }

  pause(): void {
    this.#paused = true
    if (!this.#over) this.#controller?.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    // undici must not go on to parse while it parses for another exchange, whose handler may be what called us.
    queueMicrotask(() => {
      if (!this.#paused && !this.#over) this.#controller?.resume()
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#leave()
    // Thrown, not aborted: undici then passes the request over and keeps the connection for the next one.
    if (this.#over) throw cancelled
    this.#phase = 'sent'
    this.#sentAtMs = performance.now()
    this.#controller = controller
    if (this.#paused) controller.pause()
  }

  onResponseStarted(): void {
    this.#answered = true
  }

  onResponseStart(_controller: unknown, status: number, headers: ReceivedHeaders): void {
    if (this.#over || status < 200) return
    this.#phase = 'receiving'
    this.#handler.onResponse(status, firstOfEach(headers))
  }

  onResponseData(_controller: unknown, bytes: Uint8Array): void {
    if (!this.#over) this.#handler.onData(bytes)
  }

  onResponseEnd(): void {
    if (this.#over) return
    this.#over = true
    this.#handler.onEnd()
  }

  onResponseError(_controller: unknown, error: unknown): void {
    this.#leave()
    if (this.#over) return
    const early = performance.now() - this.#sentAtMs < raceWindowMs
    const raced = early && !this.#answered
    // An error that undici finds while it takes the request in comes before the owner has got its handle.
    if (this.#phase === 'connecting') queueMicrotask(() => this.fail(error))
    else this.fail(error, raced)
  }

  /** Ends the exchange, unless it is over already. */
  fail(error: unknown, raced = false): void {
    if (this.#over) return
    this.#over = true
    const unseen = raced && this.#host.isResetOnReuse(error)
    this.#handler.onFailure(this.#host.evidenceOf(error, { phase: this.#phase, raced }), unseen)
  }

  #leave(): void {
    if (!this.#waiting) return
    this.#waiting = false
    this.#host.onLeave()
  }
}

type ReceivedHeaders = Record<string, string | string[] | undefined>

const cancelled = new Error('the exchange was cancelled')

/** undici made the object for this exchange alone, so repeated headers are replaced in place. */
function firstOfEach(headers: ReceivedHeaders): Readonly<Record<string, string>> {
  for (const name in headers) {
    const value = headers[name]
    if (typeof value !== 'string') headers[name] = value?.[0] ?? ''
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every value is a string now
  return headers as Record<string, string>
}
