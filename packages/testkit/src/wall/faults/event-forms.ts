import type { Fault, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { answerChanged, bodyOf } from './answers.ts'
import { brokenOff, inBothModes, incomplete, lastingMalformed, tolerated } from './expectations.ts'
import { eventFrame } from './event-frame.ts'
import { beginning, closeBody, drip, openBody } from './streams.ts'
import { onRequest } from './variants.ts'

/** The good stream, written differently. */
function rewritten(edit: (body: string) => string): FaultVariant {
  return onRequest((exchange) => answerChanged(exchange, { edit }))
}

/** Puts text before each event. */
function beforeEach(text: (index: number) => string): FaultVariant {
  return rewritten((body) => {
    let index = 0
    return body.replaceAll(/^data: /gm, (start) => text(index++) + start)
  })
}

/** The good stream in these pieces, each in a chunk of its own. */
function inPieces(
  piecesOf: (body: Buffer) => readonly Uint8Array[],
  tokens?: readonly string[],
): FaultVariant {
  return onRequest(
    (exchange) => {
      const answer = { ...exchange.answer, tokens: tokens ?? exchange.answer.tokens }
      const write = openBody(exchange)
      exchange.bill(answer.tokens.length)
      for (const piece of piecesOf(Buffer.from(bodyOf(exchange, answer)))) write(piece)
      closeBody(exchange)
    },
    tokens === undefined
      ? {}
      : { expected: { text: tokens.join(''), usage: { promptTokens: 7, completionTokens: tokens.length } } },
  )
}

function splitAt(bytes: Buffer, isEnd: (index: number) => boolean): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  let start = 0
  for (let index = 1; index <= bytes.length; index++) {
    if (index < bytes.length && !isEnd(index)) continue
    pieces.push(bytes.subarray(start, index))
    start = index
  }
  return pieces
}

const newline = 0x0a
const carriageReturn = 0x0d

/** Between every carriage return and its line feed. */
function splitLineEnds(body: Buffer): readonly Uint8Array[] {
  const bytes = Buffer.from(body.toString().replaceAll('\n', '\r\n'))
  return splitAt(bytes, (index) => bytes[index - 1] === carriageReturn && bytes[index] === newline)
}

/** Characters of two, three and four bytes, so that every boundary within them is one between chunks. */
const wideTokens: readonly string[] = ['Zürich', ' 東京', ' €uro', ' 🙂🙃', ' ñandú', ' end']

/** A thousand short tokens. */
const manyTokens: readonly string[] = Array.from({ length: 1_000 }, (_, index) => ` t${index}`)

function answerOtherwise(exchange: WallExchange): void {
  const { format, answer, events } = exchange
  exchange.bill(answer.tokens.length)
  if (exchange.stream) {
    exchange.respond(200, format.answer(answer))
    return
  }
  openBody(exchange)(Object.values(events).flat().join(''))
  closeBody(exchange)
}

/** The chunks of the good stream as JSON, without what makes them events. */
function jsonChunks({ events }: WallExchange): readonly string[] {
  const { opening, content, finish, usage } = events
  return [...opening, ...content, ...finish, ...usage].map((event) => event.slice('data: '.length).trimEnd())
}

/** The good stream as binary frames; every one, or one in the middle, has a wrong checksum. */
function framed(spoilt: 'none' | 'middle'): FaultVariant {
  return onRequest((exchange) => {
    const write = openBody(exchange, { contentType: 'application/vnd.amazon.eventstream' })
    exchange.bill(exchange.answer.tokens.length)
    jsonChunks(exchange).forEach((json, index) =>
      write(eventFrame('chunk', json, { spoilt: spoilt === 'middle' && index === 20 })),
    )
    closeBody(exchange)
  })
}

