import type { ChatRequest } from '@nextbest/core'

/** An answer of a provider whose bytes are cut, one place after another. */
export interface CutAnswer {
  /** Unique among the answers; the request names it. */
  readonly name: string
  readonly body: Buffer
  readonly contentType: string
  /** Bytes of the body after which the answer is whole by its meaning. Default: the framing must say so. */
  readonly wholeFrom?: number
  /** What a client reads of the whole answer. */
  readonly whole: CutReading
  /** Default: 1. */
  readonly choices?: number
}

/** What a client reads of an answer: text by the place where it belongs, e.g. `0 content` or `0 tool 1`. */
export type CutReading = Readonly<Record<string, string>>

/** How the bytes of a body are laid out in a response. */
export type Framing = 'chunked' | 'unframed' | 'content-length'

interface Delta {
  readonly content?: string
  readonly reasoning_content?: string
  readonly tool_calls?: readonly object[]
}

const usage = { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } }
const done = '[DONE]'
const usageChunk = JSON.stringify({ choices: [], usage })

/** Short, since every byte is a connection; what is left out is filled in by the codec. */
function piece(delta: Delta, index = 0): string {
  return JSON.stringify({ choices: [{ index, delta }] })
}

function finish(
  finish_reason: string,
  { index = 0, ...more }: { index?: number; usage?: object } = {},
): string {
  return JSON.stringify({ choices: [{ index, delta: {}, finish_reason }], ...more })
}

function call(index: number, start: { id: string; name: string } | undefined, args: string): object {
  if (start === undefined) return { index, function: { arguments: args } }
  return { index, id: start.id, type: 'function', function: { name: start.name, arguments: args } }
}

interface Written {
  readonly name: string
  readonly events: readonly string[]
  readonly whole: CutReading
  /** Default: LF. */
  readonly lineEnd?: string
  /** What comes before each event. Default: nothing. */
  readonly before?: string
  readonly choices?: number
}

