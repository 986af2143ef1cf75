import { connect, type Socket } from 'node:net'
import { setImmediate as nextLoopTurn } from 'node:timers/promises'
import type { ScriptedUpstream } from '../../src/scripted-upstream/index.ts'

/** What came over the wire, to the byte, and how the connection ended. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body without its chunk framing. */
  readonly body: string
  /** Whether the body came to the end that its framing announces. */
  readonly whole: boolean
}

/** A client on a bare socket, so that FIN, RST and the framing can be told apart. */
export class WireClient {
  readonly #socket: Socket
  #parts: Buffer[] = []
  /** `open` until the other side closes: with a FIN or with a RST. */
  connection: 'open' | 'fin' | 'reset' = 'open'

  constructor(upstream: ScriptedUpstream) {
    this.#socket = connect({ port: upstream.port, host: '127.0.0.1', allowHalfOpen: true })
    this.#socket.on('data', (bytes) => this.#parts.push(bytes))
    this.#socket.on('end', () => {
      this.connection = 'fin'
      this.#socket.end()
    })
    this.#socket.on('error', () => (this.connection = 'reset'))
  }

  send(method: string, path: string, { body = '', headers = {} }: SendOptions = {}): void {
    const fields = { host: 'localhost', 'content-length': String(Buffer.byteLength(body)), ...headers }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
    this.#parts = []
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  }

  /** Goes away as a client that aborts. */
  abort(): void {
    this.#socket.destroy()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** What has come so far. */
  get answer(): WireAnswer {
    this.#parts = [Buffer.concat(this.#parts)]
    return parse(String(this.#parts[0]))
  }
}

export interface SendOptions {
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Lets the sockets work until something holds, without waiting for time to pass. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200_000; turn++) {
    if (holds()) return
    await nextLoopTurn()
  }
  throw new Error(`it never came to hold: ${holds.toString()}`)
}

/** Lets the sockets work for so many turns that whatever is under way has arrived. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await nextLoopTurn()
}

function parse(text: string): WireAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const status = Number(statusLine.split(' ')[1] ?? 0)
  const framed = rest.join('\r\n\r\n')
  if (headers['transfer-encoding'] === 'chunked') return { status, headers, ...unchunk(framed) }
  const announced = headers['content-length']
  const whole = announced !== undefined && Buffer.byteLength(framed) === Number(announced)
  return { status, headers, body: framed, whole }
}

function unchunk(framed: string): { body: string; whole: boolean } {
  let body = ''
  let left = Buffer.from(framed)
  for (;;) {
    const lineEnd = left.indexOf('\r\n')
    if (lineEnd < 0) return { body, whole: false }
    const length = Number.parseInt(left.subarray(0, lineEnd).toString(), 16)
    if (length === 0) return { body, whole: true }
    body += left.subarray(lineEnd + 2, lineEnd + 2 + length).toString()
    left = left.subarray(lineEnd + 2 + length + 2)
  }
}
