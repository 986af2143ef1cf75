import type { ChatChunk, ChatRequest } from '@nextbest/core'
import type { RouterError } from './router-error.ts'
import type { CallHandle, CallOptions, ChatStream, Router } from './router.ts'
import type { Route } from './route.ts'

/** Chunks that wait for their reader before the upstream is paused, and below which it goes on. */
const highWaterChunks = 64
const lowWaterChunks = 16

/** The pull form of a call that is answered as chunks. The call starts at once, not when it is iterated. */
export function chatStream(pipe: Router['pipe'], request: ChatRequest, options?: CallOptions): ChatStream {
  const queue = new ChunkQueue()
  const streamed = request.stream === true ? request : { ...request, stream: true }
  const route = Promise.withResolvers<Route>()
  const handle = pipe(
    streamed,
    {
      onChunk: (chunk) => queue.push(chunk),
      onEnd: (ending) => {
        route.resolve(ending.route)
        queue.end(undefined)
      },
      onError: (error) => {
        if (error.route !== undefined) route.resolve(error.route)
        queue.end(error)
      },
      onReply: () => undefined,
    },
    options,
  )
  queue.feedFrom(handle)
  let iterated = false
  return {
    route: route.promise,
    cancel: () => handle.cancel(),
    [Symbol.asyncIterator]() {
      if (iterated) throw new TypeError('a ChatStream can be iterated once')
      iterated = true
      return queue
    },
  }
}

/** Chunks between a call that pushes and a reader that pulls, bounded by pausing the call. */
class ChunkQueue implements AsyncIterator<ChatChunk, undefined> {
  #chunks: ChatChunk[] = []
  #handle: CallHandle | undefined
  #paused = false
  #ended = false
  #error: RouterError | undefined
  #waiting: PromiseWithResolvers<IteratorResult<ChatChunk, undefined>> | undefined

  feedFrom(handle: CallHandle): void {
    this.#handle = handle
    if (this.#paused) handle.pause()
  }

  push(chunk: ChatChunk): void {
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      return waiting.resolve({ done: false, value: chunk })
    }
    this.#chunks.push(chunk)
    if (this.#chunks.length >= highWaterChunks && !this.#paused) {
      this.#paused = true
      this.#handle?.pause()
    }
  }

  end(error: RouterError | undefined): void {
    this.#ended = true
    this.#error = error
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined) return
    if (error === undefined) waiting.resolve({ done: true, value: undefined })
    else waiting.reject(error)
  }

  next(): Promise<IteratorResult<ChatChunk, undefined>> {
    const chunk = this.#chunks.shift()
    this.#resumeIfLow()
    if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk })
    if (this.#error !== undefined) return Promise.reject(this.#takeError())
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  /** The reader broke out of its loop. */
  return(): Promise<IteratorResult<ChatChunk, undefined>> {
    this.#chunks = []
    this.#handle?.cancel()
    this.#takeError()
    return Promise.resolve({ done: true, value: undefined })
  }

  #resumeIfLow(): void {
    if (!this.#paused || this.#chunks.length > lowWaterChunks) return
    this.#paused = false
    this.#handle?.resume()
  }

  /** An error is thrown once; iterating on after it is simply over. */
  #takeError(): RouterError | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }
}
