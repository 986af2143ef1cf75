import type { Fault, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { answerChanged, sendBody } from './answers.ts'
import { chunkEvent, completionBody, usageOf } from './chat-bodies.ts'
import { contentRefused, inBothModes, tolerated } from './expectations.ts'
import { onRequest } from './variants.ts'

/** What an answer says in place of the reference text. */
interface OtherAnswer {
  /** Members of the message besides the role; in a stream, of its one delta. */
  readonly message: Readonly<Record<string, unknown>>
  readonly finishReason: string
  readonly promptTokens?: number
  readonly outputTokens: number
  /** Members of the choice. Default: none. */
  readonly choice?: object
}

function answerOther(exchange: WallExchange, other: OtherAnswer): void {
  const { message, finishReason, promptTokens = 7, outputTokens, choice } = other
  const usage = usageOf(promptTokens, outputTokens)
  const whole = { role: 'assistant', content: null, ...message }
  exchange.bill(outputTokens)
  if (!exchange.stream) {
    exchange.respond(
      200,
      completionBody(exchange, { message: whole, finish_reason: finishReason, ...choice }, { usage }),
    )
    return
  }
  const events = [
    chunkEvent(exchange, { delta: { role: 'assistant', ...message } }),
    chunkEvent(exchange, { finish_reason: finishReason, ...choice }),
    chunkEvent(exchange, {}, { choices: [], usage }),
    ...exchange.events.end,
  ]
  sendBody(exchange, events.join(''))
}

/** An answer that is whole, and says less than the reference text. */
function says(other: OtherAnswer): FaultVariant {
  const { message, finishReason, promptTokens = 7, outputTokens: completionTokens } = other
  const { content, refusal } = message
  return onRequest((exchange) => answerOther(exchange, other), {
    expected: {
      text: typeof content === 'string' ? content : '',
      finishReason: filterReasons.has(finishReason) ? 'content_filter' : finishReason,
      usage: { promptTokens, completionTokens },
      ...(typeof refusal === 'string' && { refusal }),
    },
  })
}

/** Google's words for what others call `content_filter`; callers are told that. */
const filterReasons: ReadonlySet<string> = new Set(['SAFETY', 'RECITATION'])

const beginningOfText = 'word01 word02 word03'

/** What Azure adds to a choice whose filter did not run. */
const filterDidNotRun = {
  content_filter_result: {
    error: { code: 'content_filter_error', message: 'The contents are not filtered' },
  },
}

/** A good answer, but for the prompt's tokens that it counts. */
function promptCounted(promptTokens: number): FaultVariant {
  return onRequest(
    (exchange) => {
      const usage = `"usage":${JSON.stringify(usageOf(promptTokens, 60))}`
      answerChanged(exchange, { edit: (body) => body.replace(/"usage":\{[^}]*\}/, usage) })
    },
    { expected: { usage: { promptTokens, completionTokens: 60 } } },
  )
}

const answerToAnother = ['This', ' answers', ' another', ' request.']

const otherModel = 'other/model-2024-01-01'

/** Well-formed answers of another meaning (123–126). */
export const meaningFaults: readonly Fault[] = [
  {
    number: 123,
    name: 'answer of another model',
    expected: inBothModes(tolerated),
    variants: {
      'other-model': onRequest(
        (exchange) => {
          const asked = JSON.stringify(exchange.answer.model)
          const edit = (body: string): string =>
            body.replaceAll(`"model":${asked}`, `"model":${JSON.stringify(otherModel)}`)
          answerChanged(exchange, { edit })
        },
        { expected: { servedModel: otherModel } },
      ),
      deprecated: onRequest((exchange) =>
        exchange.answerWell({
          deprecation: '@1767225600',
          sunset: 'Thu, 31 Dec 2026 23:59:59 GMT',
          warning: '299 - "The model is deprecated and will be shut down"',
        }),
      ),
    },
  },
  {
    number: 124,
    name: 'refusal or filter',
    expected: inBothModes(tolerated),
    variants: {
      refusal: says({
        message: { refusal: 'I am sorry, but I cannot help with that.' },
        finishReason: 'stop',
        outputTokens: 10,
      }),
      'filter-after-text': says({
        message: { content: beginningOfText },
        finishReason: 'content_filter',
        outputTokens: 3,
      }),
      'filter-without-text': says({
        message: { content: '' },
        finishReason: 'content_filter',
        outputTokens: 0,
      }),
      'filter-did-not-run': onRequest((exchange) => {
        const stop = '"finish_reason":"stop"'
        const more = JSON.stringify(filterDidNotRun).slice(1, -1)
        answerChanged(exchange, { edit: (body) => body.replace(stop, `${stop},${more}`) })
      }),
      safety: says({ message: { content: beginningOfText }, finishReason: 'SAFETY', outputTokens: 3 }),
      recitation: says({
        message: { content: beginningOfText },
        finishReason: 'RECITATION',
        outputTokens: 3,
      }),
      'safety-without-text': says({ message: { content: '' }, finishReason: 'SAFETY', outputTokens: 0 }),
      'blocked-prompt': onRequest(
        (exchange) => {
          const promptFeedback = { blockReason: 'SAFETY' }
          const more = { choices: [], usage: usageOf(7, 0), promptFeedback }
          sendBody(
            exchange,
            exchange.stream
              ? chunkEvent(exchange, {}, more) + exchange.events.end.join('')
              : completionBody(exchange, {}, more),
          )
        },
        { expected: contentRefused },
      ),
    },
  },
  {
    number: 125,
    name: 'context cut without a word',
    expected: inBothModes(tolerated),
    variants: {
      /** A local server left out what did not fit. */
      truncated: promptCounted(2_048),
      /** More than any window. */
      overflow: promptCounted(50_000_000),
      'no-room-left': says({ message: { content: '' }, finishReason: 'length', outputTokens: 0 }),
    },
  },
  {
    number: 126,
    name: 'answer to another request',
    // Nothing in it says so but an id that was there before, and that proves nothing: local servers draw ids from a thousand, and caches
    // answer with the id of the first time. Who asked can tell; a gateway that guessed would fail good answers.
    expected: inBothModes(tolerated),
    warmUp: true,
    variants: {
      'id-repeated': onRequest((exchange) =>
        answerChanged(exchange, {
          edit: (body) =>
            body.replaceAll(JSON.stringify(exchange.answer.id), JSON.stringify(idBefore(exchange))),
        }),
      ),
      'answer-repeated': onRequest(
        (exchange) =>
          answerChanged(exchange, {
            tokens: answerToAnother,
            edit: (body) =>
              body.replaceAll(JSON.stringify(exchange.answer.id), JSON.stringify(idBefore(exchange))),
          }),
        {
          expected: {
            text: answerToAnother.join(''),
            usage: { promptTokens: 7, completionTokens: answerToAnother.length },
          },
        },
      ),
    },
  },
]

/** The id of the good answer that the wall gave before. */
function idBefore({ answer }: WallExchange): string {
  const index = Number(answer.id.slice(answer.id.lastIndexOf('-') + 1))
  return `wall-${Math.max(0, index - 1)}`
}
