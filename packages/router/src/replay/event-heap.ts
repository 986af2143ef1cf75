/** What is due at an instant. */
export interface Due<Item> {
  readonly atMs: number
  readonly item: Item
}

interface Entry<Item> extends Due<Item> {
  readonly sequence: number
}

/** Binary heap by instant; of two at one instant the one that was added first comes first. */
export class EventHeap<Item> {
  readonly #entries: Entry<Item>[] = []
  #added = 0

  get size(): number {
    return this.#entries.length
  }

  /** The earliest, which stays. */
  get first(): Due<Item> | undefined {
    return this.#entries[0]
  }

  add(atMs: number, item: Item): void {
    const entries = this.#entries
    const entry = { atMs, item, sequence: this.#added++ }
    let position = entries.length
    while (position > 0) {
      const parent = (position - 1) >> 1
      const above = entries[parent]
      if (above === undefined || isBefore(above, entry)) break
      entries[position] = above
      position = parent
    }
    entries[position] = entry
  }

  /** Takes the earliest out. */
  take(): Due<Item> | undefined {
    const entries = this.#entries
    const [first] = entries
    const last = entries.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  #sink(entry: Entry<Item>): void {
    const entries = this.#entries
    let position = 0
    for (;;) {
      const left = entries[2 * position + 1]
      const right = entries[2 * position + 2]
      const isRight = left !== undefined && right !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (child === undefined || isBefore(entry, child)) break
      entries[position] = child
      position = 2 * position + (isRight ? 2 : 1)
    }
    entries[position] = entry
  }
}

function isBefore<Item>(one: Entry<Item>, other: Entry<Item>): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.sequence < other.sequence)
}
