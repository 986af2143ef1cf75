import type { WallExchange } from '../wall-exchange.ts'

/** In chunks, or without any framing, so that only the end of the connection ends the body. */
export type Framing = 'chunked' | 'unframed'

export type Write = (bytes: string | Uint8Array) => void

export interface BodyOptions {
  /** Default: `chunked`. */
  readonly framing?: Framing
  /** Default: `text/event-stream`. */
  readonly contentType?: string
}

/** Begins a body; returns what writes a piece of it. */
export function openBody(exchange: WallExchange, options: BodyOptions = {}): Write {
  const { framing = 'chunked', contentType = 'text/event-stream' } = options
  if (framing === 'chunked') {
    exchange.writeStreamHead({ 'content-type': contentType })
    return (bytes) => exchange.writeChunk(bytes)
  }
  exchange.writeHead(200, { 'content-type': contentType, connection: 'close' })
  return (bytes) => exchange.write(bytes)
}

/** Ends a body as its framing wants. */
export function closeBody(exchange: WallExchange, framing: Framing = 'chunked'): void {
  if (framing === 'chunked') {
    exchange.endChunks()
    return
  }
  exchange.end()
  exchange.socket.destroySoon()
}

/** Ends the connection in the middle of a body. */
export function cut(exchange: WallExchange, ending: 'fin' | 'reset'): void {
  if (ending === 'fin') exchange.fin()
  else exchange.reset()
}

/** Longest time that a body without an end is kept open, in ms. */
const patienceMs = 60_000

/** Ends the connection after a minute, where the client does not end it before. */
export function stall(exchange: WallExchange): void {
  exchange.after(patienceMs, () => exchange.fin())
}

/** The beginning of the good stream, with this many tokens, which are billed. */
export function beginning(exchange: WallExchange, tokens: number): string {
  const { opening, content } = exchange.events
  exchange.bill(tokens)
  return [...opening, ...content.slice(0, tokens)].join('')
}

export interface DripOptions {
  readonly write: Write
  readonly periodMs: number
  /** What follows the last piece. Default: nothing. */
  readonly atEnd?: () => void
}

/** Writes one piece after the other, for a minute at most. */
export function drip(
  exchange: WallExchange,
  pieces: Iterable<string | Uint8Array>,
  { write, periodMs, atEnd }: DripOptions,
): void {
  const rest = pieces[Symbol.iterator]()
  let over = false
  stall(exchange)
  exchange.every(periodMs, () => {
    if (over) return
    const next = rest.next()
    over = next.done === true
    if (next.done === true) atEnd?.()
    else write(next.value)
  })
}

/** The same piece without end. */
export function* endless(piece: string): Generator<string> {
  for (;;) yield piece
}

export interface FloodOptions {
  readonly write: Write
  readonly piece: string
  /** How often it is written. */
  readonly times: number
  readonly atEnd: () => void
}

/** Bytes that may wait in our own socket, so that a client that does not read costs little. */
const mostWaitingBytes = 1_048_576

/** Writes the same piece as fast as it is read. */
export function flood(exchange: WallExchange, { write, piece, times, atEnd }: FloodOptions): void {
  let left = times
  stall(exchange)
  exchange.every(1, () => {
    while (left > 0 && exchange.socket.writableLength < mostWaitingBytes) {
      left--
      write(piece)
    }
    if (left === 0) {
      left = -1
      atEnd()
    }
  })
}
