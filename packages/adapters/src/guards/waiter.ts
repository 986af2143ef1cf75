import type { WaitRequest, WaitResult } from '../upstream/upstream.ts'

/**
 * Longest time between two asks of the one whose turn it is, in ms: a caller that went away must not hold up the others,
 * and a place may come free before it was expected to.
 */
const longestAskMs = 250

/** Longest delay of a timer, in ms; Node takes a longer one for 1. */
const longestTimerMs = 2 ** 31 - 1

/** One call in a waiting queue. It can leave at any time; its job in the queue, which cannot, is then over at once. */
export class Waiter {
  /** Never rejects. */
  readonly result: Promise<WaitResult>
  readonly #request: WaitRequest
  readonly #nowMs: () => number
  readonly #outcome = Promise.withResolvers<WaitResult>()
  readonly #turn = Promise.withResolvers<void>()
  readonly #deadlineTimer: NodeJS.Timeout
  #askTimer: NodeJS.Timeout | undefined
  #over = false

  constructor(request: WaitRequest, nowMs: () => number) {
    this.result = this.#outcome.promise
    this.#request = request
    this.#nowMs = nowMs
    // One later, so that an ask at the deadline itself comes before it.
    this.#deadlineTimer = setTimeout(() => this.settle('too-late'), this.#msUntil(request.deadlineAtMs) + 1)
    request.signal?.addEventListener('abort', this.#abandon, { once: true })
    if (request.signal?.aborted === true) this.#abandon()
  }

  /** Asks to be admitted, again and again; fulfils when another may have its turn. */
  takeTurn(): Promise<void> {
    this.#ask()
    return this.#turn.promise
  }

  /** Ends the wait; what comes after the first is ignored. */
  settle(result: WaitResult): void {
    this.#outcome.resolve(result)
    this.#leave()
  }

  readonly #abandon = (): void => this.settle('abandoned')

  #leave(): void {
    this.#over = true
    clearTimeout(this.#deadlineTimer)
    clearTimeout(this.#askTimer)
    this.#request.signal?.removeEventListener('abort', this.#abandon)
    this.#turn.resolve()
  }

  #ask(): void {
    if (this.#over) return
    const next = this.#next()
    if (typeof next === 'string') this.settle(next)
    else this.#askTimer = setTimeout(() => this.#ask(), next)
  }

  #next(): WaitResult | number {
    try {
      return this.#tryOnce()
    } catch {
      return 'abandoned'
    }
  }

  /** Returns the result, or in how many ms to ask again. */
  #tryOnce(): WaitResult | number {
    const { deadlineAtMs } = this.#request
    if (this.#request.abandoned()) return 'abandoned'
    if (this.#nowMs() > deadlineAtMs) return 'too-late'
    const askAgainAtMs = this.#request.tryAdmit()
    if (askAgainAtMs === undefined) return 'admitted'
    if (askAgainAtMs > deadlineAtMs) return 'too-late'
    return Math.min(longestAskMs, Math.max(1, this.#msUntil(askAgainAtMs)))
  }

  #msUntil(atMs: number): number {
    return Math.min(longestTimerMs - 1, Math.max(0, Math.ceil(atMs - this.#nowMs())))
  }
}
