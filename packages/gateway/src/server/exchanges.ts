import type { IncomingMessage, ServerResponse } from 'node:http'
import { ChatExchange } from './chat-exchange.ts'
import type { ExchangeContext } from './chat-exchange.ts'
import { shuttingDown, wrongMethod } from './refusals.ts'
import { sendError } from './send.ts'

/** How long answers that were broken off may take to reach their clients, in ms. */
const flushMs = 1_000

/** The chat exchanges under way. */
export class Exchanges {
  readonly #open = new Set<ChatExchange>()
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
    this.#open.add(exchange)
    this.#ticks ??= setInterval(() => this.#tick(), 1_000).unref()
    response.once('close', () => this.#closed(exchange))
    return void exchange.serve()
  }

  /** Lets exchanges finish until the time is over, then breaks them off. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true
    await this.#emptied(timeoutMs)
    for (const exchange of this.#open) exchange.stop()
    await this.#emptied(flushMs)
    clearInterval(this.#ticks)
  }

  #tick(): void {
    for (const exchange of this.#open) exchange.tick()
  }

  #closed(exchange: ChatExchange): void {
    this.#open.delete(exchange)
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
