import { Roster } from '@nextbest/core'
import type { Clock } from '@nextbest/core'
import type { CallRun } from './call/call-run.ts'
import type { CallHandle } from './router.ts'

/** The calls under way. */
export class OpenCalls {
  readonly #calls = new Roster<CallRun>()
  readonly #clock: Clock
  #whenEmpty: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes a call in, to be cancelled when the signal is aborted. Returns what is to be called when it is over. */
  add(call: CallRun, signal: AbortSignal | undefined): () => void {
    const place = this.#calls.add(call)
    const unfollow = signal === undefined ? undefined : cancelWith(signal, call)
    return () => {
      this.#calls.remove(place)
      unfollow?.()
      if (this.#calls.size === 0) this.#whenEmpty?.()
    }
  }

  /** Waits until no call is under way, for so many ms at most. */
  async drain(timeoutMs: number): Promise<void> {
    if (this.#calls.size === 0 || timeoutMs === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenEmpty = resolve
    const timer = this.#clock.setTimer(this.#clock.nowMs() + timeoutMs, resolve)
    await promise
    timer.cancel()
  }

  cancelAll(): void {
    for (const call of this.#calls.list()) call.cancel()
  }
}

/** Cancels a call when the signal is aborted. Returns the end of that. */
export function cancelWith(signal: AbortSignal, call: Pick<CallHandle, 'cancel'>): () => void {
  const cancel = (): void => call.cancel()
  signal.addEventListener('abort', cancel)
  return () => signal.removeEventListener('abort', cancel)
}
