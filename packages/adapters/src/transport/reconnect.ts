import type { FailureEvidence } from '@nextbest/core'
import pRetry, { type Options } from 'p-retry'
import type { Exchange, Transport, TransportHandler, TransportRequest } from './transport.ts'

/**
 * Returns the transport with one more try per exchange, at once, where it can help and can do no harm: the connection was
 * lost while it was being made, or a connection that was kept alive had been closed before the request came. In every
 * other case the request may have run, or a second try would meet the same wall; those failures are for failover.
 */
export function withReconnect(transport: Transport): Transport {
  return {
    send: (request, handler) => new ReconnectingExchange(transport, request, handler),
    close: () => transport.close(),
  }
}

/** Failures of a connection in the making that are worth another try. A refusal and a time-out would come again. */
const passing: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET', 'EAI_AGAIN', 'ESERVFAIL'])

function mayReconnect(evidence: FailureEvidence, unseen: boolean): boolean {
  if (unseen) return true
  return evidence.type === 'network' && evidence.phase === 'connecting' && passing.has(evidence.code)
}

class ReconnectingExchange implements Exchange, TransportHandler {
  readonly #transport: Transport
  readonly #request: TransportRequest
  readonly #handler: TransportHandler
  #exchange: Exchange
  #paused = false
  #second: SecondTry | undefined

  constructor(transport: Transport, request: TransportRequest, handler: TransportHandler) {
    this.#transport = transport
    this.#request = request
    this.#handler = handler
    this.#exchange = transport.send(request, this)
  }

  /** Of a first try that is tried again the other side saw nothing. */
  get sent(): boolean {
    return this.#exchange.sent
  }

  cancel(): void {
    this.#exchange.cancel()
    this.#second?.controller.abort()
    this.#second?.settle()
  }

  pause(): void {
    this.#paused = true
    this.#exchange.pause()
  }

  resume(): void {
    this.#paused = false
    this.#exchange.resume()
  }

  onResponse(status: number, headers: Readonly<Record<string, string>>): void {
    this.#handler.onResponse(status, headers)
  }

  onData(bytes: Uint8Array): void {
    this.#handler.onData(bytes)
  }

  onEnd(): void {
    this.#handler.onEnd()
    this.#second?.settle()
  }

  onFailure(evidence: FailureEvidence, unseen: boolean): void {
    if (this.#second !== undefined) this.#second.settle(new ExchangeFailure(evidence))
    else if (mayReconnect(evidence, unseen)) this.#reconnect(new ExchangeFailure(evidence))
    else this.#handler.onFailure(evidence, unseen)
  }

  /** To p-retry the try that just failed is the first, so that an exchange that works never pays for it. */
  #reconnect(first: ExchangeFailure): void {
    const second: SecondTry = { controller: new AbortController(), settle: () => undefined }
    this.#second = second
    const { signal } = second.controller
    const shouldRetry = ({ error }: { error: Error }): boolean => error === first
    pRetry((attempt) => (attempt === 1 ? Promise.reject(first) : this.#tryAgain(second)), {
      ...once,
      signal,
      shouldRetry,
    }).catch((error: unknown) => {
      // p-retry says so even where the try succeeded at the same moment. Whoever cancelled hears nothing more.
      if (signal.aborted) return
      this.#handler.onFailure((error instanceof ExchangeFailure ? error : first).evidence, false)
    })
  }

  #tryAgain(second: SecondTry): Promise<void> {
    return new Promise((resolve, reject) => {
      second.settle = (failure) => (failure === undefined ? resolve() : reject(failure))
      this.#exchange = this.#transport.send(this.#request, this)
      if (this.#paused) this.#exchange.pause()
    })
  }
}

interface SecondTry {
  readonly controller: AbortController
  /** Tells p-retry how the try ended; nothing means well. */
  settle(failure?: ExchangeFailure): void
}

class ExchangeFailure extends Error {
  readonly evidence: FailureEvidence

  constructor(evidence: FailureEvidence) {
    super('the exchange failed')
    this.evidence = evidence
  }
}

/** Every option is given: p-retry's own defaults are ten retries with seconds between them. */
const once = Object.freeze({
  retries: 1,
  factor: 1,
  minTimeout: 0,
  maxTimeout: 0,
  maxRetryTime: Number.POSITIVE_INFINITY,
  randomize: false,
  unref: false,
  onFailedAttempt: () => undefined,
  // Never false: p-retry would then try for ever without a pause.
  shouldConsumeRetry: () => true,
}) satisfies Options
