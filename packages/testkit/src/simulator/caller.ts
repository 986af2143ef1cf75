import type { ChatChunk, TimerHandle } from '@nextbest/core'
import type { CallEnding, CallHandle, CallSink, ChatReply, Router, RouterError } from 'nextbest'
import type { SeenCall, SeenEnding } from './seen-call.ts'
import type { SimulationTime } from './simulated-time.ts'

/** Timers that the callers of a run have set themselves. */
export interface CallerTimers {
  set(afterMs: number, callback: () => void): TimerHandle
}

/** Returns the timers of the callers; `pending` counts them. */
export function callerTimers(time: SimulationTime): CallerTimers & { readonly pending: number } {
  let pending = 0
  return {
    get pending() {
      return pending
    },
    set(afterMs, callback) {
      pending++
      let over = false
      const leave = (): boolean => {
        if (over) return false
        over = true
        pending--
        return true
      }
      const timer = time.setTimer(time.nowMs() + afterMs, () => leave() && callback())
      return { cancel: () => leave() && timer.cancel() }
    },
  }
}

export interface CallerOptions {
  readonly call: SeenCall
  readonly timers: CallerTimers
  readonly nowMs: () => number
  /** A chunk came. */
  readonly delivered: (text: string) => void
  /** The caller went away, and has told the router. */
  readonly aborted: () => void
  /** The caller was told an end. */
  readonly ended: () => void
  /** The call and another one that joined it are over. */
  readonly joined: () => void
}

/** The caller of one call: makes it, reads what comes, stops reading for a while, goes away. */
export class Caller implements CallSink {
  readonly #options: CallerOptions
  readonly #abort: AbortController | undefined
  #handle: CallHandle | undefined
  readonly #timers: TimerHandle[] = []

  constructor(options: CallerOptions) {
    const { abortAfterMs, abortsBySignal } = options.call.planned
    this.#options = options
    this.#abort = abortAfterMs !== undefined && abortsBySignal ? new AbortController() : undefined
  }

  /** Makes the call. Throws what the router throws. */
  call(router: Router): void {
    const { call, timers } = this.#options
    const { abortAfterMs, pause, request, options, repeatAfterMs } = call.planned
    if (abortAfterMs === 0) this.#abort?.abort()
    if (this.#abort?.signal.aborted === true) call.abortedAtMs = call.issuedAtMs
    this.#handle = router.pipe(
      request,
      this,
      this.#abort === undefined ? options : { ...options, signal: this.#abort.signal },
    )
    if (call.terminals > 0) return
    if (abortAfterMs !== undefined) this.#timers.push(timers.set(abortAfterMs, () => this.#goAway()))
    if (repeatAfterMs !== undefined) this.#timers.push(timers.set(repeatAfterMs, () => this.#repeat(router)))
    if (pause !== undefined)
      this.#timers.push(timers.set(pause.afterMs, () => this.#stopReading(pause.forMs)))
  }

  onChunk(chunk: ChatChunk): void {
    const { call, delivered, nowMs } = this.#options
    delivered(chunk.choices[0]?.delta.content ?? '')
    if (!call.planned.sinkThrows || call.chunks > 1) return
    call.abortedAtMs = nowMs()
    throw new Error('the caller cannot take the chunk')
  }

  onEnd({ route }: CallEnding): void {
    this.#options.call.route = route
    this.#end('stream')
  }

  onReply({ route, text }: ChatReply): void {
    this.#options.call.route = route
    this.#options.call.replyText = text
    this.#end('reply')
  }

  onError(error: RouterError): void {
    this.#options.call.error = error
    this.#options.call.route = error.route
    this.#end('error')
  }

  #goAway(): void {
    const { call, aborted, nowMs } = this.#options
    call.abortedAtMs = nowMs()
    if (this.#abort === undefined) this.#handle?.cancel()
    else this.#abort.abort()
    aborted()
  }

  #repeat(router: Router): void {
    const { request, options } = this.#options.call.planned
    let text = ''
    const end = (ending: SeenEnding, told: string, errorKind?: string): void => {
      this.#options.call.repeated = { ending, text: told, errorKind }
      this.#tellJoined()
    }
    router.pipe(
      request,
      {
        onChunk: (chunk) => {
          text += chunk.choices[0]?.delta.content ?? ''
        },
        onEnd: () => end('stream', text),
        onReply: (reply) => end('reply', reply.text),
        onError: ({ kind }) => end('error', text, kind),
      },
      options,
    )
  }

  #tellJoined(): void {
    const { call, joined } = this.#options
    if (call.repeated !== undefined && call.terminals > 0) joined()
  }

  #stopReading(forMs: number): void {
    this.#handle?.pause()
    this.#timers.push(this.#options.timers.set(forMs, () => this.#handle?.resume()))
  }

  #end(ending: SeenEnding): void {
    const { call, ended } = this.#options
    call.terminals++
    call.ending = ending
    for (const timer of this.#timers) timer.cancel()
    ended()
    this.#tellJoined()
  }
}
