/** A timer of the virtual clock. */
export interface HeapTimer {
  readonly atMs: number
  /** Timers are numbered as they are created; of two at one instant the older fires first. */
  readonly sequence: number
  readonly callback: () => void
  /** Its place in the heap; -1 while it is in none. */
  position: number
}

/** Binary min-heap by instant, then by creation, from which any timer can be removed in logarithmic time. */
export class TimerHeap {
  readonly #timers: HeapTimer[] = []

  get size(): number {
    return this.#timers.length
  }

  get first(): HeapTimer | undefined {
    return this.#timers[0]
  }

  add(timer: HeapTimer): void {
    this.#rise(timer, this.#timers.length)
  }

  /** Does nothing for a timer that is not in the heap. */
  remove(timer: HeapTimer): void {
    const { position } = timer
    if (position < 0) return
    timer.position = -1
    const last = this.#timers.pop()
    if (last === undefined || last === timer) return
    this.#sink(last, position)
    if (last.position === position) this.#rise(last, position)
  }

  #rise(timer: HeapTimer, from: number): void {
    let position = from
    while (position > 0) {
      const parentPosition = (position - 1) >> 1
      const parent = this.#timers[parentPosition]
      if (parent === undefined || firesBefore(parent, timer)) break
      this.#place(parent, position)
      position = parentPosition
    }
    this.#place(timer, position)
  }

  #sink(timer: HeapTimer, from: number): void {
    let position = from
    for (;;) {
      const child = this.#earlierChild(position)
      if (child === undefined || firesBefore(timer, child)) break
      const childPosition = child.position
      this.#place(child, position)
      position = childPosition
    }
    this.#place(timer, position)
  }

  #earlierChild(position: number): HeapTimer | undefined {
    const left = this.#timers[2 * position + 1]
    const right = this.#timers[2 * position + 2]
    if (left === undefined || right === undefined) return left
    return firesBefore(left, right) ? left : right
  }

  #place(timer: HeapTimer, position: number): void {
    this.#timers[position] = timer
    timer.position = position
  }
}

function firesBefore(one: HeapTimer, other: HeapTimer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.sequence < other.sequence)
}
