import Bottleneck from 'bottleneck'
import type { WaitRequest, WaitResult } from '../upstream/upstream.ts'
import { Waiter } from './waiter.ts'

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
 * Of bottleneck only the order and the bound are used. Its reservoir stops refreshing after a change of settings, its
 * expiration frees a place whose job still runs, and its job ids fail when they repeat.
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
  readonly #waiters = new Set<Waiter>()
  #limiter: Bottleneck | undefined
  #stopped = false

  constructor(maxQueued: number, nowMs: () => number) {
    this.#maxQueued = maxQueued
    this.#nowMs = nowMs
  }

  async wait(request: WaitRequest): Promise<WaitResult> {
    if (this.#stopped) return 'abandoned'
    this.#limiter ??= createLimiter(this.#maxQueued)
    const waiter = new Waiter(request, this.#nowMs)
    this.#waiters.add(waiter)
    // bottleneck rejects what it drops, without saying why: only a full queue is left, as a stop settles all waiters first.
    this.#limiter
      .schedule({ priority: request.priority ?? 5 }, () => waiter.takeTurn())
      .catch(() => waiter.settle('queue-full'))
    const result = await waiter.result
    this.#waiters.delete(waiter)
    return result
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    for (const waiter of this.#waiters) waiter.settle('abandoned')
    // Not awaited: no wait depends on it any more.
    this.#limiter?.stop({ dropWaitingJobs: true }).catch(() => undefined)
  }
}

function createLimiter(maxQueued: number): Bottleneck {
  return new Bottleneck({ maxConcurrent: 1, highWater: maxQueued, strategy: Bottleneck.strategy.OVERFLOW })
}
