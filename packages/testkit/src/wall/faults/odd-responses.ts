import type { Fault, FaultVariant, FaultVariantDetails } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { bodyOf } from './answers.ts'
import { inBothModes, incomplete, lastingMalformed, serverError, tolerated } from './expectations.ts'
import { connectionLost } from './network-expectations.ts'
import { onRequest } from './variants.ts'

/** Sends something before a good answer. */
function afterInterim(response: string): FaultVariant {
  return onRequest((exchange) => {
    exchange.write(`${response}\r\n\r\n`)
    exchange.answerWell()
  })
}

/** Sends a good answer under a head of one's own. */
function underHead(headOf: (body: string) => string, bodyFrom = (body: string) => body): FaultVariant {
  return onRequest((exchange) => {
    const body = bodyOf(exchange, exchange.answer)
    exchange.write(`HTTP/1.1 200 OK\r\n${headOf(body)}\r\n\r\n${bodyFrom(body)}`)
    exchange.end()
  })
}

function withStatus(status: string, details?: FaultVariantDetails): FaultVariant {
  return onRequest((exchange) => {
    const body = JSON.stringify({ error: { message: `status ${status}` } })
    const head = `content-type: application/json\r\ncontent-length: ${body.length}`
    exchange.write(`HTTP/1.1 ${status} Wall\r\n${head}\r\n\r\n${body}`)
    exchange.end()
  }, details)
}

function inOneChunk(body: string): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`
}

/** Answers well, and sends more than that in the same write, which would be taken for the answer to the next request. */
function followedBy(more: (exchange: WallExchange) => string): FaultVariant {
  return onRequest((exchange) => {
    exchange.socket.cork()
    exchange.answerWell()
    exchange.socket.write(more(exchange))
    exchange.socket.uncork()
  })
}

function poisonedResponse(exchange: WallExchange): string {
  const body = bodyOf(exchange, { ...exchange.answer, tokens: ['poisoned'] })
  const type = exchange.stream ? 'text/event-stream' : 'application/json'
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

const manyHeaders: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 5_000 }, (_, index) => [`x-header-${index}`, 'y']),
)

/** Responses that are odd below their meaning (24–32). */
export const oddResponseFaults: readonly Fault[] = [
  {
    number: 24,
    name: 'header of twenty kilobytes',
    expected: inBothModes(lastingMalformed),
    variants: { long: onRequest((exchange) => exchange.answerWell({ 'x-long': 'y'.repeat(20_000) })) },
  },
  {
    number: 25,
    name: 'five thousand headers',
    expected: inBothModes(lastingMalformed),
    variants: { many: onRequest((exchange) => exchange.answerWell(manyHeaders)) },
  },
  {
    number: 26,
    name: 'early hints before the answer',
    expected: inBothModes(tolerated),
    variants: {
      '103': afterInterim('HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload'),
      '102': afterInterim('HTTP/1.1 102 Processing'),
    },
  },
  {
    number: 27,
    name: 'continue that nobody asked for',
    expected: inBothModes(connectionLost),
    variants: { '100': afterInterim('HTTP/1.1 100 Continue') },
  },
  {
    number: 28,
    name: 'switch of protocols that nobody asked for',
    expected: inBothModes(connectionLost),
    variants: {
      '101': afterInterim('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c'),
    },
  },
  {
    number: 29,
    name: 'two lengths of one body',
    followUp: true,
    expected: inBothModes(lastingMalformed),
    variants: {
      'length-and-chunks': underHead(
        (body) => `content-length: ${Buffer.byteLength(body)}\r\ntransfer-encoding: chunked`,
        inOneChunk,
      ),
      'two-lengths': underHead((body) => `content-length: ${Buffer.byteLength(body)}\r\ncontent-length: 3`),
    },
  },
  {
    number: 30,
    name: 'bytes behind the answer',
    followUp: true,
    expected: inBothModes(tolerated),
    variants: { response: followedBy(poisonedResponse), garbage: followedBy(() => 'garbage\r\n\r\n') },
  },
  {
    number: 31,
    name: 'size of a chunk that is none',
    expected: inBothModes(incomplete),
    variants: {
      'first-chunk': onRequest((exchange) => {
        exchange.writeStreamHead({
          'content-type': exchange.stream ? 'text/event-stream' : 'application/json',
        })
        exchange.write('wall\r\ndata: {}\r\n')
      }),
    },
  },
  {
    number: 32,
    name: 'status that does not exist',
    expected: inBothModes(serverError),
    variants: {
      '600': withStatus('600'),
      '999': withStatus('999'),
      // No parser takes these for a response.
      '0': withStatus('0', { expected: lastingMalformed }),
      '000': withStatus('000', { expected: lastingMalformed }),
    },
  },
]
