import type { Socket } from 'node:net'
import type { Fault } from '../fault.ts'
import { openPlainOrigin } from '../origins/socket-origin.ts'
import { inBothModes, stalled, timedOut, tooLarge } from './expectations.ts'
import { connectionLost } from './network-expectations.ts'
import { atOrigin } from './origin-variant.ts'
import { beginning, drip, endless, openBody, stall } from './streams.ts'
import { onRequest } from './variants.ts'

/** How often one more read is done, in ms, to notice a client that has left. */
const glanceMs = 1_000

/** Reads what comes first, and then next to nothing, so that the client cannot send on. */
function starve(socket: Socket): void {
  socket.on('data', () => socket.pause())
  const glances = setInterval(() => socket.resume(), glanceMs)
  socket.once('close', () => clearInterval(glances))
}

const tooLargeBody =
  '{"error":{"message":"Request entity too large","type":"invalid_request_error","code":null}}'

/** Answers as soon as anything of the request came, ends, and reads the rest for nothing. */
function refuseEarly(socket: Socket): void {
  socket.once('data', () => {
    socket.end(
      'HTTP/1.1 413 Payload Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n' +
        `content-length: ${tooLargeBody.length}\r\n\r\n${tooLargeBody}`,
    )
    socket.resume()
  })
}

const cutHead = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-'

/** A head that never ends, in bytes that come one by one: in the wild each second. */
const headByteMs = 25

/** Faults in which no response begins, or one that nobody waited for (18–23). */
export const noResponseFaults: readonly Fault[] = [
  {
    number: 18,
    name: 'peer that is gone without a word',
    // To whoever waits above TCP, a peer that is gone is one that says nothing.
    expected: inBothModes(timedOut),
    variants: {
      'before-a-response': onRequest(stall),
      'after-content': onRequest(
        (exchange) => {
          openBody(exchange)(beginning(exchange, 20))
          stall(exchange)
        },
        { modes: ['stream'], expected: stalled },
      ),
    },
  },
  {
    number: 19,
    name: 'request that is not read',
    expected: inBothModes(timedOut),
    variants: { 'after-the-head': atOrigin(() => openPlainOrigin(starve)) },
  },
  {
    number: 20,
    name: 'answer before the request is sent',
    expected: inBothModes(tooLarge),
    variants: { '413': atOrigin(() => openPlainOrigin(refuseEarly)) },
  },
  {
    number: 21,
    name: 'empty reply',
    expected: inBothModes(connectionLost),
    variants: {
      'after-the-request': onRequest((exchange) => exchange.fin()),
      'at-once': atOrigin(() => openPlainOrigin((socket) => socket.resume().end())),
    },
  },
  {
    number: 22,
    name: 'head of a response that is cut',
    expected: inBothModes(connectionLost),
    variants: {
      fin: onRequest((exchange) => {
        exchange.write(cutHead)
        exchange.fin()
      }),
      reset: onRequest((exchange) => {
        exchange.write(cutHead)
        exchange.reset()
      }),
    },
  },
  {
    number: 23,
    name: 'head of a response that drips',
    expected: inBothModes(timedOut),
    variants: {
      drip: onRequest((exchange) => {
        exchange.write(cutHead)
        drip(exchange, endless('x'), { write: (bytes) => exchange.write(bytes), periodMs: headByteMs })
      }),
    },
  },
]
