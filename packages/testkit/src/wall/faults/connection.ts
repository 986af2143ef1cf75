import type { Fault } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { inBothModes, misconfigured, tolerated } from './expectations.ts'
import { http2Faults } from './http2.ts'
import { keepAliveFaults } from './keep-alive.ts'
import { noResponseFaults } from './no-response.ts'
import { oddResponseFaults } from './odd-responses.ts'
import { each, onRequest } from './variants.ts'

/** How long the loop stands still, in ms. */
const blockedMs = 2_000

/**
 * Answers well, and then stops the event loop of its own process before anybody can read: of use where the client lives in the same
 * process, and has a timer that falls due meanwhile.
 */
function answerAndBlock(exchange: WallExchange): void {
  exchange.answerWell()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs)
}

/** Faults in the life of a connection (15–38). */
export const connectionFaults: readonly Fault[] = [
  ...keepAliveFaults,
  ...noResponseFaults,
  ...oddResponseFaults,
  ...http2Faults,
  {
    number: 37,
    name: 'redirect',
    // Never followed, or the key would go wherever it says. It is not the end of the call: nobody sends other endpoints away.
    expected: inBothModes(misconfigured),
    variants: each([301, 302, 303, 307, 308], (status) =>
      onRequest((exchange) => exchange.respond(status, '', { location: exchange.request.path })),
    ),
  },
  {
    number: 38,
    name: 'event loop of our own that stands still',
    // What comes too late is our own doing.
    expected: inBothModes(tolerated),
    variants: { 'two-seconds': onRequest(answerAndBlock) },
  },
]
