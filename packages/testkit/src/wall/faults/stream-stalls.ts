import type { Fault, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { chunkEvent } from './chat-bodies.ts'
import { brokenOff, lastingMalformed, stalled, timedOut } from './expectations.ts'
import { beginning, closeBody, drip, endless, flood, openBody, stall } from './streams.ts'
import { onRequest } from './variants.ts'

const tokensBefore = 20

/** How often a sign of life comes, in ms; seconds in the wild. */
const livenessMs = 25

/** Falls silent after so many tokens, but for a sign of life. */
function silentAfter(tokens: number, sign?: (exchange: WallExchange) => string): FaultVariant {
  return onRequest((exchange) => {
    const write = openBody(exchange)
    write(beginning(exchange, tokens))
    if (sign === undefined) stall(exchange)
    else drip(exchange, endless(sign(exchange)), { write, periodMs: livenessMs })
  })
}

const comment = (): string => ': keep-alive\n\n'
const ping = (): string => 'event: ping\ndata: {"type": "ping"}\n\n'
const emptyDelta = (exchange: WallExchange): string => chunkEvent(exchange, { delta: { content: '' } })

/** One byte at a time of what would be the rest of the answer. */
function byteByByteAfter(tokens: number): (exchange: WallExchange) => void {
  return (exchange) => {
    const write = openBody(exchange)
    if (tokens > 0) write(beginning(exchange, tokens))
    const { opening, content } = exchange.events
    const rest = tokens > 0 ? content.slice(tokens) : [...opening, ...content]
    drip(exchange, rest.join(''), { write, periodMs: livenessMs })
  }
}

/** The token of an answer without an end. */
const moreToken = ' more'

/** How many come; no caller of the wall asks for so many. */
const manyTokens = 50_000

/** Goes on long after any answer should have ended. */
function goOn(exchange: WallExchange): void {
  const { opening, finish, usage, end } = exchange.events
  const write = openBody(exchange)
  write(opening.join(''))
  exchange.bill(manyTokens)
  const hundredTokens = chunkEvent(exchange, { delta: { content: moreToken } }).repeat(100)
  const hundreds = Array.from({ length: manyTokens / 100 }, () => hundredTokens)
  const atEnd = (): void => {
    write([...finish, ...usage, ...end].join(''))
    closeBody(exchange)
  }
  drip(exchange, hundreds, { write, periodMs: 1, atEnd })
}

/** A line of fifty million bytes that does not end. */
function longLineAfter(tokens: number): (exchange: WallExchange) => void {
  return (exchange) => {
    const write = openBody(exchange)
    if (tokens > 0) write(beginning(exchange, tokens))
    write('data: {"id":"')
    flood(exchange, { write, piece: 'x'.repeat(62_500), times: 800, atEnd: () => exchange.fin() })
  }
}

/** Streams that fall silent, or do not come to an end (106–109, 120). */
export const streamStallFaults: readonly Fault[] = [
  {
    number: 106,
    name: 'silence before any content',
    expected: { stream: timedOut },
    variants: {
      silent: onRequest((exchange) => {
        openBody(exchange)
        stall(exchange)
      }),
      'after-role': silentAfter(0),
      comments: silentAfter(0, comment),
      pings: silentAfter(0, ping),
      'empty-deltas': silentAfter(0, emptyDelta),
    },
  },
  {
    number: 107,
    name: 'silence after content',
    expected: { stream: stalled },
    variants: {
      silent: silentAfter(tokensBefore),
      comments: silentAfter(tokensBefore, comment),
      pings: silentAfter(tokensBefore, ping),
      'empty-deltas': silentAfter(tokensBefore, emptyDelta),
    },
  },
  {
    number: 108,
    name: 'byte after byte without end',
    expected: { stream: stalled },
    variants: {
      'after-content': onRequest(byteByByteAfter(tokensBefore)),
      'from-the-start': onRequest(byteByByteAfter(0), { expected: timedOut }),
    },
  },
  {
    number: 109,
    name: 'far more tokens than asked for',
    expected: {
      stream: {
        ...brokenOff,
        client: { status: 502, code: 'provider_malformed_response' },
        text: moreToken.repeat(manyTokens),
      },
    },
    variants: { endless: onRequest(goOn) },
  },
  {
    number: 120,
    name: 'line of fifty megabytes',
    expected: { stream: lastingMalformed },
    variants: {
      first: onRequest(longLineAfter(0)),
      'after-content': onRequest(longLineAfter(tokensBefore), { expected: { action: 'break-off' } }),
    },
  },
]
