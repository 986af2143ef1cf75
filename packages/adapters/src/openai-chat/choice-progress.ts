import type { ChatChunkChoice } from '@nextbest/core'

/** Which choices of a stream have begun, and which have finished. */
export class ChoiceProgress {
  /** Whether each choice that was seen has finished, by its index. */
  readonly #isFinished = new Map<number, boolean>()
  #finished = 0

  get begun(): number {
    return this.#isFinished.size
  }

  get finished(): number {
    return this.#finished
  }

  /** Some providers send an empty reason until there is one; and chunks may follow a reason. */
  note({ index, finish_reason }: ChatChunkChoice): void {
    const finishes = typeof finish_reason === 'string' && finish_reason !== ''
    const isFinished = this.#isFinished.get(index)
    if (isFinished === true || isFinished === finishes) return
    this.#isFinished.set(index, finishes)
    if (finishes) this.#finished++
  }
}
