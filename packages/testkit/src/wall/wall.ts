import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '@nextbest/core'
import { allFaults } from './all-faults.ts'
import { plainName, readFaultScript, type ChosenFault, type FaultStep } from './fault-choice.ts'
import type { WallPlay } from './public-fault.ts'
import { systemClock } from './system-clock.ts'
import { WallExchange } from './wall-exchange.ts'
import { wallFormatOf } from './wall-formats.ts'
import { WallLedger, type WallEntry } from './wall-ledger.ts'
import { mostRequestBytes, RequestReader, type WallRequest } from './wall-request.ts'

export interface WallOptions {
  /** Port on 127.0.0.1. 0..65,535. Default: 0, any that is free. */
  readonly port?: number
  /**
   * Time of the faults' waits and of the ledger. With one that runs faster than real time, of a client that has the same, a wait of minutes
   * is over in seconds, and is one of minutes to both. Default: the system's.
   */
  readonly clock?: Clock
  /** Answers of one's own, by the model name that asks for them, without the author before it. Default: none. */
  readonly plays?: Readonly<Record<string, WallPlay>>
}

/** A provider that fails on demand: the model that is asked for names the fault, see `readFaultScript`. */
export interface Wall extends AsyncDisposable {
  readonly port: number
  /** Where clients point to, with `/v1`. */
  readonly baseUrl: string
  readonly ledger: Pick<WallLedger, 'entries' | 'totals'>
  readonly openConnections: number
  /** Begins every script anew. */
  restartScripts(): void
  /** Destroys every connection and stops listening. May be called again. */
  close(): Promise<void>
}

/** Scripts whose place is remembered; with more, all begin anew. */
const mostScripts = 10_000

/**
 * Starts the wall.
 *
 * @throws the listening error when the port is taken.
 */
export async function startWall(options: WallOptions = {}): Promise<Wall> {
  const wall = new RunningWall(options)
  await wall.listen(options.port ?? 0)
  return wall
}

class RunningWall implements Wall {
  readonly ledger: WallLedger
  readonly #clock: Clock
  readonly #plays: ReadonlyMap<string, WallPlay>
  readonly #server: Server = createServer((socket) => this.#take(socket))
  readonly #sockets = new Set<Socket>()
  /** What each model name has had. */
  readonly #past = new Map<string, Past>()
  #port = 0

  constructor({ clock = systemClock, plays = {} }: WallOptions) {
    this.ledger = new WallLedger(clock)
    this.#clock = clock
    this.#plays = new Map(Object.entries(plays))
  }

  get port(): number {
    return this.#port
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
  }

  restartScripts(): void {
    this.#past.clear()
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #take(socket: Socket): void {
    const reader = new RequestReader()
    let requests = 0
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('data', (bytes) => {
      for (const request of reader.push(bytes)) this.#answer(socket, request, ++requests)
      if (reader.pendingBytes > mostRequestBytes) socket.destroy()
    })
  }

  #answer(socket: Socket, request: WallRequest, requestsOnSocket: number): void {
    const format = wallFormatOf(request.path)
    const model = format.modelOf(request.body, request.path)
    const past = this.#pastOf(model)
    const { fault, play } = this.#answerTo(model, past.requests++)
    const entry = this.ledger.add({ model, fault, stream: format.wantsStream(request.body, request.path) })
    const exchange = new WallExchange({
      socket,
      request,
      format,
      entry,
      ledger: this.ledger,
      requestsOnSocket,
      clock: this.#clock,
      firstAtMs: past.firstAtMs,
    })
    play(exchange)
  }

  #pastOf(model: string): Past {
    const known = this.#past.get(model)
    if (known !== undefined) return known
    if (this.#past.size >= mostScripts) this.#past.clear()
    const past = { requests: 0, firstAtMs: this.#clock.nowMs() }
    this.#past.set(model, past)
    return past
  }

  /** Returns what answers the next request for a model that has had so many. */
  #answerTo(model: string, requestsBefore: number): WallAnswer {
    const own = this.#plays.get(plainName(model))
    if (own !== undefined) return { fault: plainName(model), play: own }
    const script = readFaultScript(model, allFaults)
    if (typeof script === 'string') return { fault: 0, play: unknownModel(script) }
    return answerOf(script[Math.min(requestsBefore, script.length - 1)])
  }
}

/** What one model name has had. */
interface Past {
  requests: number
  readonly firstAtMs: number
}

/** As the ledger calls it, and what it does. */
interface WallAnswer {
  readonly fault: WallEntry['fault']
  readonly play: WallPlay
}

function answerOf(step: FaultStep): WallAnswer {
  if (step === undefined) return { fault: 0, play: (exchange) => exchange.answerWell() }
  if ('play' in step) return { fault: step.id, play: step.play }
  const { fault, variant } = step
  return {
    fault: fault.number,
    play: variant.at === 'request' ? variant.play : unknownModel(originOnly(step)),
  }
}

function unknownModel(why: string): WallPlay {
  return (exchange) => exchange.respond(404, exchange.format.error(why, 'model_not_found'))
}

function originOnly({ fault }: ChosenFault): string {
  return `fault ${fault.number} (${fault.name}) lies below requests: open its origin instead`
}
