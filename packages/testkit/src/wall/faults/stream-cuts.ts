import type { Fault, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { chunkEvent } from './chat-bodies.ts'
import { brokenOff, incomplete } from './expectations.ts'
import { beginning, closeBody, cut, openBody } from './streams.ts'
import type { Framing } from './streams.ts'
import { onRequest } from './variants.ts'

/** What came before the cut. */
type Piece = string | Uint8Array

type PieceOf = (exchange: WallExchange) => Piece

/** Tokens that came whole before a cut in the middle. */
const tokensBefore = 20

/** Nothing of the body, or no content yet. */
const earlyPieces: Readonly<Record<string, PieceOf>> = {
  'before-event': () => '',
  'before-content': (exchange) => beginning(exchange, 0),
  'in-first-event': (exchange) => beginning(exchange, 1).slice(0, -30),
}

/** Some whole tokens, and a piece of one more. */
const latePieces: Readonly<Record<string, PieceOf>> = {
  'mid-token': (exchange) => {
    const { content } = exchange.events
    const event = content[tokensBefore] ?? ''
    return beginning(exchange, tokensBefore) + event.slice(0, event.indexOf('word') + 2)
  },
  'mid-utf8': (exchange) => {
    const start = chunkEvent(exchange, { delta: { content: ' §' } }).split('§', 1)[0] ?? ''
    // Two of the three bytes of a euro sign.
    return Buffer.concat([Buffer.from(beginning(exchange, tokensBefore) + start), Buffer.of(0xe2, 0x82)])
  },
  /** All of an event's JSON, but not the end of its line. */
  'mid-line': (exchange) => {
    const { content } = exchange.events
    return beginning(exchange, tokensBefore) + (content[tokensBefore] ?? '').trimEnd()
  },
}

/** Each of the pieces, ended in each way, with and without chunks. */
function cuts(pieces: Readonly<Record<string, PieceOf>>): Readonly<Record<string, FaultVariant>> {
  const endings = ['fin', 'reset'] as const
  const framings: readonly Framing[] = ['chunked', 'unframed']
  const variants = Object.entries(pieces).flatMap(([name, pieceOf]) =>
    endings.flatMap((ending) =>
      framings.map(
        (framing) => [`${name}-${ending}-${framing}`, cutAfter(pieceOf, ending, framing)] as const,
      ),
    ),
  )
  return Object.fromEntries(variants)
}

function cutAfter(pieceOf: PieceOf, ending: 'fin' | 'reset', framing: Framing): FaultVariant {
  return onRequest((exchange) => {
    const piece = pieceOf(exchange)
    openBody(exchange, { framing })(piece)
    cut(exchange, ending)
  })
}

/** Content came, and then the body ended by its framing, without a word on why. */
function plainEnd(framing: Framing): FaultVariant {
  return onRequest((exchange) => {
    openBody(exchange, { framing })(beginning(exchange, tokensBefore))
    closeBody(exchange, framing)
  })
}

/** All content came, but nothing that says so. */
function endOfAll(exchange: WallExchange): void {
  openBody(exchange)(beginning(exchange, exchange.answer.tokens.length))
  closeBody(exchange)
}

/** Streams that end too early (103, 105, 112). */
export const streamCutFaults: readonly Fault[] = [
  {
    number: 103,
    name: 'cut before any content',
    expected: { stream: incomplete },
    variants: cuts(earlyPieces),
  },
  {
    number: 105,
    name: 'cut in the middle',
    expected: { stream: brokenOff },
    variants: cuts(latePieces),
  },
  {
    number: 112,
    name: 'end of the body without a finish reason',
    expected: { stream: brokenOff },
    variants: {
      chunked: plainEnd('chunked'),
      unframed: plainEnd('unframed'),
      'after-all-content': onRequest(endOfAll),
    },
  },
]
