import type { IncomingMessage } from 'node:http'

/** Calls back with the body of a request once it is whole, or with nothing once it is larger than `mostBytes`. */
export function readBody(
  request: IncomingMessage,
  mostBytes: number,
  callback: (body: Buffer | undefined) => void,
): void {
  const parts: Buffer[] = []
  let bytes = 0
  request.on('data', (part: Buffer) => {
    if (bytes > mostBytes) return
    bytes += part.length
    if (bytes <= mostBytes) {
      parts.push(part)
      return
    }
    parts.length = 0
    callback(undefined)
  })
  request.once('end', () => {
    if (bytes <= mostBytes) callback(Buffer.concat(parts))
  })
}
