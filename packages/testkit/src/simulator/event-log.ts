import { createHash } from 'node:crypto'

/** Characters that are hashed at once. */
const batchCharacters = 65_536

/**
 * The log of a run, line by line. All of it goes into a hash, by which two runs can be compared; the last lines are kept on
 * demand.
 */
export class EventLog {
  readonly #hash = createHash('sha256')
  readonly #keptLines: number
  readonly #kept: string[] = []
  #batch = ''

  /** @param keptLines - How many of the last lines are kept; 0 keeps none. */
  constructor(keptLines: number) {
    this.#keptLines = keptLines
  }

  add(line: string): void {
    this.#batch += line + '\n'
    if (this.#batch.length >= batchCharacters) this.#flush()
    if (this.#keptLines === 0) return
    this.#kept.push(line)
    if (this.#kept.length > 2 * this.#keptLines) this.#kept.splice(0, this.#keptLines)
  }

  get lastLines(): readonly string[] {
    return this.#kept.slice(-this.#keptLines)
  }

  /** Returns the hash of all lines, in hexadecimal. Called once, at the end. */
  digest(): string {
    this.#flush()
    return this.#hash.digest('hex')
  }

  #flush(): void {
    this.#hash.update(this.#batch)
    this.#batch = ''
  }
}
