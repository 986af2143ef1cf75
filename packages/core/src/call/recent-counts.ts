const slotMs = 10_000

/** Two minutes, and a slot more: the one that is filling would else make it shorter. */
const slots = 13

/**
 * Counts of events, and of those that were good, over the last two minutes at least and ten seconds more at most. Reading changes
 * nothing. An instant that goes backwards counts as the latest.
 */
export class RecentCounts {
  readonly #all = new Float64Array(slots)
  readonly #good = new Float64Array(slots)
  /** Number of the slot of time that each place holds. */
  readonly #numbers = new Float64Array(slots)
  #latest = -Infinity

  /** Counts events at an instant, and how many of them were good. */
  add(all: number, good: number, nowMs: number): void {
    this.#latest = this.#slotAt(nowMs)
    const place = placeOf(this.#latest)
    if (this.#numbers[place] !== this.#latest) {
      this.#numbers[place] = this.#latest
      this.#all[place] = 0
      this.#good[place] = 0
    }
    this.#all[place] = (this.#all[place] ?? 0) + all
    this.#good[place] = (this.#good[place] ?? 0) + good
  }

  /** All events. */
  all(nowMs: number): number {
    return this.#sum(this.#all, nowMs)
  }

  /** The good ones among them. */
  good(nowMs: number): number {
    return this.#sum(this.#good, nowMs)
  }

  #sum(counts: Float64Array, nowMs: number): number {
    const oldest = this.#slotAt(nowMs) - slots
    let sum = 0
    for (let place = 0; place < slots; place++) {
      if ((this.#numbers[place] ?? 0) > oldest) sum += counts[place] ?? 0
    }
    return sum
  }

  #slotAt(nowMs: number): number {
    return Math.max(this.#latest, Math.floor(nowMs / slotMs))
  }
}

function placeOf(slot: number): number {
  return ((slot % slots) + slots) % slots
}
