import type { ChatRequest } from '@nextbest/core'
import { idempotencyConflict, tooManyKeys } from './router-errors.ts'
import type { CallHandle, CallOptions, CallSink } from './router.ts'
import { SharedCall } from './shared-call.ts'
import type { SharedRun } from './shared-call.ts'

/** Keys of calls under way. Each belongs to a call that takes more memory than its key. */
const mostKeys = 10_000

/** Starts a call of its own. */
export type StartCall = (request: ChatRequest, sink: CallSink, options: CallOptions) => SharedRun

/** The calls under way that have a key, so that a second one with the same key joins the first. */
export class SharedCalls {
  readonly #start: StartCall
  readonly #calls = new Map<string, SharedCall>()

  constructor(start: StartCall) {
    this.#start = start
  }

  /**
   * Joins the call of that key, or starts it.
   * @throws RouterError where the key is that of another request, or the call cannot be joined any more.
   */
  pipe(
    request: ChatRequest,
    sink: CallSink,
    options: CallOptions & { readonly idempotencyKey: string },
  ): CallHandle {
    const { signal, ...shared } = options
    const { idempotencyKey: key } = options
    const underWay = this.#calls.get(key)
    if (underWay !== undefined) return joined(underWay, request, { sink, signal })
    if (signal?.aborted === true) return this.#start(request, sink, options)
    if (this.#calls.size >= mostKeys) throw tooManyKeys()
    const call = new SharedCall(request, () => this.#calls.delete(key))
    this.#calls.set(key, call)
    try {
      call.begin(this.#start(request, call, shared))
    } catch (error) {
      this.#calls.delete(key)
      throw error
    }
    return call.join(sink, signal)
  }
}

interface Joiner {
  readonly sink: CallSink
  readonly signal: AbortSignal | undefined
}

function joined(call: SharedCall, request: ChatRequest, { sink, signal }: Joiner): CallHandle {
  if (!call.isFor(request)) throw idempotencyConflict('a call with this key and another request is under way')
  if (!call.isReplayable)
    throw idempotencyConflict('the answer of the call with this key is too long to be joined by now')
  return call.join(sink, signal)
}
