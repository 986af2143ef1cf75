import type { FailureEvidence } from '@nextbest/core'
import type { ServerSentEvent } from '../adapter.ts'
import { PendingLine } from './pending-line.ts'

/** Splits the bytes of a `text/event-stream` into events, wherever the bytes were cut. */
export interface ServerSentEventDecoder {
  /**
   * Takes the next bytes and tells every event that they complete, in order. The bytes are not kept: the caller may
   * reuse them.
   *
   * @returns evidence once an event is larger than the bound. Nothing is told or kept from then on, and every further
   * call returns the same evidence.
   */
  push(bytes: Uint8Array, onEvent: (event: ServerSentEvent) => void): FailureEvidence | undefined
  /**
   * Called once when the body ended: tells the last event if no blank line closed it, as `unclosed`. The standard drops
   * such an event, but providers do end their streams this way. A last line without a line end counts only if it closes a
   * JSON value (`}` or `]`): whatever else it is was cut.
   */
  end(onEvent: (event: ServerSentEvent) => void): void
}

export interface ServerSentEventDecoderOptions {
  /**
   * Bytes kept at a time: the `data` and `event` lines of one event and the line that is being read. An integer of
   * 1..268,435,456.
   * @defaultValue 1_048_576
   */
  readonly maxEventBytes?: number
}

export const serverSentEventDecoderDefaults: Required<ServerSentEventDecoderOptions> = Object.freeze({
  maxEventBytes: 1_048_576,
})

/**
 * Returns a decoder for one stream, by the parsing rules of the WHATWG HTML standard (server-sent events). `id` and
 * `retry` are ignored: a cut answer is never resumed by reconnecting.
 *
 * @throws RangeError when `maxEventBytes` is out of range.
 */
