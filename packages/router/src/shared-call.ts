import type { ChatChunk, ChatRequest } from '@nextbest/core'
import type { RouterError } from './router-error.ts'
import { callCancelled } from './router-errors.ts'
import type { Route } from './route.ts'
import type { CallEnding, CallHandle, CallSink, ChatReply } from './router.ts'
import { SharedCallFollower } from './shared-call-follower.ts'
import type { SharedEnd } from './shared-call-follower.ts'

/** Chunks that are kept for those who join later: more tokens than nearly any answer has. */
const mostChunks = 16_384

/** A call that others can be joined to. */
export interface SharedRun extends CallHandle {
  readonly route: Route
}

/** One call with several sinks: each hears all of it, from the first chunk on, at its own pace. */
export class SharedCall implements CallSink {
  readonly #request: ChatRequest
  readonly #whenOver: () => void
  readonly #chunks: ChatChunk[] = []
  readonly #followers = new Set<SharedCallFollower>()
  #run: SharedRun | undefined
  #end: SharedEnd | undefined
  #paused = false
  #isReplayable = true

  constructor(request: ChatRequest, whenOver: () => void) {
    this.#request = request
    this.#whenOver = whenOver
  }

  /** Whether all of the answer so far is kept. */
  get isReplayable(): boolean {
    return this.#isReplayable
  }

  /** Whether a request is the same as this call's. */
  isFor(request: ChatRequest): boolean {
    return request === this.#request || JSON.stringify(request) === JSON.stringify(this.#request)
  }

  /** The call has been started. */
  begin(run: SharedRun): void {
    this.#run = run
  }

  /** Adds a sink, which hears what there is so far before anything else, though not before this returns. */
  join(sink: CallSink, signal: AbortSignal | undefined): CallHandle {
    const follower = new SharedCallFollower(sink, {
      chunks: this.#chunks,
      run: () => this.#run,
      whenLeaving: (left) => this.#leave(left),
      whenPaced: () => this.#regulate(),
    })
    this.#followers.add(follower)
    follower.follow(signal)
    queueMicrotask(() => follower.catchUp(this.#end))
    this.#regulate()
    return follower
  }

  onChunk(chunk: ChatChunk): void {
    if (this.#isReplayable && this.#chunks.length < mostChunks) {
      this.#chunks.push(chunk)
      for (const follower of this.#followers) follower.catchUp(undefined)
      return
    }
    // From here on nothing is kept: whoever lags behind hears the rest at once, and pauses the call for all.
    this.#isReplayable = false
    for (const follower of this.#followers) follower.chunk(chunk)
    this.#regulate()
  }

  onBatchEnd(): void {
    for (const follower of this.#followers) follower.batchEnd()
  }

  onEnd(ending: CallEnding): void {
    this.#finish({ type: 'end', ending })
  }

  onReply(reply: ChatReply): void {
    this.#finish({ type: 'reply', reply })
  }

  onError(error: RouterError): void {
    this.#finish({ type: 'error', error })
  }

  #finish(end: SharedEnd): void {
    this.#end = end
    this.#whenOver()
    for (const follower of this.#followers) follower.catchUp(end)
  }

  /** The last one to leave cancels the call, and hears of its end as if it had been alone. */
  #leave(follower: SharedCallFollower): void {
    if (this.#followers.size === 1 && this.#end === undefined) {
      follower.skip()
      return this.#run?.cancel()
    }
    this.#followers.delete(follower)
    follower.leave(callCancelled(this.#run?.route))
    return this.#regulate()
  }

  /** As long as somebody reads and all is kept for the others, the call goes on. */
  #regulate(): void {
    const followers = [...this.#followers]
    const paused = this.#isReplayable
      ? followers.length > 0 && followers.every((one) => one.isPaused)
      : followers.some((one) => one.isPaused)
    if (this.#run === undefined || paused === this.#paused) return
    this.#paused = paused
    if (paused) this.#run.pause()
    else this.#run.resume()
  }
}
