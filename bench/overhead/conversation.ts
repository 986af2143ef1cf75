// What the load generator asks and the scripted upstream answers, and just enough HTTP/1.1 to tell where a message ends.

/** The model that every subject is asked for. */
export const model = 'bench/model'

/** Streams send a chunk this often, in milliseconds. */
export const chunkIntervalMs = 10

/** Characters of the send time in a chunk: milliseconds of the machine's monotonic clock with three decimals. */
const stampLength = 15

/** Bytes of one server-sent event, the blank line included. */
const eventBytes = 266

/** Milliseconds of the machine's monotonic clock, which all processes of the machine share. */
export function machineNowMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** One HTTP request of about 2 KB. `chunks`: content chunks to stream; 0 asks for one JSON answer. */
export function requestBytes(chunks: number, headers: Readonly<Record<string, string>>): Buffer {
  const body = requestBody(chunks)
  const extra = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
      `authorization: Bearer bench\r\n${extra.join('')}content-length: ${body.length}\r\n\r\n${body}`,
  )
}

/** The body of that request. */
export function requestBody(chunks: number): string {
  const streaming = chunks > 0 ? { stream: true, max_tokens: chunks } : { max_tokens: 64 }
  const prose = 'The quick brown fox jumps over the lazy dog, and the dog does not mind at all. '
  const messages = [
    { role: 'system', content: prose.repeat(9) },
    { role: 'user', content: prose.repeat(13) },
  ]
  return JSON.stringify({ model, ...streaming, temperature: 0.2, messages })
}

/** The content chunks that a request asks for, 0 when it asks for one JSON answer. */
export function chunksAsked(request: string): number {
  if (!request.includes('"stream":true')) return 0
  return Number(/"max_(?:completion_)?tokens":(\d+)/.exec(request)?.[1] ?? 1)
}

/** Where the first HTTP message of `text` ends, -1 while it is incomplete. */
export function messageEnd(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return -1
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
  if (length === undefined) {
    const end = text.indexOf('\r\n0\r\n\r\n', headEnd + 2)
    return end === -1 ? -1 : end + 7
  }
  const end = headEnd + 4 + Number(length)
  return text.length < end ? -1 : end
}

/** The upstream's JSON answer, about 600 bytes of body. */
export function jsonAnswer(): Buffer {
  const body = JSON.stringify({
    id: 'chatcmpl-bench-0123456789abcdef',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'bench-model',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'All is well. '.repeat(20) },
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 420,
      completion_tokens: 60,
      total_tokens: 480,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  })
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
}

/** Head of a streamed answer with the role chunk. */
export function streamStart(): string {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
  return head + framed(event({ role: 'assistant', content: '' }, null))
}

/** One content chunk with the time at which it was sent. */
export function stampedChunk(): string {
  return chunkBefore + machineNowMs().toFixed(3).padStart(stampLength, '0') + chunkAfter
}

/** The finish chunk, the usage chunk, `[DONE]` and the end of the body. */
export function streamEnd(): string {
  const usage = { prompt_tokens: 420, completion_tokens: 60, total_tokens: 480 }
  const last = `data: ${JSON.stringify({ ...chunk, choices: [], usage })}\n\n`
  return `${framed(event({}, 'stop') + last)}${framed('data: [DONE]\n\n')}0\r\n\r\n`
}

/**
 * Calls `seen` with the send time of each stamped chunk in `text`; returns the rest, which may hold the beginning of
 * another stamp.
 */
export function readStamps(text: string, seen: (sentAtMs: number) => void): string {
  let at = text.indexOf('@')
  while (at !== -1 && at + 1 + stampLength <= text.length) {
    seen(Number(text.slice(at + 1, at + 1 + stampLength)))
    at = text.indexOf('@', at + 1 + stampLength)
  }
  // The end of a body is recognised by its last characters, which may arrive in two reads.
  return at === -1 ? text.slice(-8) : text.slice(at)
}

const chunk = {
  id: 'chatcmpl-bench-0123456789abcdef',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'bench-model',
}

const [chunkBefore, chunkAfter] = contentChunk()

function event(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }]
  return `data: ${JSON.stringify({ ...chunk, choices })}\n\n`
}

function framed(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

function contentChunk(): readonly [string, string] {
  const stamp = '#'.repeat(stampLength)
  const padding = eventBytes - event({ content: `@${stamp}` }, null).length
  const whole = framed(event({ content: `@${stamp}${' word'.repeat(50).slice(0, padding)}` }, null))
  const [before = '', after = ''] = whole.split(stamp)
  return [before, after]
}
