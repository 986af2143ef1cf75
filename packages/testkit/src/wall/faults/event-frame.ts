import { crc32 } from 'node:zlib'

export interface EventFrameOptions {
  /** Default: `event`. */
  readonly messageType?: 'event' | 'exception'
  /** Whether the checksum of the message is wrong. Default: no. */
  readonly spoilt?: boolean
}

/** A frame of AWS's binary event streams, with a payload of JSON. */
export function eventFrame(name: string, json: string, options: EventFrameOptions = {}): Uint8Array {
  const { messageType = 'event', spoilt = false } = options
  const headers = Buffer.concat([
    header(':message-type', messageType),
    header(`:${messageType}-type`, name),
    header(':content-type', 'application/json'),
  ])
  const payload = Buffer.from(json)
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0)
  prelude.writeUInt32BE(headers.length, 4)
  const message = Buffer.concat([prelude, checksum(prelude), headers, payload])
  return Buffer.concat([message, checksum(message, spoilt ? 1 : 0)])
}

/** A name and a text, the latter with its type, 7, and its length in two bytes. */
function header(name: string, value: string): Buffer {
  const text = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(7), length, text])
}

function checksum(bytes: Uint8Array, error: number = 0): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE((crc32(bytes) ^ error) >>> 0)
  return sum
}
