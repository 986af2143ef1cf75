import type { ChatChunk } from '@nextbest/core'
import { CallOutput } from './call/call-output.ts'
import { cancelWith } from './open-calls.ts'
import type { RouterError } from './router-error.ts'
import type { CallEnding, CallHandle, CallSink, ChatReply } from './router.ts'

/** How a shared call ended. */
export type SharedEnd =
  | { readonly type: 'end'; readonly ending: CallEnding }
  | { readonly type: 'reply'; readonly reply: ChatReply }
  | { readonly type: 'error'; readonly error: RouterError }

export interface FollowerOptions {
  /** What the call has told so far; grows. */
  readonly chunks: readonly ChatChunk[]
  /** The call, once it was started. */
  readonly run: () => CallHandle | undefined
  readonly whenLeaving: (follower: SharedCallFollower) => void
  /** Hears when it stops or goes on reading. */
  readonly whenPaced: () => void
}

/** One of the sinks of a shared call, and its caller's handle. */
export class SharedCallFollower implements CallHandle {
  readonly #options: FollowerOptions
  readonly #output: CallOutput
  #position = 0
  #paused = false
  #end: SharedEnd | undefined
  #isOver = false
  #unfollow: (() => void) | undefined

  constructor(sink: CallSink, options: FollowerOptions) {
    this.#options = options
    this.#output = new CallOutput(sink, () => this.cancel())
  }

  get callId(): string {
    return this.#options.run()?.callId ?? ''
  }

  get endpoint(): string | undefined {
    return this.#options.run()?.endpoint
  }

  get isPaused(): boolean {
    return this.#paused
  }

  /** Leaves when the signal is aborted. */
  follow(signal: AbortSignal | undefined): void {
    if (signal === undefined) return
    if (signal.aborted) queueMicrotask(() => this.cancel())
    else this.#unfollow = cancelWith(signal, this)
  }

  cancel(): void {
    if (!this.#isOver) this.#options.whenLeaving(this)
  }

  pause(): void {
    this.#paused = true
    this.#options.whenPaced()
  }

  resume(): void {
    this.#paused = false
    this.catchUp(undefined)
    this.#options.whenPaced()
  }

  /** Tells what was not told yet, as far as it is wanted, and then the end. */
  catchUp(end: SharedEnd | undefined): void {
    this.#end ??= end
    while (!this.#paused && !this.#isOver) {
      const chunk = this.#options.chunks[this.#position]
      if (chunk === undefined) return this.#tellEnd()
      this.#position += 1
      this.#output.chunk(chunk)
    }
  }

  /** Wants nothing more but the end. */
  skip(): void {
    this.#paused = false
    this.#position = this.#options.chunks.length
  }

  /** Ends for itself alone. */
  leave(error: RouterError): void {
    this.skip()
    this.#end = { type: 'error', error }
    this.#tellEnd()
  }

  /** Tells a chunk that is not kept, whatever the pace, and before it all that are. */
  chunk(chunk: ChatChunk): void {
    while (this.#position < this.#options.chunks.length) {
      const kept = this.#options.chunks[this.#position]
      this.#position += 1
      if (kept !== undefined && !this.#isOver) this.#output.chunk(kept)
    }
    if (!this.#isOver) this.#output.chunk(chunk)
  }

  batchEnd(): void {
    if (!this.#isOver) this.#output.batchEnd()
  }

  #tellEnd(): void {
    const end = this.#end
    if (end === undefined) return
    this.#isOver = true
    this.#unfollow?.()
    if (end.type === 'error') return this.#output.error(end.error)
    return end.type === 'reply' ? this.#output.reply(end.reply) : this.#output.end(end.ending)
  }
}
