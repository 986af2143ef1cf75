import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { allFaults } from './all-faults.ts'
import { readFaultScript, type ChosenFault } from './fault-choice.ts'
import { WallExchange } from './wall-exchange.ts'
import { wallFormatOf } from './wall-formats.ts'
import { WallLedger } from './wall-ledger.ts'
import { mostRequestBytes, RequestReader, type WallRequest } from './wall-request.ts'

export interface WallOptions {
  /** Port on 127.0.0.1. 0..65,535. Default: 0, any that is free. */
  readonly port?: number
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
export async function startWall({ port = 0 }: WallOptions = {}): Promise<Wall> {
  const wall = new RunningWall()
  await wall.listen(port)
  return wall
}

class RunningWall implements Wall {
  readonly ledger = new WallLedger()
  readonly #server: Server = createServer((socket) => this.#take(socket))
  readonly #sockets = new Set<Socket>()
  /** How many requests each model name has had. */
  readonly #places = new Map<string, number>()
  #port = 0

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
    this.#places.clear()
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
    const chosen = this.#nextOf(model)
    const entry = this.ledger.add({
      model,
      fault: typeof chosen === 'object' ? chosen.fault.number : 0,
      stream: format.wantsStream(request.body, request.path),
    })
    const exchange = new WallExchange({
      socket,
      request,
      format,
      entry,
      ledger: this.ledger,
      requestsOnSocket,
    })
    if (typeof chosen === 'string') exchange.respond(404, format.error(chosen, 'model_not_found'))
    else if (chosen === undefined) exchange.answerWell()
    else if (chosen.variant.at === 'request') chosen.variant.play(exchange)
    else exchange.respond(404, format.error(originOnly(chosen), 'model_not_found'))
  }

  #nextOf(model: string): ChosenFault | string | undefined {
    const script = readFaultScript(model, allFaults)
    if (typeof script === 'string') return script
    if (this.#places.size >= mostScripts) this.#places.clear()
    const place = this.#places.get(model) ?? 0
    this.#places.set(model, place + 1)
    return script[Math.min(place, script.length - 1)]
  }
}

function originOnly({ fault }: ChosenFault): string {
  return `fault ${fault.number} (${fault.name}) lies below requests: open its origin instead`
}
