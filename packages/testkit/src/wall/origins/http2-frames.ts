import type { Socket } from 'node:net'

/** Types and flags of frames. Source: RFC 9113, section 6. */
const frameTypes = { data: 0, headers: 1, settings: 4, goaway: 7 } as const
const ack = 1
const endStream = 1

/** What a client sends before its first frame, in bytes: `PRI * HTTP/2.0 …`. */
const prefaceBytes = 24
const frameHeadBytes = 9

/**
 * Speaks just so much HTTP/2 on a connection that a client sends its requests, and calls back with the stream of each that
 * came whole: for what node:http2 cannot do.
 */
export function takeHttp2Frames(socket: Socket, onRequest: (streamId: number) => void): void {
  let waiting: Buffer = Buffer.alloc(0)
  let skip = prefaceBytes
  socket.write(frame({ type: frameTypes.settings }))
  socket.on('data', (bytes) => {
    waiting = Buffer.concat([waiting, bytes])
    while (waiting.length >= skip + frameHeadBytes) {
      const head = waiting.subarray(skip)
      const end = skip + frameHeadBytes + head.readUIntBE(0, 3)
      if (waiting.length < end) return
      waiting = waiting.subarray(end)
      skip = 0
      take(head)
    }
  })

  const take = (head: Buffer): void => {
    const [type, flags = 0] = head.subarray(3, 5)
    if (type === frameTypes.settings && (flags & ack) === 0)
      socket.write(frame({ type: frameTypes.settings, flags: ack }))
    if ((type === frameTypes.headers || type === frameTypes.data) && (flags & endStream) !== 0)
      onRequest(head.readUInt32BE(5))
  }
}

/** Says that the connection ends, and that streams above the last one were not processed. */
export function goawayFrame(lastStreamId: number, errorCode: number): Buffer {
  const payload = Buffer.alloc(8)
  payload.writeUInt32BE(lastStreamId, 0)
  payload.writeUInt32BE(errorCode, 4)
  return frame({ type: frameTypes.goaway, payload })
}

interface Frame {
  readonly type: number
  /** Default: none. */
  readonly flags?: number
  /** Default: empty. */
  readonly payload?: Buffer
}

/** A frame of the whole connection. */
function frame({ type, flags = 0, payload = Buffer.alloc(0) }: Frame): Buffer {
  const head = Buffer.alloc(frameHeadBytes)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  return Buffer.concat([head, payload])
}
