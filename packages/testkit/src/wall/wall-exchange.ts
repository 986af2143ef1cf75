import type { Socket } from 'node:net'
import type { Clock, TimerHandle } from '@nextbest/core'
import type { ReferenceAnswer } from './reference-answer.ts'
import { referenceTokens } from './reference-answer.ts'
import { systemClock } from './system-clock.ts'
import type { WallFormat, WallStream } from './wall-format.ts'
import type { OpenEntry, WallLedger } from './wall-ledger.ts'
import type { WallRequest } from './wall-request.ts'

export interface WallExchangeParts {
  readonly socket: Socket
  readonly request: WallRequest
  readonly format: WallFormat
  readonly entry: OpenEntry
  readonly ledger: WallLedger
  readonly requestsOnSocket: number
  /** Default: the system's. */
  readonly clock?: Clock
  /** When the first request for this model name came, on the clock. Default: now. */
  readonly firstAtMs?: number
}

/** One request to the wall, and the socket on which a fault answers it by hand. */
export class WallExchange {
  readonly request: WallRequest
  readonly format: WallFormat
  /** Whether the request wants a stream. */
  readonly stream: boolean
  /** For what the methods below cannot do. */
  readonly socket: Socket
  /** How many requests the connection has brought, this one included. */
  readonly requestsOnSocket: number
  /** The good answer to this request. */
  readonly answer: ReferenceAnswer
  readonly #entry: OpenEntry
  readonly #ledger: WallLedger
  readonly #clock: Clock
  readonly #firstAtMs: number
  readonly #timers = new Set<TimerHandle>()
  readonly #onClose = (): void => {
    if (this.#entry.outcome === 'open') this.#entry.outcome = 'client-closed'
    this.#stopTimers()
  }

  constructor(parts: WallExchangeParts) {
    const { socket, request, format, entry, ledger, requestsOnSocket, clock = systemClock } = parts
    this.#clock = clock
    this.#firstAtMs = parts.firstAtMs ?? clock.nowMs()
    this.socket = socket
    this.requestsOnSocket = requestsOnSocket
    this.request = request
    this.format = format
    this.stream = entry.stream
    this.#entry = entry
    this.#ledger = ledger
    this.answer = { id: `wall-${entry.index}`, model: entry.model, promptTokens: 7, tokens: referenceTokens }
    socket.once('close', this.#onClose)
  }

  /** Since the first request for this model name came, in ms of the wall's clock. */
  get sinceFirstMs(): number {
    return this.#clock.nowMs() - this.#firstAtMs
  }

  /** The good stream, in its parts. */
  get events(): WallStream {
    return this.format.stream(this.answer)
  }

  /** Writes bytes as they are; characters of a string above U+00FF as UTF-8. */
  write(bytes: string | Uint8Array): void {
    if (this.#entry.outcome !== 'open' || this.socket.destroyed) return
    this.#ledger.sent(this.#entry, Buffer.byteLength(bytes))
    this.socket.write(bytes)
  }

  /** Writes the head of a response; the framing is the caller's. */
  writeHead(status: number, headers: Readonly<Record<string, string>> = {}): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.write(`HTTP/1.1 ${status} Wall\r\n${lines.join('')}\r\n`)
  }

  /** Writes the head of a stream of events in chunks. */
  writeStreamHead(headers: Readonly<Record<string, string>> = {}): void {
    this.writeHead(200, {
      'content-type': 'text/event-stream',
      'transfer-encoding': 'chunked',
      ...headers,
    })
  }

  /** Writes text as one chunk of the body. */
  writeChunk(text: string | Uint8Array): void {
    const bytes = Buffer.from(text)
    if (bytes.length === 0) return
    this.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]))
  }

  /** Ends the chunks of the body; the connection may be used again. */
  endChunks(): void {
    this.write('0\r\n\r\n')
    this.end()
  }

  /** Writes a whole response with its length; the connection may be used again. */
  respond(status: number, body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): void {
    this.writeHead(status, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    })
    this.write(body)
    this.end()
  }

  /** Answers well: whole, or as a stream in one write. Bills every token. */
  answerWell(headers: Readonly<Record<string, string>> = {}): void {
    this.bill(this.answer.tokens.length)
    if (!this.stream) {
      this.respond(200, this.format.answer(this.answer), headers)
      return
    }
    const { opening, content, finish, usage, end } = this.events
    this.writeStreamHead(headers)
    this.writeChunk([...opening, ...content, ...finish, ...usage, ...end].join(''))
    this.endChunks()
  }

  /** Says that the response is whole as its framing goes. */
  end(): void {
    if (this.#entry.outcome === 'open') this.#entry.outcome = 'whole'
    this.#stopTimers()
    this.socket.off('close', this.#onClose)
  }

  /** Ends the connection in order, once what was written is on its way. */
  fin(): void {
    this.#cut()
    this.socket.destroySoon()
  }

  /** Resets the connection, once what was written had a turn of the loop to leave. */
  reset(): void {
    this.#cut()
    setImmediate(() => this.socket.resetAndDestroy())
  }

  /** Counts output tokens that a provider would bill. */
  bill(tokens: number): void {
    this.#ledger.bill(this.#entry, tokens)
  }

  /** Calls back after a while of the wall's clock, unless the exchange is over by then. */
  after(delayMs: number, callback: () => void): void {
    const timer = this.#clock.setTimer(this.#clock.nowMs() + delayMs, () => {
      this.#timers.delete(timer)
      callback()
    })
    this.#timers.add(timer)
  }

  /** Calls back again and again until the exchange is over. */
  every(periodMs: number, callback: () => void): void {
    this.after(periodMs, () => {
      this.every(periodMs, callback)
      callback()
    })
  }

  #cut(): void {
    if (this.#entry.outcome === 'open') this.#entry.outcome = 'cut'
    this.#stopTimers()
  }

  #stopTimers(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}
