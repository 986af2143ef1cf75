// The scripted upstream: answers at once, from memory, at the cost of little more than its system calls, so that the
// process under test is the slowest part. Usage: node upstream.ts <port>
import { createServer, type Socket } from 'node:net'

import {
  chunkIntervalMs,
  chunksAsked,
  jsonAnswer,
  messageEnd,
  stampedChunk,
  streamEnd,
  streamStart,
} from './conversation.ts'

interface OpenStream {
  readonly socket: Socket
  chunksLeft: number
  nextAtMs: number
}

const answer = jsonAnswer()
const start = streamStart()
const end = streamEnd()
const streams = new Set<OpenStream>()
let opened = 0
let ticker: NodeJS.Timeout | undefined

createServer({ noDelay: true }, (socket) => {
  let pending = ''
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    pending += data.toString('latin1')
    const length = messageEnd(pending)
    if (length === -1) return
    respond(socket, chunksAsked(pending))
    pending = pending.slice(length)
  })
}).listen(Number(process.argv[2]), '127.0.0.1', 4096)

function respond(socket: Socket, chunks: number): void {
  if (chunks === 0) {
    socket.write(answer)
    return
  }
  socket.write(start + stampedChunk(), 'latin1')
  opened += 1
  // Streams that open together do not send together: their chunks are spread evenly over the interval.
  const offsetMs = ((opened % 100) / 100) * chunkIntervalMs
  streams.add({ socket, chunksLeft: chunks - 1, nextAtMs: performance.now() + chunkIntervalMs + offsetMs })
  ticker ??= setInterval(sendDueChunks, 1)
}

function sendDueChunks(): void {
  const nowMs = performance.now()
  for (const stream of streams) {
    if (stream.socket.destroyed) streams.delete(stream)
    else if (stream.nextAtMs <= nowMs) sendNext(stream)
  }
  if (streams.size > 0) return
  clearInterval(ticker)
  ticker = undefined
}

function sendNext(stream: OpenStream): void {
  if (stream.chunksLeft === 0) {
    stream.socket.write(end, 'latin1')
    streams.delete(stream)
    return
  }
  stream.socket.write(stampedChunk(), 'latin1')
  stream.chunksLeft -= 1
  stream.nextAtMs += chunkIntervalMs
}
