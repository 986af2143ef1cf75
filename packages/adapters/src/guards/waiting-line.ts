import type { Waiter } from './waiter.ts'

/**
 * Calls of one priority that wait for their turn, first come, first served. A job cannot be taken out of bottleneck's
 * queue. So the job of a call that left goes to the next call that comes: else it would hold a place, and take a turn, for
 * nobody.
 */
export class WaitingLine {
  readonly #addJob: (turn: () => Promise<void>) => void
  /** In the order of arrival. With `#spareJobs` they are as many as there are jobs in bottleneck's queue. */
  readonly #waiters = new Set<Waiter>()
  #spareJobs = 0

  /** `addJob` puts a job into bottleneck's queue. */
  constructor(addJob: (turn: () => Promise<void>) => void) {
    this.#addJob = addJob
  }

  enter(waiter: Waiter): void {
    this.#waiters.add(waiter)
    if (this.#spareJobs > 0) this.#spareJobs--
    else this.#addJob(() => this.#takeTurn())
  }

  /** Takes a call out that left; one that has had its turn is not here any more. */
  leave(waiter: Waiter): void {
    if (this.#waiters.delete(waiter)) this.#spareJobs++
  }

  async #takeTurn(): Promise<void> {
    const [first] = this.#waiters
    if (first === undefined) {
      this.#spareJobs--
      return
    }
    this.#waiters.delete(first)
    await first.takeTurn()
  }
}
