import Bottleneck from 'bottleneck'
import type { WaitRequest, WaitResult } from '../upstream/upstream.ts'
import { Waiter } from './waiter.ts'
import { WaitingLine } from './waiting-line.ts'

/** Calls that wait for one endpoint to admit them: by priority, then first come, first served. */
export interface WaitingQueue {
  /**
   * Waits for a turn and then until `tryAdmit` admits. `queue-full`: so many wait already; `too-late`: not before the
   * deadline, told as soon as that is known; `abandoned`: the caller went away, the request's own functions threw, or the
   * queue was stopped.
   */
  wait(request: WaitRequest): Promise<WaitResult>
  /** Ends every wait at once, as abandoned, and each later one. */
  stop(): void
}

export interface WaitingQueueOptions {
  /** Present instant in ms, on the clock of the deadlines. */
  nowMs(): number
  /**
   * Calls that may wait behind the one whose turn it is. An integer of 1..10,000.
   * @defaultValue 1_000
   */
  readonly maxQueued?: number
}

const waitingQueueDefaults: Readonly<{ maxQueued: number }> = Object.freeze({ maxQueued: 1_000 })

/**
 * Returns a queue that runs on bottleneck: one job at a time has its turn, and asks until it is admitted. Entering costs
 * milliseconds and four timers (measured), so only calls come here that have to wait anyway.
 *
 * Of bottleneck only the turns and their order are used. Its reservoir stops refreshing after a change of settings, its
 * expiration frees a place whose job still runs, its job ids fail when they repeat, and its bound counts jobs whose caller
 * left.
 *
 * @throws RangeError when `maxQueued` is out of range.
 */
export function createWaitingQueue(options: WaitingQueueOptions): WaitingQueue {
  const maxQueued = options.maxQueued ?? waitingQueueDefaults.maxQueued
  if (!Number.isInteger(maxQueued) || maxQueued < 1 || maxQueued > 10_000) {
    throw new RangeError(`maxQueued must be an integer of 1..10000, got ${maxQueued}`)
  }
  return new BottleneckQueue(maxQueued, () => options.nowMs())
}

class BottleneckQueue implements WaitingQueue {
  readonly #maxQueued: number
  readonly #nowMs: () => number
  /** Everyone who waits, the one whose turn it is included. */
  readonly #waiters = new Set<Waiter>()
  /** By priority. */
  readonly #lines = new Map<number, WaitingLine>()
  #limiter: Bottleneck | undefined
  #stopped = false

  constructor(maxQueued: number, nowMs: () => number) {
    this.#maxQueued = maxQueued
    this.#nowMs = nowMs
  }

  async wait(request: WaitRequest): Promise<WaitResult> {
    if (this.#stopped) return 'abandoned'
    if (this.#waiters.size > this.#maxQueued) return 'queue-full'
    const waiter = new Waiter(request, this.#nowMs)
    const line = this.#lineOf(request.priority ?? 5)
    this.#waiters.add(waiter)
    line.enter(waiter)
    const result = await waiter.result
    this.#waiters.delete(waiter)
    line.leave(waiter)
    return result
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    for (const waiter of this.#waiters) waiter.settle('abandoned')
    // Not awaited: no wait depends on it any more.
    this.#limiter?.stop({ dropWaitingJobs: true }).catch(() => undefined)
  }

  #lineOf(priority: number): WaitingLine {
    const line = this.#lines.get(priority) ?? new WaitingLine((turn) => this.#addJob(priority, turn))
    this.#lines.set(priority, line)
    return line
  }

  #addJob(priority: number, turn: () => Promise<void>): void {
    this.#limiter ??= new Bottleneck({ maxConcurrent: 1 })
    // It rejects the jobs that a stop drops.
    this.#limiter.schedule({ priority }, turn).catch(() => undefined)
  }
}
