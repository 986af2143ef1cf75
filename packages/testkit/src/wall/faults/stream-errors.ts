import type { Fault, FaultExpectation, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { answerChanged } from './answers.ts'
import { chunkEvent, eventOf } from './chat-bodies.ts'
import {
  contextExceeded,
  inBothModes,
  overloaded,
  quotaExhausted,
  rateLimited,
  serverError,
  tolerated,
} from './expectations.ts'
import { anthropic, openAi, openRouter } from './provider-bodies.ts'
import { beginning, closeBody, openBody } from './streams.ts'
import { onRequest } from './variants.ts'

/** Tokens that came before an error in the middle. */
const tokensBefore = 20

const serverErrorEvent = eventOf(openRouter(502, 'Provider disconnected'))
const overloadedEvent = `event: error\n${eventOf(anthropic('overloaded_error', 'Overloaded'))}`
const done = 'data: [DONE]\n\n'

/** These events, after what `before` says. */
function ending(
  events: string,
  before: (exchange: WallExchange) => string,
  expected: Partial<FaultExpectation>,
): FaultVariant {
  const play = (exchange: WallExchange): void => {
    openBody(exchange)(before(exchange) + events)
    closeBody(exchange)
  }
  return onRequest(play, { expected })
}

/** These events, and nothing before them. */
function firstEvent(events: string, expected: Partial<FaultExpectation> = {}): FaultVariant {
  return ending(events, () => '', expected)
}

/** These events, after so many tokens. */
function errorAfter(tokens: number, events: string, expected: Partial<FaultExpectation> = {}): FaultVariant {
  return ending(events, (exchange) => beginning(exchange, tokens), expected)
}

const midStream: FaultExpectation = { ...serverError, action: 'break-off' }

/** The whole text, whose choice finishes with this. */
function finish(exchange: WallExchange, reason: string): void {
  const edit = (body: string): string =>
    body.replaceAll('"finish_reason":"stop"', `"finish_reason":${JSON.stringify(reason)}`)
  answerChanged(exchange, { edit })
}

/** Errors within a 200 that is a stream (104, 114, 115). */
export const streamErrorFaults: readonly Fault[] = [
  {
    number: 104,
    name: 'first event is an error',
    expected: { stream: serverError },
    variants: {
      openrouter: firstEvent(serverErrorEvent),
      text: firstEvent(eventOf({ error: 'upstream failed' })),
      'after-role': errorAfter(0, serverErrorEvent),
      anthropic: firstEvent(overloadedEvent, overloaded),
      'rate-limit': firstEvent(
        eventOf(openAi('Rate limit reached for requests', 'requests', 'rate_limit_exceeded')),
        rateLimited,
      ),
      quota: firstEvent(
        eventOf(openAi('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota')),
        quotaExhausted,
      ),
      'vllm-context': firstEvent(
        eventOf({
          error: {
            message:
              "This model's maximum context length is 32768 tokens. However, you requested 32818 tokens.",
            type: 'BadRequestError',
            param: null,
            code: 400,
          },
        }) + done,
        contextExceeded,
      ),
    },
  },
  {
    number: 114,
    name: 'error after content',
    expected: { stream: midStream },
    variants: {
      text: errorAfter(tokensBefore, eventOf({ error: 'upstream failed' })),
      object: errorAfter(tokensBefore, serverErrorEvent),
      'text-and-end-mark': errorAfter(tokensBefore, eventOf({ error: 'upstream failed' }) + done),
      'object-and-end-mark': errorAfter(tokensBefore, serverErrorEvent + done),
      /** It follows the last word, and yet the answer is not said to be whole. */
      'after-all-content': errorAfter(60, serverErrorEvent + done),
      anthropic: errorAfter(tokensBefore, overloadedEvent, { ...overloaded, action: 'break-off' }),
      'rate-limit': errorAfter(tokensBefore, eventOf(openRouter(429, 'Rate limit exceeded')), {
        ...rateLimited,
        action: 'break-off',
      }),
    },
  },
  {
    number: 115,
    name: 'finish reason of its own',
    expected: inBothModes(tolerated),
    variants: {
      unknown: onRequest((exchange) => finish(exchange, 'tired'), { expected: { finishReason: 'tired' } }),
      'another-format': onRequest((exchange) => finish(exchange, 'eos_token'), {
        expected: { finishReason: 'stop' },
      }),
      /** Of a whole answer nothing was delivered, so that it may be asked for again. */
      'error-in-whole': onRequest((exchange) => finish(exchange, 'error'), {
        modes: ['json'],
        expected: serverError,
      }),
      error: onRequest((exchange) => finish(exchange, 'error'), {
        modes: ['stream'],
        expected: midStream,
      }),
      'error-with-words': onRequest(
        (exchange) => {
          const choice = { finish_reason: 'error', error: { code: 502, message: 'Provider disconnected' } }
          openBody(exchange)(beginning(exchange, tokensBefore) + chunkEvent(exchange, choice) + done)
          closeBody(exchange)
        },
        { modes: ['stream'], expected: midStream },
      ),
    },
  },
]
