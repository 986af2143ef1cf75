import { constants } from 'node:http2'
import type { Fault, FaultVariant } from '../fault.ts'
import type { FaultOrigin } from '../fault-origin.ts'
import { goawayFrame, takeHttp2Frames } from '../origins/http2-frames.ts'
import {
  answerHttp2Well,
  beginHttp2Answer,
  openHttp2Origin,
  speakHttp2,
  type TakeHttp2Request,
} from '../origins/http2-origin.ts'
import { openTlsOrigin } from '../origins/socket-origin.ts'
import { brokenOff, inBothModes, tolerated } from './expectations.ts'
import { connectionLost } from './network-expectations.ts'
import { atOrigin } from './origin-variant.ts'

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_ENHANCE_YOUR_CALM } =
  constants

function overHttp2(take: TakeHttp2Request): () => Promise<FaultOrigin> {
  return () => openHttp2Origin(take)
}

/** On every second connection says goodbye to a request instead of processing it, for which node:http2 has no words. */
function openLeavingOrigin(): Promise<FaultOrigin> {
  let connections = 0
  return openTlsOrigin(
    (socket, origin) => {
      if (connections++ % 2 === 1) return speakHttp2(socket, origin, answerHttp2Well)
      takeHttp2Frames(socket, () => {
        origin.requests++
        socket.end(goawayFrame(0, NGHTTP2_NO_ERROR))
      })
    },
    { http2: true },
  )
}

/** How long content is on its way before the connection breaks, in ms. */
const contentMs = 20

const failWithContent: TakeHttp2Request = (request) => {
  beginHttp2Answer(request)
  setTimeout(() => request.session.goaway(NGHTTP2_INTERNAL_ERROR), contentMs)
}

function resets(code: number): FaultVariant {
  return atOrigin(overHttp2(({ stream }) => stream.close(code)))
}

/** Faults of HTTP/2 (33–36). */
export const http2Faults: readonly Fault[] = [
  {
    number: 33,
    name: 'GOAWAY without an error',
    followUp: true,
    expected: inBothModes(tolerated),
    variants: {
      'after-the-answer': atOrigin(
        overHttp2((request) => {
          request.stream.once('close', () => request.session.goaway(NGHTTP2_NO_ERROR))
          answerHttp2Well(request)
        }),
      ),
      'before-the-answer': atOrigin(
        overHttp2((request) => {
          request.session.goaway(NGHTTP2_NO_ERROR)
          answerHttp2Well(request)
        }),
      ),
      // It says that it did not process the request, which is sent once more on a new connection.
      unprocessed: atOrigin(openLeavingOrigin, { expected: { action: 'retry' } }),
    },
  },
  {
    number: 34,
    name: 'GOAWAY with an error',
    // However many streams the connection carries, it is one failure of one connection.
    expected: inBothModes(connectionLost),
    variants: {
      'before-a-response': atOrigin(overHttp2(({ session }) => session.goaway(NGHTTP2_INTERNAL_ERROR))),
      'after-content': atOrigin(overHttp2(failWithContent), { modes: ['stream'], expected: brokenOff }),
    },
  },
  {
    number: 35,
    name: 'stream that is refused',
    // A refused stream was not processed, so it may be sent again.
    expected: inBothModes({ action: 'retry', health: 'none' }),
    variants: {
      once: atOrigin(
        overHttp2((request) => {
          if (request.number % 2 === 1) request.stream.close(NGHTTP2_REFUSED_STREAM)
          else answerHttp2Well(request)
        }),
      ),
      again: atOrigin(
        overHttp2(({ stream }) => stream.close(NGHTTP2_REFUSED_STREAM)),
        {
          expected: { ...connectionLost, action: 'retry' },
        },
      ),
    },
  },
  {
    number: 36,
    name: 'stream that is reset',
    expected: inBothModes(connectionLost),
    variants: {
      'internal-error': resets(NGHTTP2_INTERNAL_ERROR),
      'enhance-your-calm': resets(NGHTTP2_ENHANCE_YOUR_CALM),
    },
  },
]
