import type { FailureEvidence } from '@nextbest/core'
import type { ServerSentEvent } from '../../src/adapter.ts'
import { createServerSentEventDecoder, type ServerSentEventDecoder } from '../../src/sse/decoder.ts'
import type { StreamCase } from './random-stream.ts'
import { decodedAtOnce, type DecodedStream } from './reference-decoder.ts'

/** One stream, cut into chunks at these offsets. */
export interface ChunkedCase extends StreamCase {
  readonly cuts: readonly number[]
}

/** A case on which the decoder and the reference do not agree. */
export interface Difference extends ChunkedCase {
  readonly expected: DecodedStream
  readonly got: DecodedInChunks
}

interface DecodedInChunks extends DecodedStream {
  /** Whether an event was told at the end that was closed before. */
  readonly late: boolean
}

type CreateDecoder = (options: { readonly maxEventBytes: number }) => ServerSentEventDecoder

/** Where the differences of a decoder are looked for. */
export interface Comparison {
  /** Default: ours. */
  readonly createDecoder?: CreateDecoder
}

/** Returns what a decoder makes of a case differently from the reference, which may be given where it is known already. */
export function differenceIn(
  chunked: ChunkedCase,
  { createDecoder = createServerSentEventDecoder }: Comparison = {},
  expected: DecodedStream = decodedAtOnce(chunked.bytes, chunked.maxEventBytes),
): Difference | undefined {
  const got = decodedInChunks(chunked, createDecoder({ maxEventBytes: chunked.maxEventBytes }))
  return isSame(expected, got) ? undefined : { ...chunked, expected, got }
}

/** Feeds chunks through one piece of memory, which is written over after each, as a reader that reuses its buffer does. */
function decodedInChunks({ bytes, cuts }: ChunkedCase, decoder: ServerSentEventDecoder): DecodedInChunks {
  const events: ServerSentEvent[] = []
  const listen = (event: ServerSentEvent): void => {
    events.push(event)
  }
  let overflow: FailureEvidence | undefined
  let start = 0
  for (let index = 0; index <= cuts.length; index++) {
    const end = cuts[index] ?? bytes.length
    const chunk = memory.subarray(0, end - start)
    chunk.set(bytes.subarray(start, end))
    overflow = decoder.push(chunk, listen)
    chunk.fill(0x7d)
    start = end
  }
  const pushed = events.length
  decoder.end(listen)
  return { events, overflow, late: events.slice(pushed).some(({ unclosed }) => unclosed !== true) }
}

/** Larger than any random stream. */
const memory = new Uint8Array(65_536)

function isSame(one: DecodedStream, other: DecodedInChunks): boolean {
  return (
    !other.late &&
    one.events.length === other.events.length &&
    one.events.every((event, index) => isSameEvent(event, other.events[index])) &&
    isSameOverflow(one.overflow, other.overflow)
  )
}

function isSameEvent(one: ServerSentEvent, other: ServerSentEvent | undefined): boolean {
  return one.event === other?.event && one.data === other.data && one.unclosed === other.unclosed
}

function isSameOverflow(one: FailureEvidence | undefined, other: FailureEvidence | undefined): boolean {
  if (one?.type !== 'malformed' || other?.type !== 'malformed') return one === other
  return one.detail === other.detail
}
