import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { openCall } from './arrival.ts'
import { checkBehaviour } from './behaviour.ts'
import { Exchange } from './exchange.ts'
import { Ledger, type ReceivedCall, type UpstreamCounters } from './ledger.ts'
import { errorBody, standardErrorBody, type ProviderError } from './provider-error.ts'
import { createRateLimit, type RateLimits } from './rate-limit.ts'
import { readBody } from './read-body.ts'
import { refusalOf, type ProviderFacts } from './request-check.ts'
import { respond } from './respond.ts'
import { behaviourFor, type Script } from './script.ts'

export interface ScriptedUpstreamOptions extends RateLimits {
  /** What it does with each request. Default: answers at once with the canned answer. */
  readonly behaviour?: Script
  /** Port on 127.0.0.1. 0..65,535. Default: 0, any that is free. */
  readonly port?: number
  /** The models it serves. Default: whatever is asked for; `GET /v1/models` then lists none. */
  readonly models?: readonly string[]
  /** The key it wants as a bearer token. Default: none. */
  readonly apiKey?: string
  /** Tokens that prompt and bound on the output may have together. 1 or more. Default: 128,000. */
  readonly contextTokens?: number
  /** The clock of the ledger and of `requestsPerMinute`, in ms. Answers are timed in real time. Default: the system's. */
  nowMs?(): number
}

export const scriptedUpstreamDefaults: Required<
  Pick<ScriptedUpstreamOptions, 'behaviour' | 'port' | 'contextTokens'>
> = Object.freeze({ behaviour: Object.freeze({}), port: 0, contextTokens: 128_000 })

/** An OpenAI-compatible provider on real sockets that does what it is told. */
export interface ScriptedUpstream extends AsyncDisposable {
  readonly port: number
  /** Where clients point to, with `/v1`. */
  readonly baseUrl: string
  /** The last calls, at most 10,000, oldest first. Grows as calls come. */
  readonly received: readonly ReceivedCall[]
  readonly counters: UpstreamCounters
  readonly openConnections: number
  /** Changes what it does with the requests to come. */
  setBehaviour(behaviour: Script): void
  /** Resolves once no call is under way. */
  whenIdle(): Promise<void>
  /** Destroys every connection and stops listening. May be called again. */
  close(): Promise<void>
}

/** Largest request body, in bytes. */
const mostBodyBytes = 32 * 2 ** 20

/**
 * Starts a provider that checks each request as a real one would (key, model, context, rate) and then follows its script.
 *
 * @throws RangeError when an option or a behaviour is out of range; the listening error when the port is taken.
 */
export async function startScriptedUpstream(
  options: ScriptedUpstreamOptions = {},
): Promise<ScriptedUpstream> {
  const upstream = new Upstream(options)
  await upstream.listen(options.port ?? scriptedUpstreamDefaults.port)
  return upstream
}

class Upstream implements ScriptedUpstream {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #ledger = new Ledger()
  readonly #facts: ProviderFacts
  readonly #rateLimit: (underWay: number) => ProviderError | undefined
  readonly #nowMs: () => number
  #script: Script = scriptedUpstreamDefaults.behaviour
  #port = 0
  #closed: Promise<void> | undefined

  constructor(options: ScriptedUpstreamOptions) {
    const { models, apiKey, contextTokens = scriptedUpstreamDefaults.contextTokens } = options
    if (!(contextTokens >= 1)) throw new RangeError(`contextTokens must be at least 1, got ${contextTokens}`)
    this.#facts = { models, apiKey, contextTokens }
    this.#nowMs = () => options.nowMs?.() ?? performance.now()
    this.#rateLimit = createRateLimit(options, this.#nowMs)
    this.setBehaviour(options.behaviour ?? scriptedUpstreamDefaults.behaviour)
    this.#server = createServer({ keepAliveTimeout: 65_000 }, (request, response) =>
      this.#receive(request, response),
    )
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get port(): number {
    return this.#port
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`
  }

  get received(): readonly ReceivedCall[] {
    return this.#ledger.calls
  }

  get counters(): UpstreamCounters {
    return this.#ledger.counters
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  setBehaviour(behaviour: Script): void {
    if (typeof behaviour !== 'function') checkBehaviour(behaviour)
    this.#script = behaviour
  }

  async whenIdle(): Promise<void> {
    await this.#ledger.whenIdle()
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      // The connections and their calls hear of it in this turn of the loop.
      this.#server.close(() => setImmediate(resolve))
      for (const socket of this.#sockets) socket.destroy()
    })
    return this.#closed
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request)
    if (request.method === 'GET' && path.endsWith('/models')) {
      sendJson(response, 200, modelList(this.#facts.models ?? []))
    } else if (request.method === 'POST' && path.endsWith('/chat/completions')) {
      readBody(request, mostBodyBytes, (body) => {
        if (body === undefined) sendJson(response, 413, standardErrorBody(413))
        else this.#take(request, body, response)
      })
    } else {
      const message = `Unknown request URL: ${request.method} ${path}`
      sendJson(response, 404, errorBody(message, 'invalid_request_error', 'unknown_url'))
    }
  }

  #take(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const call = openCall({
      index: this.#ledger.counters.received,
      atMs: this.#nowMs(),
      path: pathOf(request),
      headers: request.headers,
      body: body.toString(),
    })
    const exchange = new Exchange(call, response)
    this.#ledger.add(call, body.length)
    response.once('close', () => {
      if (this.#closed !== undefined) exchange.fail()
      this.#ledger.settle(call, exchange.outcome, this.#nowMs())
    })
    const refusal = refusalOf(call, this.#facts) ?? this.#rateLimit(this.#ledger.underWay)
    if (refusal === undefined) this.#follow(exchange)
    else exchange.refuse(refusal)
  }

  #follow(exchange: Exchange): void {
    try {
      const behaviour = behaviourFor(this.#script, exchange.call)
      checkBehaviour(behaviour)
      respond(exchange, behaviour)
    } catch (error) {
      const body = errorBody(`the script failed: ${String(error)}`, 'script_error', null)
      exchange.refuse({ status: 500, body })
    }
  }
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? ''
}

function modelList(models: readonly string[]): unknown {
  return {
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'scripted' })),
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
