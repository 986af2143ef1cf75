import type { Fault, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { inBothModes, tolerated } from './expectations.ts'
import { connectionLost } from './network-expectations.ts'
import { onRequest } from './variants.ts'

/** Comes on a connection that was used before; the first request of a connection is answered well. */
function onReuse(play: (exchange: WallExchange) => void): FaultVariant {
  return onRequest((exchange) => {
    if (exchange.requestsOnSocket === 1) exchange.answerWell()
    else play(exchange)
  })
}

/** Answers well, and ends the connection without a word before. */
function answerAndLeave(exchange: WallExchange): void {
  exchange.answerWell()
  exchange.fin()
}

/** Faults of connections that are used again (15–17). */
export const keepAliveFaults: readonly Fault[] = [
  {
    number: 15,
    name: 'reset of an idle connection as the request comes',
    warmUp: true,
    // The provider saw nothing of the request, so it is sent once more, on a new connection.
    expected: inBothModes({ action: 'retry', health: 'none' }),
    variants: {
      once: onReuse((exchange) => exchange.reset()),
      // The new connection is reset as well: that was no race.
      again: onRequest((exchange) => exchange.reset(), { expected: { ...connectionLost, action: 'retry' } }),
    },
  },
  {
    number: 16,
    name: 'end of an idle connection as the request comes',
    warmUp: true,
    // Not sent once more: the request may have run, and would be paid for twice. An idle connection ends for no fault of anybody's.
    expected: inBothModes({ ...connectionLost, health: 'none' }),
    variants: { once: onReuse((exchange) => exchange.fin()) },
  },
  {
    number: 17,
    name: 'end of the connection after an answer, unannounced',
    followUp: true,
    expected: inBothModes(tolerated),
    variants: {
      'each-time': onRequest(answerAndLeave),
      'every-second-time': onRequest((exchange) => {
        if (exchange.requestsOnSocket % 2 === 0) answerAndLeave(exchange)
        else exchange.answerWell()
      }),
    },
  },
]
