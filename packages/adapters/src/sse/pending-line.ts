/** Capacity that is kept for the next line, in bytes; a larger buffer is given back when its line ended. */
const retainedBytes = 65_536

const nothing = Buffer.alloc(0)

/** The bytes of a line whose end has not come yet. The caller bounds its length. */
export class PendingLine {
  #bytes: Buffer = nothing
  #length = 0

  /** Bytes kept. */
  get length(): number {
    return this.#length
  }

  /** Copies `source[start..end)` behind what is kept; the capacity doubles, so that single bytes cost little. */
  append(source: Buffer, start: number, end: number): void {
    const needed = this.#length + end - start
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1_024, needed, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    source.copy(this.#bytes, this.#length, start, end)
    this.#length = needed
  }

  /** Empties it. The bytes are valid until the next `append`. */
  take(): Buffer {
    const line = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    if (this.#bytes.length > retainedBytes) this.#bytes = nothing
    return line
  }
}
