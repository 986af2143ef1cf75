import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { referenceTokens } from '../reference-answer.ts'
import { wallFormatOf } from '../wall-formats.ts'
import { jsonObjectIn } from '../wall-request.ts'
import type { Origin } from './origin.ts'
import { openTlsOrigin } from './socket-origin.ts'

/** A whole request that came over HTTP/2. */
export interface Http2Request {
  /** How many came to the origin, this one included. */
  readonly number: number
  readonly stream: ServerHttp2Stream
  readonly session: ServerHttp2Session
  /** The good answer: bytes of the body up to some of the content, and the rest. */
  readonly body: readonly [string, string]
}

export type TakeHttp2Request = (request: Http2Request) => void

/** Opens an origin for `wall.test` that speaks HTTP/2. */
export function openHttp2Origin(take: TakeHttp2Request): Promise<Origin> {
  return openTlsOrigin((socket, origin) => speakHttp2(socket, origin, take), { http2: true })
}

/** Speaks HTTP/2 on a connection with TLS. */
export function speakHttp2(socket: Socket, origin: Origin, take: TakeHttp2Request): void {
  const session = performServerHandshake(socket)
  session.on('error', () => undefined)
  session.on('stream', (stream, { ':path': path = '' }) => {
    const pieces: Buffer[] = []
    stream.on('error', () => undefined)
    stream.on('data', (bytes: Buffer) => pieces.push(bytes))
    stream.once('end', () => {
      const body = goodBody(path, Buffer.concat(pieces).toString())
      take({ number: ++origin.requests, stream, session, body })
    })
  })
}

/** Answers a request well. */
export function answerHttp2Well(request: Http2Request): void {
  beginHttp2Answer(request)
  request.stream.end(request.body[1])
}

/** Answers up to some of the content, if anybody still wants it. */
export function beginHttp2Answer({ stream, body: [beginning] }: Http2Request): void {
  if (stream.destroyed || stream.closed) return
  stream.respond({
    ':status': 200,
    'content-type': beginning.startsWith('{') ? 'application/json' : 'text/event-stream',
  })
  stream.write(beginning)
}

function goodBody(path: string, text: string): [string, string] {
  const format = wallFormatOf(path)
  const body = jsonObjectIn(text)
  const answer = {
    id: 'wall-http2',
    model: format.modelOf(body, path),
    promptTokens: 7,
    tokens: referenceTokens,
  }
  if (!format.wantsStream(body, path)) {
    const whole = format.answer(answer)
    return [whole.slice(0, whole.length / 2), whole.slice(whole.length / 2)]
  }
  const { opening, content, finish, usage, end } = format.stream(answer)
  return [
    [...opening, ...content.slice(0, 20)].join(''),
    [...content.slice(20), ...finish, ...usage, ...end].join(''),
  ]
}
