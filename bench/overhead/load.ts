// The load generator: closed-loop JSON requests over keep-alive connections, or streams that open all at once.
// It keeps one tally; `mark` reads it and begins a new one. A failed request is an error, never a quick success.
import { connect, type Socket } from 'node:net'

import { machineNowMs, messageEnd, readStamps, requestBytes } from './conversation.ts'
import { answerQuestions } from './questions.ts'
import { quantile } from './statistics.ts'

/** What the runner asks. */
export interface LoadQuestion {
  readonly id: number
  readonly kind: 'json' | 'streams' | 'mark' | 'close'
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  /** Content chunks for each stream. */
  readonly chunks: number
}

/** What happened since the last mark. */
export interface Tally {
  readonly elapsedMs: number
  readonly requests: number
  readonly requestP50Ms: number
  readonly chunks: number
  readonly chunkDelayP50Ms: number
  readonly chunkDelayP99Ms: number
}

let latenciesMs: number[] = []
let chunkDelaysMs: number[] = []
let markedAtMs = performance.now()
let failure: Error | undefined
let running: Promise<unknown> = Promise.resolve()
let stopping = false
const sockets = new Set<Socket>()

answerQuestions<LoadQuestion>({ json: openJson, streams: openStreams, mark, close })

function openJson(question: LoadQuestion): object {
  stopping = false
  const request = requestBytes(0, question.headers)
  running = Promise.all(
    Array.from({ length: question.connections }, () => repeatRequests(question.port, request)),
  )
  return {}
}

/** Opens all streams at once; answers when each has brought its first content chunk. */
async function openStreams(question: LoadQuestion): Promise<object> {
  stopping = false
  const request = requestBytes(question.chunks, question.headers)
  const streams = Array.from({ length: question.connections }, () => readStream(question.port, request))
  running = Promise.all(streams.map((stream) => stream.ended))
  const firstChunkMs = await Promise.all(streams.map((stream) => stream.firstChunkMs))
  return { firstChunkP50Ms: quantile(firstChunkMs, 0.5), firstChunkMaxMs: quantile(firstChunkMs, 1) }
}

function mark(): Tally {
  if (failure !== undefined) throw failure
  const nowMs = performance.now()
  const tally: Tally = {
    elapsedMs: nowMs - markedAtMs,
    requests: latenciesMs.length,
    requestP50Ms: quantile(latenciesMs, 0.5),
    chunks: chunkDelaysMs.length,
    chunkDelayP50Ms: quantile(chunkDelaysMs, 0.5),
    chunkDelayP99Ms: quantile(chunkDelaysMs, 0.99),
  }
  latenciesMs = []
  chunkDelaysMs = []
  markedAtMs = performance.now()
  return tally
}

/** Lets what is under way come to its end, then closes the connections. */
async function close(): Promise<object> {
  stopping = true
  await running
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  if (failure !== undefined) throw failure
  return {}
}

function repeatRequests(port: number, request: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let pending = ''
  let startedAtMs = performance.now()
  const socket = open(port, resolve, (text) => {
    pending += text
    const length = messageEnd(pending)
    if (length === -1) return
    expectOk(pending)
    pending = pending.slice(length)
    const nowMs = performance.now()
    latenciesMs.push(nowMs - startedAtMs)
    if (stopping) {
      resolve()
      return
    }
    startedAtMs = nowMs
    socket.write(request)
  })
  socket.write(request)
  return promise
}

interface ReadStream {
  readonly firstChunkMs: Promise<number>
  readonly ended: Promise<void>
}

function readStream(port: number, request: Buffer): ReadStream {
  const ended = Promise.withResolvers<void>()
  const firstChunk = Promise.withResolvers<number>()
  const startedAtMs = performance.now()
  let rest = ''
  let begun = false
  const seen = (sentAtMs: number): void => {
    chunkDelaysMs.push(machineNowMs() - sentAtMs)
    if (begun) return
    begun = true
    firstChunk.resolve(performance.now() - startedAtMs)
  }
  const finish = (): void => {
    ended.resolve()
    // Matters only to a stream that ended without a chunk, whose failure `mark` tells.
    firstChunk.resolve(Number.NaN)
  }
  const socket = open(port, finish, (text) => {
    if (!begun && rest === '') expectOk(text)
    rest = readStamps(rest + text, seen)
    if (failure !== undefined || rest.endsWith('\r\n0\r\n\r\n')) finish()
  })
  socket.write(request)
  return { firstChunkMs: firstChunk.promise, ended: ended.promise }
}

/** Connects; reads go into one buffer per connection, without the machinery of streams. */
function open(port: number, ended: () => void, read: (text: string) => void): Socket {
  const buffer = Buffer.alloc(65_536)
  const callback = (bytes: number): boolean => {
    read(buffer.toString('latin1', 0, bytes))
    return true
  }
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer, callback },
  })
  socket.on('error', (error) => {
    failure ??= error
  })
  socket.on('close', () => {
    if (!stopping) failure ??= new Error('load: the subject closed a connection under load')
    ended()
  })
  sockets.add(socket)
  return socket
}

function expectOk(text: string): void {
  if (text.startsWith('HTTP/1.1 200')) return
  failure ??= new Error(`load: expected HTTP 200, got: ${text.slice(0, 400)}`)
}
