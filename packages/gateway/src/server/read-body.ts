import type { IncomingMessage, ServerResponse } from 'node:http'
import { refusal } from '../wire/refusal.ts'

/** How a body is read, and who hears of it: one of `onBody` and `onRefusal`, or nobody when the client goes away. */
export interface BodyReading {
  readonly response: ServerResponse
  readonly limitBytes: number
  onBody(bytes: Buffer): void
  /** With an error of status 413 as soon as the body is known to be too large, or 415 for an encoded one. */
  onRefusal(error: Error): void
}

/** Reads a request's body. Without promises: they cost a chat call more than the reading itself. */
export function readBody(request: IncomingMessage, reading: BodyReading): void {
  const { 'content-encoding': encoding, 'content-length': length, expect } = request.headers
  if (encoding !== undefined && encoding !== 'identity') return reading.onRefusal(encoded())
  if (length !== undefined && Number(length) > reading.limitBytes)
    return reading.onRefusal(tooLarge(reading.limitBytes))
  if (expect !== undefined) reading.response.writeContinue()
  return collect(request, reading)
}

/**
 * The promise form. Resolves to nothing when the client goes away.
 * @throws RouterError of status 413 or 415.
 */
export function bodyOf(
  request: IncomingMessage,
  limits: Pick<BodyReading, 'response' | 'limitBytes'>,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    request.once('close', () => resolve(undefined))
    readBody(request, { ...limits, onBody: resolve, onRefusal: reject })
  })
}

function collect(request: IncomingMessage, reading: BodyReading): void {
  let chunks: Buffer[] = []
  let length = 0
  const take = (chunk: Buffer): void => {
    length += chunk.length
    chunks.push(chunk)
    if (length <= reading.limitBytes) return
    chunks = []
    request.off('data', take).off('end', end)
    request.pause()
    reading.onRefusal(tooLarge(reading.limitBytes))
  }
  const end = (): void => {
    const [first] = chunks
    reading.onBody(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, length))
  }
  request.on('data', take)
  request.on('end', end)
}

function encoded(): Error {
  return refusal('content-encoding: must be identity; send the body as it is', {
    status: 415,
    code: 'unsupported_encoding',
    field: 'content-encoding',
  })
}

function tooLarge(limitBytes: number): Error {
  return refusal(`the body is larger than ${limitBytes} bytes`, { status: 413, code: 'payload_too_large' })
}
