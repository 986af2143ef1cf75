import type { Random } from '@nextbest/core'

/** Draws what scenarios are made of from a stream of random numbers. Each draw takes one number. */
export class Dice {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** True with the probability given, 0..1. */
  chance(probability: number): boolean {
    return this.#random() < probability
  }

  /** A number between two bounds. */
  between(low: number, high: number): number {
    return low + (high - low) * this.#random()
  }

  /** An integer of `low..high`. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.#random())
  }

  /** A number between two bounds above 0, each order of magnitude as likely as another. */
  magnitude(low: number, high: number): number {
    return low * (high / low) ** this.#random()
  }

  /** One item of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(items.length * this.#random())]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** Each item with the probability given, in their order. */
  some<Item>(items: readonly Item[], probability: number): readonly Item[] {
    return items.filter(() => this.chance(probability))
  }
}
