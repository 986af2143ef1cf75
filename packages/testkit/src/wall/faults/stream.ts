import type { Fault } from '../fault.ts'

/** Streams that end, stall or say something else (103–122). */
export const streamFaults: readonly Fault[] = [
  {
    number: 110,
    name: 'no end mark after the finish reason',
    expected: { stream: { action: 'tolerate', health: 'none' } },
    variants: {
      chunked: {
        at: 'request',
        play: (exchange) => {
          const { opening, content, finish, usage } = exchange.events
          exchange.bill(content.length)
          exchange.writeStreamHead()
          exchange.writeChunk([...opening, ...content, ...finish, ...usage].join(''))
          exchange.endChunks()
        },
      },
    },
  },
]
