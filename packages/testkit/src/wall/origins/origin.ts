import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import type { FaultOrigin } from '../fault-origin.ts'
import { wallAuthority, wallName } from './certificates.ts'
import { lookupTo } from './names.ts'

/** How an origin is reached; see `FaultOrigin`. */
export interface OriginDetails {
  /** Default: `http`. */
  readonly scheme?: 'http' | 'https'
  /** Name or address in its base URL. Default: 127.0.0.1. */
  readonly host?: string
  /** Default: nothing is special about it. */
  readonly transport?: FaultOrigin['transport']
  /** Default: true. */
  readonly allowPrivateNetwork?: boolean
}

/** Details of an origin that is reached as `https://wall.test`, and by TLS trusted through the wall's own authority. */
export function atWallName({ transport, ...others }: OriginDetails): OriginDetails {
  const named = { certificateAuthority: wallAuthority, lookup: lookupTo('127.0.0.1') }
  return { scheme: 'https', host: wallName, ...others, transport: { ...named, ...transport } }
}

/** An origin that listens on 127.0.0.1. */
export class Origin implements FaultOrigin {
  readonly baseUrl: string
  transport: FaultOrigin['transport']
  readonly allowPrivateNetwork: boolean
  readonly port: number
  requests = 0
  /** What is closed with it. */
  readonly closeWith: (() => Promise<unknown>)[] = []
  readonly #server: Server
  readonly #sockets: ReadonlySet<Socket>

  constructor(server: Server, sockets: ReadonlySet<Socket>, details: OriginDetails) {
    const { scheme = 'http', host = '127.0.0.1', transport = {}, allowPrivateNetwork = true } = details
    this.#server = server
    this.#sockets = sockets
    this.port = portOf(server)
    this.baseUrl = `${scheme}://${host}:${this.port}/v1`
    this.transport = transport
    this.allowPrivateNetwork = allowPrivateNetwork
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.closeWith.splice(0).map((close) => close()))
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/**
 * Begins to listen, and answers for the connections: counts them, and takes it that they fail.
 *
 * @throws the listening error.
 */
export async function openOrigin(server: Server, details: OriginDetails = {}): Promise<Origin> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new Origin(server, sockets, details)
}

/** The port that a server listens on; 0 if none. */
export function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
