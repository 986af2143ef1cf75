import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RouterError } from 'nextbest'
import { errorObject, retryHeaders } from '../wire/error-body.ts'

/** How long the rest of a refused body is read, so that the refusal arrives, in ms. */
const lingerMs = 1_000

/** Names and values in turn, as `writeHead` takes them. */
type FlatHeaders = readonly string[]

export interface JsonAnswer {
  readonly status: number
  readonly headers: FlatHeaders
  /** A JSON text. */
  readonly text: string
}

/** Sends head and body in one write. */
export function sendJson(response: ServerResponse, { status, headers, text }: JsonAnswer): void {
  if (response.destroyed) return
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, ['content-type', 'application/json', 'content-length', length, ...headers])
  response.end(text)
}

export interface ErrorAnswer {
  readonly error: RouterError
  /** Default: a fresh one. */
  readonly requestId?: string | undefined
  /** Headers beside those that every error has. Default: none. */
  readonly headers?: FlatHeaders
  /** Members beside `error`. Default: none. */
  readonly extras?: object | undefined
}

/** Sends an error in OpenAI's shape. A body that was not read is dropped, for a second; then the connection is cut. */
export function sendError(request: IncomingMessage, response: ServerResponse, answer: ErrorAnswer): void {
  const { error, headers = [], extras } = answer
  sendJson(response, {
    status: error.status,
    headers: ['x-request-id', answer.requestId ?? newRequestId(), ...retryHeaders(error), ...headers],
    text: JSON.stringify({ error: errorObject(error), ...extras }),
  })
  if (!request.complete) dropRest(request)
}

export function newRequestId(): string {
  return `req-${randomUUID()}`
}

/** Cutting the connection at once would destroy the answer on its way: the client is still sending. */
function dropRest(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), lingerMs)
  request.once('close', () => clearTimeout(timer))
  request.resume()
}