/** Streams in forms that a parser may not expect (118, 119, 121, 122). */
export const eventFormFaults: readonly Fault[] = [
  {
    number: 118,
    name: 'events in every spelling',
    expected: { stream: tolerated },
    variants: {
      lf: rewritten((body) => body),
      cr: rewritten((body) => body.replaceAll('\n', '\r')),
      crlf: rewritten((body) => body.replaceAll('\n', '\r\n')),
      mixed: rewritten((body) => {
        let index = 0
        return body.replaceAll('\n', () => ['\n', '\r', '\r\n'][index++ % 3] ?? '\n')
      }),
      'split-crlf': inPieces(splitLineEnds),
      'byte-order-mark': rewritten((body) => `\uFEFF${body}`),
      'no-space': rewritten((body) => body.replaceAll('data: ', 'data:')),
      'multi-line-data': rewritten((body) => body.replaceAll(',"choices"', '\ndata: ,"choices"')),
      'id-and-retry': beforeEach((index) => `id: ${index}\nretry: 3000\n`),
      pings: beforeEach(() => 'event: ping\ndata: {"type": "ping"}\n\nevent: ping\ndata\n\n'),
      comments: beforeEach(() => ': OPENROUTER PROCESSING\n\n'),
      'unknown-events': beforeEach((index) => `event: progress\ndata: step ${index}\n\nunknown: field\n`),
    },
  },
  {
    number: 119,
    name: 'events in every cut',
    expected: { stream: tolerated },
    variants: {
      'byte-by-byte': inPieces((body) => splitAt(body, () => true), wideTokens),
      /** With a pause between the two halves, so that no buffer puts them together. */
      'split-characters': onRequest(
        (exchange) => {
          const answer = { ...exchange.answer, tokens: wideTokens }
          const bytes = Buffer.from(bodyOf(exchange, answer))
          const pieces = splitAt(bytes, (index) => ((bytes[index] ?? 0) & 0b1100_0000) === 0b1000_0000)
          exchange.bill(wideTokens.length)
          drip(exchange, pieces, { write: openBody(exchange), periodMs: 1, atEnd: () => closeBody(exchange) })
        },
        {
          expected: {
            text: wideTokens.join(''),
            usage: { promptTokens: 7, completionTokens: wideTokens.length },
          },
        },
      ),
      'thousand-in-one-chunk': inPieces((body) => [body], manyTokens),
      /** A character whose two halves, escaped, come in events of their own. */
      'split-pair': inPieces((body) => [body], ['Smile', ' \uD83D', '\uDE42']),
    },
  },
  {
    number: 121,
    name: 'whole answer for a stream, or the reverse',
    expected: inBothModes(tolerated),
    variants: { converted: onRequest(answerOtherwise) },
  },
  {
    number: 122,
    name: 'stream that is no event stream',
    // Of another format's frames a client that does not speak it learns nothing, so nothing is delivered.
    expected: { stream: incomplete },
    variants: {
      /** It begins like a whole answer in JSON. */
      ndjson: onRequest(
        (exchange) => {
          exchange.bill(exchange.answer.tokens.length)
          const write = openBody(exchange, { contentType: 'application/x-ndjson' })
          write(`${jsonChunks(exchange).join('\n')}\n`)
          closeBody(exchange)
        },
        { expected: lastingMalformed },
      ),
      'binary-frames': framed('none'),
      'binary-frames-bad-checksum': framed('middle'),
      'exception-frame': onRequest((exchange) => {
        const write = openBody(exchange, { contentType: 'application/vnd.amazon.eventstream' })
        const json = '{"message":"Too many requests, please wait before trying again."}'
        write(eventFrame('throttlingException', json, { messageType: 'exception' }))
        closeBody(exchange)
      }),
      'binary-after-content': onRequest(
        (exchange) => {
          const write = openBody(exchange)
          write(beginning(exchange, 20))
          write(eventFrame('chunk', '{}', { spoilt: true }))
          closeBody(exchange)
        },
        { expected: brokenOff },
      ),
    },
  },
]
