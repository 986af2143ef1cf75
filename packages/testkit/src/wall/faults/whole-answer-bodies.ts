import type { Fault, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { answerChanged, bodyOf, sendBody } from './answers.ts'
import { chunkEvent, completionBody, eventOf, usageOf } from './chat-bodies.ts'
import {
  contentRefused,
  contextExceeded,
  inBothModes,
  incomplete,
  malformed,
  overloaded,
  quotaExhausted,
  rateLimited,
  serverError,
  timedOut,
  tolerated,
} from './expectations.ts'
import { openAi, openRouter, page } from './provider-bodies.ts'
import { cut, drip, endless, openBody } from './streams.ts'
import { onRequest, refusal } from './variants.ts'
import type { ErrorBody, RefusalDetails } from './variants.ts'

/** A 200 with something else than an answer. */
function instead(body: ErrorBody, { expected }: Pick<RefusalDetails, 'expected'> = {}): FaultVariant {
  const headers = { 'content-type': 'application/json' }
  return refusal(200, body, expected === undefined ? { headers } : { headers, expected })
}

/** Half of an answer's JSON, whole by its framing. */
function halfAnswer(exchange: WallExchange): string {
  const body = exchange.format.answer(exchange.answer)
  exchange.bill(exchange.answer.tokens.length)
  return body.slice(0, body.length / 2)
}

/** Half of an answer's JSON, and the connection ends before the length that was announced. */
function cutAnswer(ending: 'fin' | 'reset'): FaultVariant {
  return onRequest(
    (exchange) => {
      exchange.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      exchange.write(halfAnswer(exchange))
      cut(exchange, ending)
    },
    { expected: { ...incomplete, action: 'retry' } },
  )
}

/** Blank lines keep the connection alive while the provider works. */
function answerAfter(blankLines: Iterable<string>): (exchange: WallExchange) => void {
  return (exchange) => {
    const write = openBody(exchange, { contentType: 'application/json' })
    const atEnd = (): void => {
      exchange.bill(exchange.answer.tokens.length)
      write(exchange.format.answer(exchange.answer))
      exchange.endChunks()
    }
    drip(exchange, blankLines, { write, periodMs: 20, atEnd })
  }
}

function answerWithType(exchange: WallExchange, contentType: string | undefined): void {
  const body = bodyOf(exchange, exchange.answer)
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  exchange.bill(exchange.answer.tokens.length)
  exchange.writeHead(200, contentType === undefined ? length : { 'content-type': contentType, ...length })
  exchange.write(body)
  exchange.end()
}

/** The good answer under a name for its body. */
function labelled(contentType: string): FaultVariant {
  return onRequest((exchange) => answerChanged(exchange, { headers: { 'content-type': contentType } }))
}

/** An answer without choices; `more` has what stands in their place. */
function choiceless(exchange: WallExchange, more: object): void {
  const whole = { id: exchange.answer.id, object: 'chat.completion', usage: usageOf(7, 0), ...more }
  const chunk = { id: exchange.answer.id, object: 'chat.completion.chunk', ...more }
  sendBody(exchange, exchange.stream ? `${eventOf(chunk)}data: [DONE]\n\n` : JSON.stringify(whole))
}

/** An answer that says nothing, neither by tools nor by a refusal. */
function wordless(content: string | null): FaultVariant {
  return onRequest((exchange) => {
    const message = { role: 'assistant', content }
    const events = [
      chunkEvent(exchange, { delta: message }),
      chunkEvent(exchange, { finish_reason: 'stop' }),
      chunkEvent(exchange, {}, { choices: [], usage: usageOf(7, 0) }),
      'data: [DONE]\n\n',
    ]
    sendBody(exchange, exchange.stream ? events.join('') : completionBody(exchange, { message }))
  })
}

/** A 200 that is something else than an answer (90–96). */
export const strangeBodyFaults: readonly Fault[] = [
  {
    number: 90,
    name: 'page in place of an answer',
    expected: inBothModes(malformed),
    variants: {
      page: refusal(200, page('Sign in', 'Your session has ended.')),
      'labelled-as-json': instead(page('Sign in', 'Your session has ended.')),
    },
  },
  {
    number: 91,
    name: 'error in a 200',
    expected: inBothModes(serverError),
    variants: {
      server: instead(openRouter(502, 'Provider returned error', { provider_name: 'Example' })),
      text: instead({ error: 'upstream failed' }),
      mistral: instead({
        object: 'error',
        message: 'Service unavailable',
        type: 'internal_error',
        code: 500,
      }),
      'in-a-choice': onRequest((exchange) => {
        const error = { code: 502, message: 'Upstream error' }
        const choice = { message: { role: 'assistant', content: '' }, finish_reason: 'error', error }
        exchange.respond(200, completionBody(exchange, choice))
      }),
      'rate-limit': instead(openRouter(429, 'Rate limit exceeded'), { expected: rateLimited }),
      overloaded: instead(openAi('Overloaded', 'overloaded_error'), { expected: overloaded }),
      credits: instead(openRouter(402, 'Insufficient credits'), { expected: quotaExhausted }),
      context: instead(
        openRouter(
          400,
          "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens.",
        ),
        { expected: contextExceeded },
      ),
      moderation: instead(
        openRouter(403, 'Your input was flagged', { flagged_input: 'a long te…nted here' }),
        {
          expected: contentRefused,
        },
      ),
    },
  },
  {
    number: 92,
    name: 'truncated or empty answer',
    expected: inBothModes(malformed),
    variants: {
      truncated: onRequest((exchange) => exchange.respond(200, halfAnswer(exchange))),
      'truncated-unframed': onRequest((exchange) => {
        openBody(exchange, { framing: 'unframed', contentType: 'application/json' })(halfAnswer(exchange))
        exchange.fin()
      }),
      'truncated-by-fin': cutAnswer('fin'),
      'truncated-by-reset': cutAnswer('reset'),
      empty: instead(''),
      null: instead('null'),
      list: instead('[]'),
      string: instead('"I am sorry"'),
    },
  },
  {
    number: 93,
    name: 'blank lines before the answer',
    expected: { json: tolerated },
    variants: {
      brief: onRequest(answerAfter(Array.from({ length: 6 }, () => '\n'))),
      endless: onRequest(answerAfter(endless('\n')), { expected: timedOut }),
    },
  },
  {
    number: 94,
    name: 'wrong media type',
    expected: inBothModes(tolerated),
    variants: {
      'text-plain': labelled('text/plain; charset=utf-8'),
      'octet-stream': labelled('application/octet-stream'),
      'text-html': labelled('text/html'),
      /** JSON that is called a stream, or a stream that is called JSON. */
      swapped: onRequest((exchange) =>
        answerWithType(exchange, exchange.stream ? 'application/json' : 'text/event-stream'),
      ),
      none: onRequest((exchange) => answerWithType(exchange, undefined)),
    },
  },
  {
    number: 95,
    name: 'no choices',
    // No part of a stream without choices says that it is whole.
    expected: { json: malformed, stream: { ...incomplete, action: 'retry' } },
    variants: {
      empty: onRequest((exchange) => choiceless(exchange, { choices: [] })),
      missing: onRequest((exchange) => choiceless(exchange, {})),
    },
  },
  {
    number: 96,
    name: 'no content',
    // Some prompts do ask for nothing: where nobody has more to say, that is the answer.
    expected: inBothModes({
      action: 'retry',
      health: 'half',
      text: '',
      usage: { promptTokens: 7, completionTokens: 0 },
    }),
    variants: { null: wordless(null), 'empty-text': wordless('') },
  },
]
