/**
 * The lowest level since each of a series of events. Between two levels that it is told, there must be none
 * lower than both. Suffix minima of a series, as a stack: a new level replaces every mark that is not below
 * it.
 */
export class LowMarks {
  /** Number of the last event that each mark holds for, ascending. */
  readonly #events: number[] = []
  /** Lowest level since that event, ascending. */
  readonly #levels: number[] = []
  readonly #capacity: number

  /** Beyond `capacity` marks (at least 2), the oldest two become one, at the lower level. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Tells the level after the last event; `event` is its number, never smaller than one before. */
  mark(event: number, level: number): void {
    const events = this.#events
    const levels = this.#levels
    while (levels.length > 0 && (levels[levels.length - 1] ?? 0) >= level) {
      levels.pop()
      events.pop()
    }
    levels.push(level)
    events.push(event)
    if (levels.length <= this.#capacity) return
    events.shift()
    levels.splice(1, 1)
  }

  /** Returns the lowest level since an event. */
  leastSince(event: number): number {
    return this.#levels[this.#firstSince(event)] ?? 0
  }

  /** Lowers every level since an event, by at most the lowest of them. */
  lowerSince(event: number, by: number): void {
    const levels = this.#levels
    const first = this.#firstSince(event)
    for (let index = first; index < levels.length; index++) levels[index] = (levels[index] ?? 0) - by
    const least = levels[first] ?? 0
    let covered = first
    while (covered > 0 && (levels[covered - 1] ?? 0) >= least) covered--
    if (covered === first) return
    levels.splice(covered, first - covered)
    this.#events.splice(covered, first - covered)
  }

  /** Index of the first mark that holds for the event, by bisection. */
  #firstSince(event: number): number {
    const events = this.#events
    let low = 0
    let high = events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((events[middle] ?? 0) < event) low = middle + 1
      else high = middle
    }
    return low
  }
}
