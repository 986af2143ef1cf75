import type { Clock, TimerHandle } from '@nextbest/core'
import type { WaitRequest, WaitResult } from 'nextbest'

/** Longest time between two asks of the call whose turn it is, in ms. */
const longestAskMs = 250

const lowestPriority = 9
const defaultPriority = 5

/**
 * A waiting queue in virtual time: one call at a time has its turn and asks until it is admitted, by priority, then first
 * come, first served. It keeps the same contract as the queue of real upstreams, but a turn is given at once.
 */
export class VirtualQueue {
  readonly #clock: Clock
  readonly #maxQueued: number
  /** Who waits for a turn, by priority. */
  readonly #lanes: readonly Waiter[][] = Array.from({ length: lowestPriority + 1 }, () => [])
  #queued = 0
  #turn: Waiter | undefined
  #stopped = false

  /** @param maxQueued - Calls that may wait behind the one whose turn it is. */
  constructor(clock: Clock, maxQueued: number) {
    this.#clock = clock
    this.#maxQueued = maxQueued
  }

  /** Calls in the queue, the one whose turn it is included. */
  get size(): number {
    return this.#queued + (this.#turn === undefined ? 0 : 1)
  }

  wait(request: WaitRequest): Promise<WaitResult> {
    if (this.#stopped || request.signal?.aborted === true) return Promise.resolve('abandoned')
    if (this.#turn !== undefined && this.#queued >= this.#maxQueued) return Promise.resolve('queue-full')
    const waiter = new Waiter(request, { clock: this.#clock, leave: (gone) => this.#leave(gone) })
    if (this.#turn === undefined) this.#give(waiter)
    else this.#enqueue(waiter)
    return waiter.result
  }

  /** Ends every wait at once, as abandoned, and each later one. */
  stop(): void {
    this.#stopped = true
    for (const lane of this.#lanes) while (lane.length > 0) lane[0]?.settle('abandoned')
    this.#turn?.settle('abandoned')
  }

  #give(waiter: Waiter): void {
    this.#turn = waiter
    waiter.takeTurn()
  }

  #enqueue(waiter: Waiter): void {
    this.#laneOf(waiter).push(waiter)
    this.#queued++
  }

  #leave(waiter: Waiter): void {
    if (waiter === this.#turn) {
      this.#turn = undefined
      const next = this.#next()
      if (next !== undefined) this.#give(next)
      return
    }
    const lane = this.#laneOf(waiter)
    lane.splice(lane.indexOf(waiter), 1)
    this.#queued--
  }

  #next(): Waiter | undefined {
    const next = this.#lanes.find((lane) => lane.length > 0)?.shift()
    if (next !== undefined) this.#queued--
    return next
  }

  #laneOf({ priority }: Waiter): Waiter[] {
    const lane = this.#lanes[priority]
    if (lane === undefined) {
      throw new RangeError(`priority must be an integer of 0..${lowestPriority}, got ${priority}`)
    }
    return lane
  }
}

interface Surroundings {
  readonly clock: Clock
  /** Called once, when the wait is over. */
  readonly leave: (waiter: Waiter) => void
}

class Waiter {
  readonly result: Promise<WaitResult>
  readonly priority: number
  readonly #request: WaitRequest
  readonly #surroundings: Surroundings
  readonly #resolve: (result: WaitResult) => void
  readonly #deadlineTimer: TimerHandle
  #askTimer: TimerHandle | undefined
  #over = false

  constructor(request: WaitRequest, surroundings: Surroundings) {
    const { promise, resolve } = Promise.withResolvers<WaitResult>()
    this.result = promise
    this.priority = request.priority ?? defaultPriority
    this.#resolve = resolve
    this.#request = request
    this.#surroundings = surroundings
    // One later, so that an ask at the deadline itself comes before it.
    this.#deadlineTimer = surroundings.clock.setTimer(request.deadlineAtMs + 1, () => this.settle('too-late'))
    request.signal?.addEventListener('abort', this.#abandon, { once: true })
  }

  /** Asks to be admitted, again and again, from a timer of its own: whoever waits is never called back from within. */
  takeTurn(): void {
    this.#askAt(this.#surroundings.clock.nowMs())
  }

  settle(result: WaitResult): void {
    if (this.#over) return
    this.#over = true
    this.#deadlineTimer.cancel()
    this.#askTimer?.cancel()
    this.#request.signal?.removeEventListener('abort', this.#abandon)
    this.#resolve(result)
    this.#surroundings.leave(this)
  }

  readonly #abandon = (): void => this.settle('abandoned')

  #askAt(atMs: number): void {
    this.#askTimer = this.#surroundings.clock.setTimer(atMs, () => {
      const next = this.#ask(this.#surroundings.clock.nowMs())
      if (typeof next === 'string') this.settle(next)
      else this.#askAt(next)
    })
  }

  /** Returns the result, or when to ask again. */
  #ask(nowMs: number): WaitResult | number {
    try {
      return this.#askOnce(nowMs)
    } catch {
      return 'abandoned'
    }
  }

  #askOnce(nowMs: number): WaitResult | number {
    const { deadlineAtMs } = this.#request
    if (this.#request.abandoned()) return 'abandoned'
    if (nowMs > deadlineAtMs) return 'too-late'
    const askAgainAtMs = this.#request.tryAdmit()
    if (askAgainAtMs === undefined) return 'admitted'
    if (askAgainAtMs > deadlineAtMs) return 'too-late'
    return nowMs + Math.min(longestAskMs, Math.max(1, Math.ceil(askAgainAtMs - nowMs)))
  }
}
