import type { Fault, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import type { WallStream } from '../wall-format.ts'
import { answerChanged } from './answers.ts'
import { chunkEvent, usageOf } from './chat-bodies.ts'
import { brokenOff, inBothModes, tolerated } from './expectations.ts'
import { closeBody, openBody } from './streams.ts'
import type { Framing } from './streams.ts'
import { onRequest } from './variants.ts'

type Events = readonly string[]

/** All tokens, and then these events. */
function endingIn(
  events: (stream: WallStream, exchange: WallExchange) => Events,
  framing: Framing = 'chunked',
): FaultVariant {
  return eventsOf(
    (stream, exchange) => [...stream.opening, ...stream.content, ...events(stream, exchange)],
    framing,
  )
}

/** These events, in one piece. */
function eventsOf(
  events: (stream: WallStream, exchange: WallExchange) => Events,
  framing: Framing = 'chunked',
): FaultVariant {
  return onRequest(
    (exchange) => {
      exchange.bill(exchange.answer.tokens.length)
      openBody(exchange, { framing })(events(exchange.events, exchange).join(''))
      closeBody(exchange, framing)
    },
    { modes: ['stream'] },
  )
}

/** An event of usage, and of nothing else. */
function usageEvent(exchange: WallExchange, completionTokens: number): string {
  return chunkEvent(exchange, {}, { choices: [], usage: usageOf(7, completionTokens) })
}

/** Every token with the usage up to it. */
function countedTokens(exchange: WallExchange): Events {
  return exchange.answer.tokens.map((content, index) =>
    chunkEvent(exchange, { delta: { content } }, { usage: usageOf(7, index + 1) }),
  )
}

/** Streams whose end is odd (110, 111, 113, 116). */
export const streamEndFaults: readonly Fault[] = [
  {
    number: 110,
    name: 'no end mark after the finish reason',
    expected: { stream: tolerated },
    variants: {
      chunked: endingIn(({ finish, usage }) => [...finish, ...usage]),
      unframed: endingIn(({ finish, usage }) => [...finish, ...usage], 'unframed'),
    },
  },
  {
    number: 111,
    name: 'end mark without a finish reason',
    // No finish reason is made up: an answer that does not say that it is whole is none, and the mark makes it no better.
    expected: { stream: brokenOff },
    variants: {
      'with-usage': endingIn(({ usage, end }) => [...usage, ...end]),
      'without-usage': endingIn(({ end }) => end),
    },
  },
  {
    number: 113,
    name: 'more after the end mark',
    expected: { stream: tolerated },
    variants: {
      'end-mark-twice': endingIn(({ finish, usage, end }) => [...finish, ...usage, ...end, ...end]),
      content: endingIn(({ content, finish, usage, end }) => [...finish, ...usage, ...end, ...content]),
      error: endingIn(({ finish, usage, end }) => [
        ...finish,
        ...usage,
        ...end,
        'data: {"error":{"message":"too late"}}\n\n',
      ]),
      noise: endingIn(({ finish, usage, end }) => [...finish, ...usage, ...end, 'data: {{{\n\n', '\0\0\0']),
    },
  },
  {
    number: 116,
    name: 'usage elsewhere or several times',
    expected: inBothModes(tolerated),
    variants: {
      missing: onRequest(
        (exchange) =>
          answerChanged(exchange, {
            edit: exchange.stream ? withoutUsageEvent : (body) => body.replace(/,"usage":\{[^}]*\}/, ''),
          }),
        { expected: { usage: 'estimated' } },
      ),
      'before-finish': endingIn(({ finish, usage, end }) => [...usage, ...finish, ...end]),
      several: endingIn(({ finish, usage, end }, exchange) => [
        usageEvent(exchange, 1),
        ...finish,
        usageEvent(exchange, 59),
        ...usage,
        ...end,
      ]),
      cumulative: eventsOf(({ opening, finish, end }, exchange) => [
        ...opening,
        ...countedTokens(exchange),
        ...finish,
        ...end,
      ]),
      'with-finish': endingIn(({ end }, exchange) => [
        chunkEvent(exchange, { finish_reason: 'stop' }, { usage: usageOf(7, 60) }),
        ...end,
      ]),
    },
  },
]

/** A body without the event that has no choices. */
function withoutUsageEvent(body: string): string {
  return body.replace(/^data: .*"choices":\[\].*\n\n/m, '')
}