/** Writes a stream down. It is whole with the last `}` of its last finish reason. */
function stream({ name, events, whole, lineEnd = '\n', before = '', choices = 1 }: Written): CutAnswer {
  const lines = events.map((event) => `${before}data: ${event}${lineEnd}${lineEnd}`)
  const last = events.findLastIndex((event) => /"finish_reason":"/.test(event))
  const ending = `data: ${events[last]}`
  const untilFinish = lines.slice(0, last).join('') + before + ending
  const body = Buffer.from(lines.join(''))
  return {
    name,
    body,
    contentType: 'text/event-stream',
    wholeFrom: Buffer.byteLength(untilFinish),
    whole,
    choices,
  }
}

/** Streams in the wire format of OpenAI's chat completions. */
export const cutStreams: readonly CutAnswer[] = [
  stream({
    name: 'text, usage at the end',
    events: [
      piece({ content: '' }),
      piece({ content: 'Grüße, ' }),
      piece({ content: '世界 [1] {' }),
      piece({ content: '👋🏽}' }),
      finish('stop'),
      usageChunk,
      done,
    ],
    whole: { '0 content': 'Grüße, 世界 [1] {👋🏽}', '0 finish': 'stop' },
  }),
  stream({
    name: 'tool calls in several deltas',
    events: [
      piece({ tool_calls: [call(0, { id: 'c1', name: 'weather' }, '')] }),
      piece({ tool_calls: [call(0, undefined, '{"city":')] }),
      piece({ tool_calls: [call(1, { id: 'c2', name: 'time' }, '{"zone"')] }),
      piece({ tool_calls: [call(0, undefined, '"Zürich"}'), call(1, undefined, ':[]}')] }),
      finish('tool_calls'),
      done,
    ],
    whole: {
      '0 tool 0': 'c1 weather {"city":"Zürich"}',
      '0 tool 1': 'c2 time {"zone":[]}',
      '0 finish': 'tool_calls',
    },
  }),
  stream({
    name: 'reasoning, then text',
    events: [
      piece({ reasoning_content: '6×7' }),
      piece({ reasoning_content: ' is …' }),
      piece({ content: '42' }),
      finish('stop', { usage }),
      done,
    ],
    whole: { '0 reasoning': '6×7 is …', '0 content': '42', '0 finish': 'stop' },
  }),
  stream({
    name: 'comments and CRLF',
    events: [piece({ content: 'Le ' }), piece({ content: 'vent é' }), finish('length'), usageChunk, done],
    whole: { '0 content': 'Le vent é', '0 finish': 'length' },
    lineEnd: '\r\n',
    before: ': keep-alive\r\n\r\n',
  }),
  stream({
    name: 'no end mark',
    events: [piece({ content: 'So ' }), piece({ content: 'long' }), finish('stop')],
    whole: { '0 content': 'So long', '0 finish': 'stop' },
  }),
  stream({
    name: 'two choices, one after the other',
    events: [
      piece({ content: 'Heads' }),
      finish('stop'),
      piece({ content: 'Ta' }, 1),
      piece({ content: 'ils' }, 1),
      finish('stop', { index: 1 }),
      done,
    ],
    whole: { '0 content': 'Heads', '0 finish': 'stop', '1 content': 'Tails', '1 finish': 'stop' },
    choices: 2,
  }),
]

const completion = JSON.stringify({
  id: 'a',
  created: 1,
  choices: [{ index: 0, message: { role: 'assistant', content: '世界 [1] {👋🏽}' }, finish_reason: 'stop' }],
  usage,
})

/** An answer that is not a stream. */
export const cutCompletion: CutAnswer = {
  name: 'a completion',
  body: Buffer.from(completion),
  contentType: 'application/json',
  whole: { '0 content': '世界 [1] {👋🏽}', '0 finish': 'stop' },
}

/** How an answer is to be cut. */
export interface CutCase {
  readonly answer: CutAnswer
  readonly framing: Framing
  /** How the connection ends: in order, or by a reset. */
  readonly how: 'FIN' | 'RST'
  /** Bytes of the response that are sent, its head included. */
  readonly sent: number
}

/** Returns the cases of an answer: each number of bytes of its body, in each framing, each way. */
export function casesOf(answer: CutAnswer, framings: readonly Framing[]): readonly CutCase[] {
  return framings.flatMap((framing) => {
    const { headBytes, bytes } = responseOf(answer, framing)
    return casesBetween({ answer, framing }, headBytes, bytes.length)
  })
}

/** Returns the cases in which the head of the response is cut, or nothing but the head comes. */
export function headCasesOf(answer: CutAnswer, framings: readonly Framing[]): readonly CutCase[] {
  return framings.flatMap((framing) =>
    casesBetween({ answer, framing }, 0, responseOf(answer, framing).headBytes),
  )
}

function casesBetween(
  what: Pick<CutCase, 'answer' | 'framing'>,
  least: number,
  most: number,
): readonly CutCase[] {
  return (['FIN', 'RST'] as const).flatMap((how) =>
    Array.from({ length: most - least + 1 }, (_, index) => ({ ...what, how, sent: least + index })),
  )
}

/** Returns a request that tells the provider its case. */
export function requestOf({ answer, framing, how, sent }: CutCase): ChatRequest {
  const content = JSON.stringify([answer.name, framing, how, sent])
  const { choices = 1 } = answer
  return {
    model: 'author/model',
    messages: [{ role: 'user', content }],
    ...(choices > 1 && { n: choices }),
  }
}

/** Whether what is sent in a case holds the whole answer. */
export function isSentWhole({ answer, framing, sent }: CutCase): boolean {
  return sent >= responseOf(answer, framing).wholeFrom
}

interface Response {
  readonly bytes: Buffer
  readonly headBytes: number
  /** Bytes after which the answer is whole. */
  readonly wholeFrom: number
}

const responses = new Map<string, Response>()

/** Returns the response with an answer. */
export function responseOf(answer: CutAnswer, framing: Framing): Response {
  const key = `${framing} ${answer.name}`
  const response = responses.get(key) ?? responseWith(answer, framing)
  responses.set(key, response)
  return response
}

const framingHeaders: Readonly<Record<Framing, (bytes: number) => string>> = {
  chunked: () => 'transfer-encoding: chunked\r\n',
  'content-length': (bytes) => `content-length: ${bytes}\r\n`,
  unframed: () => '',
}

function responseWith({ body, contentType, wholeFrom }: CutAnswer, framing: Framing): Response {
  const framingHeader = framingHeaders[framing](body.length)
  const head = Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\nconnection: close\r\n${framingHeader}\r\n`,
  )
  const framed = framing === 'chunked' ? Buffer.concat([inChunks(body), Buffer.from('0\r\n\r\n')]) : body
  const framedFrom =
    framing === 'chunked' && wholeFrom !== undefined ? inChunks(body, wholeFrom).length : wholeFrom
  return {
    bytes: Buffer.concat([head, framed]),
    headBytes: head.length,
    wholeFrom: head.length + (framedFrom ?? framed.length),
  }
}

/** Short, so that many chunks begin and end within an event, and within a character. */
const chunkBytes = 57

/** Writes a body down in chunks, up to the byte of it that is given. */
function inChunks(body: Buffer, until = Infinity): Buffer {
  const pieces: Buffer[] = []
  for (let start = 0; start < Math.min(until, body.length); start += chunkBytes) {
    const chunk = body.subarray(start, start + chunkBytes)
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk.subarray(0, until - start))
    if (start + chunk.length < until) pieces.push(Buffer.from('\r\n'))
  }
  return Buffer.concat(pieces)
}
