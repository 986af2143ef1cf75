import { openAi } from './faults/provider-bodies.ts'
import { beginning, closeBody, openBody } from './faults/streams.ts'
import type { WallPlay } from './public-fault.ts'
import type { WallExchange } from './wall-exchange.ts'

/** Answers with an error in OpenAI's shape. */
export function refusing(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): WallPlay {
  return (exchange) => exchange.respond(status, JSON.stringify(body), headers)
}

export const overloaded: WallPlay = refusing(
  503,
  openAi('The engine is overloaded. Please try again later.', 'server_error', 'overloaded'),
)

/** Says nothing for so long, and then ends the connection. */
export function silentFor(waitMs: number): WallPlay {
  return (exchange) => exchange.after(waitMs, () => exchange.fin())
}

/** Begins a stream at once, and says nothing in it for so long; a whole answer comes as late as its first token would. */
export function lateFor(waitMs: number): WallPlay {
  return (exchange) => {
    const write = exchange.stream ? openBody(exchange) : undefined
    exchange.after(waitMs, () => {
      if (write === undefined) return exchange.answerWell()
      write(beginning(exchange, exchange.answer.tokens.length) + endOf(exchange))
      return closeBody(exchange)
    })
  }
}

/** Ends the connection after so many tokens, or after their share of a whole answer. */
export function cutAfter(tokens: number): WallPlay {
  return (exchange) => {
    writeBeginning(exchange, tokens)
    exchange.fin()
  }
}

/** Falls silent after so many tokens, and ends the connection when the silence has lasted for so long. */
export function silentAfter(tokens: number, waitMs: number): WallPlay {
  return (exchange) => {
    writeBeginning(exchange, tokens)
    exchange.after(waitMs, () => exchange.fin())
  }
}

function writeBeginning(exchange: WallExchange, tokens: number): void {
  if (exchange.stream) {
    openBody(exchange)(beginning(exchange, tokens))
    return
  }
  const body = exchange.format.answer(exchange.answer)
  const share = tokens / exchange.answer.tokens.length
  exchange.bill(tokens)
  exchange.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length) })
  exchange.write(body.slice(0, body.length * share))
}

/** Puts an event between two tokens whose JSON breaks off; of a whole answer the JSON does. */
export function malformedAfter(tokens: number): WallPlay {
  return (exchange) => {
    const { answer, events, format, stream } = exchange
    if (!stream) return exchange.respond(200, format.answer(answer).slice(0, -40))
    const write = openBody(exchange)
    write(beginning(exchange, tokens))
    write(`data: {"id":"${answer.id}","choices":[{"delta":{"content":\n\n`)
    write(events.content.slice(tokens).join('') + endOf(exchange))
    exchange.bill(answer.tokens.length - tokens)
    return closeBody(exchange)
  }
}

/** Leaves the end mark of a stream out; a whole answer has none, and is good. */
export const withoutEndMark: WallPlay = (exchange) => {
  if (!exchange.stream) return exchange.answerWell()
  const { finish, usage } = exchange.events
  openBody(exchange)([beginning(exchange, exchange.answer.tokens.length), ...finish, ...usage].join(''))
  return closeBody(exchange)
}

/** Fails for so long from the first request for its model on, and answers well ever after. */
export function downFor(outageMs: number, fail: WallPlay): WallPlay {
  return (exchange) => {
    if (exchange.sinceFirstMs < outageMs) fail(exchange)
    else exchange.answerWell()
  }
}

const noPrefill = openAi(
  'This model does not go on with an assistant message. The conversation must end with a user message.',
  'invalid_request_error',
  'invalid_prefill',
)

/** Answers 400 to a request that ends with the beginning of an answer, for the model to go on with; else it does something else. */
export function refusingPrefill(otherwise: WallPlay): WallPlay {
  const refuse = refusing(400, noPrefill)
  return (exchange) => (endsWithAssistant(exchange) ? refuse : otherwise)(exchange)
}

function endsWithAssistant({ request }: WallExchange): boolean {
  const { messages } = request.body
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  return typeof last === 'object' && last !== null && 'role' in last && last.role === 'assistant'
}

function endOf({ events: { finish, usage, end } }: WallExchange): string {
  return [...finish, ...usage, ...end].join('')
}
