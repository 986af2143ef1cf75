import type { IncomingMessage, ServerResponse } from 'node:http'
import { refusal } from '../wire/refusal.ts'

/**
 * Reads a request's body. Resolves to nothing when the client goes away.
 * @throws RouterError of status 413 as soon as the body is known to be too large, 415 for an encoded one.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  limitBytes: number,
): Promise<Buffer | undefined> {
  const { 'content-encoding': encoding, 'content-length': length, expect } = request.headers
  if (encoding !== undefined && encoding !== 'identity') {
    throw refusal('content-encoding: must be identity; send the body as it is', {
      status: 415,
      code: 'unsupported_encoding',
      field: 'content-encoding',
    })
  }
  if (length !== undefined && Number(length) > limitBytes) throw tooLarge(limitBytes)
  if (expect !== undefined) response.writeContinue()
  return collect(request, limitBytes)
}

function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer): void => {
      length += chunk.length
      chunks.push(chunk)
      if (length <= limitBytes) return
      chunks = []
      request.off('data', take)
      request.pause()
      reject(tooLarge(limitBytes))
    }
    request.on('data', take)
    request.on('end', () => resolve(Buffer.concat(chunks, length)))
    request.on('close', () => resolve(undefined))
  })
}

function tooLarge(limitBytes: number): Error {
  return refusal(`the body is larger than ${limitBytes} bytes`, { status: 413, code: 'payload_too_large' })
}