export function createServerSentEventDecoder(
  options?: ServerSentEventDecoderOptions,
): ServerSentEventDecoder {
  const { maxEventBytes } = { ...serverSentEventDecoderDefaults, ...options }
  if (!Number.isInteger(maxEventBytes) || maxEventBytes < 1 || maxEventBytes > 268_435_456) {
    throw new RangeError(`maxEventBytes must be an integer of 1..268435456, got ${maxEventBytes}`)
  }
  return new Decoder(maxEventBytes)
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const colon = 0x3a

type Listener = (event: ServerSentEvent) => void

class Decoder implements ServerSentEventDecoder {
  readonly #maxEventBytes: number
  readonly #pending = new PendingLine()
  #firstLine = true
  /** Whether the last byte was a CR: an LF that follows it ends no line of its own. */
  #afterCarriageReturn = false
  #event = ''
  #data: string | undefined
  /** Bytes of the lines that make up `#event` and `#data`. */
  #eventBytes = 0
  #overflow: FailureEvidence | undefined

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes
  }

  push(bytes: Uint8Array, onEvent: Listener): FailureEvidence | undefined {
    const size = bytes.length
    if (size === 0) return this.#overflow
    const chunk = asBuffer(bytes)
    let start = this.#afterCarriageReturn && chunk[0] === lineFeed ? 1 : 0
    this.#afterCarriageReturn = false
    // Each is searched again only once it was passed: a chunk without CR is scanned for it once.
    let nextLineFeed = -1
    let nextCarriageReturn = -1
    while (start < size && this.#overflow === undefined) {
      if (nextLineFeed < start) nextLineFeed = positionOf(lineFeed, chunk, start)
      if (nextCarriageReturn < start) nextCarriageReturn = positionOf(carriageReturn, chunk, start)
      const end = Math.min(nextLineFeed, nextCarriageReturn)
      if (end === size) {
        this.#keep(chunk, start, size)
        break
      }
      const event = this.#endLine(chunk, start, end)
      if (event !== undefined) onEvent(event)
      start = end === nextCarriageReturn && chunk[end + 1] === lineFeed ? end + 2 : end + 1
    }
    this.#afterCarriageReturn = chunk[size - 1] === carriageReturn
    return this.#overflow
  }

  end(onEvent: Listener): void {
    if (this.#overflow !== undefined) return
    const line = this.#pending.take()
    const event = (closesJson(line) ? this.#line(line, 0, line.length) : undefined) ?? this.#complete()
    if (event !== undefined) onEvent({ ...event, unclosed: true })
  }

  /** Keeps the start of a line whose end has not come. */
  #keep(chunk: Buffer, start: number, end: number): void {
    if (!this.#exceeds(this.#pending.length + end - start)) this.#pending.append(chunk, start, end)
  }

  /** Takes the end of a line. Returns the event that it completes. */
  #endLine(chunk: Buffer, start: number, end: number): ServerSentEvent | undefined {
    if (this.#pending.length === 0) return this.#line(chunk, start, end)
    this.#keep(chunk, start, end)
    if (this.#overflow !== undefined) return undefined
    const line = this.#pending.take()
    return this.#line(line, 0, line.length)
  }

  #line(bytes: Buffer, start: number, end: number): ServerSentEvent | undefined {
    if (this.#exceeds(end - start)) return undefined
    const from = this.#firstLine && startsWithByteOrderMark(bytes, start, end) ? start + 3 : start
    this.#firstLine = false
    if (from === end) return this.#complete()
    if (isData(bytes, from, end)) {
      const value = valueOf(bytes, from + 4, end)
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
      this.#eventBytes += end - start
    } else if (isEvent(bytes, from, end)) {
      this.#event = valueOf(bytes, from + 5, end)
      this.#eventBytes += end - start
    }
    return undefined
  }

  /** Returns the event whose lines came, if one of them was data, and begins the next one. */
  #complete(): ServerSentEvent | undefined {
    const event = this.#event
    const data = this.#data
    this.#reset()
    return data === undefined ? undefined : { event, data }
  }

  #reset(): void {
    this.#event = ''
    this.#data = undefined
    this.#eventBytes = 0
  }

  /** Whether a line of this length breaks the bound; if so nothing is kept any more. */
  #exceeds(lineBytes: number): boolean {
    if (this.#eventBytes + lineBytes <= this.#maxEventBytes) return false
    this.#reset()
    this.#pending.take()
    this.#overflow = { type: 'malformed', detail: `an event of more than ${this.#maxEventBytes} bytes` }
    return true
  }
}

/**
 * A view of the same bytes. `Buffer` searches and decodes short pieces in half the time that `Uint8Array.indexOf` and
 * `TextDecoder` take (measured).
 */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Where the byte is next, or the chunk's length. */
function positionOf(byte: number, chunk: Buffer, start: number): number {
  const position = chunk.indexOf(byte, start)
  return position === -1 ? chunk.length : position
}

/** The value of a field whose name ends at `nameEnd`; one space after the colon is not part of it. */
function valueOf(bytes: Buffer, nameEnd: number, end: number): string {
  const start = nameEnd + 1
  return start >= end ? '' : bytes.toString('utf8', bytes[start] === space ? start + 1 : start, end)
}

function isData(bytes: Buffer, start: number, end: number): boolean {
  return (
    bytes[start] === 0x64 &&
    bytes[start + 1] === 0x61 &&
    bytes[start + 2] === 0x74 &&
    bytes[start + 3] === 0x61 &&
    nameEndsAt(start + 4, bytes, end)
  )
}

function isEvent(bytes: Buffer, start: number, end: number): boolean {
  return bytes.toString('latin1', start, start + 5) === 'event' && nameEndsAt(start + 5, bytes, end)
}

/** A field's name ends at its colon or, without one, at the end of the line. */
function nameEndsAt(position: number, bytes: Buffer, end: number): boolean {
  return position === end || (position < end && bytes[position] === colon)
}

function startsWithByteOrderMark(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf
}

function closesJson(line: Buffer): boolean {
  const last = line[line.length - 1]
  return last === 0x7d || last === 0x5d
}
