import type { IncomingMessage, ServerResponse } from 'node:http'
import { Roster } from '@nextbest/core'
import { ChatExchange } from './chat-exchange.ts'
import type { ExchangeContext } from './chat-exchange.ts'
import { shuttingDown, wrongMethod } from './refusals.ts'
import { sendError } from './send.ts'

/** How long answers that were broken off may take to reach their clients, in ms. */
const flushMs = 1_000

/** The chat exchanges under way. */
export class Exchanges {
  readonly #open = new Roster<ChatExchange>()
  #ticks: NodeJS.Timeout | undefined
  #draining = false
  #whenEmpty: (() => void) | undefined

  /** Whether no more exchanges are taken. */
  get draining(): boolean {
    return this.#draining
  }

  serve(request: IncomingMessage, response: ServerResponse, context: ExchangeContext): void {
    if (request.method !== 'POST') {
      return sendError(request, response, { error: wrongMethod('POST'), headers: ['allow', 'POST'] })
    }
    if (this.#draining) {
      return sendError(request, response, {
        error: shuttingDown(undefined),
        headers: ['connection', 'close'],
      })
    }
    const exchange = new ChatExchange(request, response, context)
    const place = this.#open.add(exchange)
    this.#ticks ??= setInterval(() => this.#tick(), 1_000).unref()
    response.once('close', () => this.#closed(exchange, place))
    return exchange.serve()
  }

  /** Lets exchanges finish until the time is over, then breaks them off. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true
    await this.#emptied(timeoutMs)
    for (const exchange of this.#open.list()) exchange.stop()
    await this.#emptied(flushMs)
    clearInterval(this.#ticks)
  }

  #tick(): void {
    for (const exchange of this.#open.list()) exchange.tick()
  }

  #closed(exchange: ChatExchange, place: number): void {
    this.#open.remove(place)
    exchange.closed()
    if (this.#open.size === 0) this.#whenEmpty?.()
  }

  async #emptied(timeoutMs: number): Promise<void> {
    if (this.#open.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    this.#whenEmpty = resolve
    await promise
    clearTimeout(timer)
  }
}
