import type { ReferenceAnswer } from '../reference-answer.ts'
import type { WallExchange } from '../wall-exchange.ts'

export interface AnswerChanges {
  /** The pieces of its text. Default: those of the reference answer. */
  readonly tokens?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** What becomes of the body: the JSON, or all events of the stream. Default: nothing. */
  readonly edit?: (body: string) => string | Uint8Array
}

/** Answers well but for the changes, and bills every token. */
export function answerChanged(exchange: WallExchange, changes: AnswerChanges): void {
  const { headers = {}, edit = (body: string) => body } = changes
  const answer = { ...exchange.answer, tokens: changes.tokens ?? exchange.answer.tokens }
  exchange.bill(answer.tokens.length)
  sendBody(exchange, edit(bodyOf(exchange, answer)), headers)
}

/** Sends a body as what the request asked for, whole by its framing. */
export function sendBody(
  exchange: WallExchange,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (!exchange.stream) {
    exchange.respond(200, body, headers)
    return
  }
  exchange.writeStreamHead(headers)
  exchange.writeChunk(body)
  exchange.endChunks()
}

/** The body of an answer in the way in which the request asked for it. */
export function bodyOf({ format, stream }: WallExchange, answer: ReferenceAnswer): string {
  if (!stream) return format.answer(answer)
  const { opening, content, finish, usage, end } = format.stream(answer)
  return [...opening, ...content, ...finish, ...usage, ...end].join('')
}
