import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextLoopTurn } from 'node:timers/promises'

/** A client on a bare socket: what came over the wire, to the byte, and how the connection ended. */
export class Wire {
  readonly socket: Socket
  received = ''
  /** `open` until the other side ends it: with a FIN or with a RST. */
  connection: 'open' | 'fin' | 'reset' = 'open'

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => (this.received += bytes.toString('latin1')))
    socket.once('end', () => (this.connection = 'fin'))
    socket.on('error', () => (this.connection = 'reset'))
  }

  static async to(port: number): Promise<Wire> {
    const socket = connect({ port, host: '127.0.0.1' })
    const wire = new Wire(socket)
    await once(socket, 'connect')
    return wire
  }

  /** Asks for a model, and waits until something holds of what came since. */
  async ask(model: string, holds: (received: string) => boolean, stream = false): Promise<string> {
    const before = this.received.length
    this.socket.write(requestFor(model, stream))
    await until(() => holds(this.received.slice(before)) || this.connection !== 'open')
    return this.received.slice(before)
  }
}

/** A request for a model, as a provider gets it. */
export function requestFor(model: string, stream = false, more: object = {}): string {
  const body = JSON.stringify({ model, stream, ...more })
  return `POST /v1/chat/completions HTTP/1.1\r\nhost: wall\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** Whether a good answer is whole, as JSON or as chunks. */
export function isWhole(received: string): boolean {
  return received.endsWith('0\r\n\r\n') || received.endsWith('}')
}

/** Longest wait for sockets, in ms: many times what they need. */
const patienceMs = 10_000

/** Lets the sockets work until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  const lastMs = performance.now() + patienceMs
  while (performance.now() < lastMs) {
    if (holds()) return
    await nextLoopTurn()
  }
  throw new Error(`it never came to hold: ${holds.toString()}`)
}
