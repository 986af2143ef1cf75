import type { FailureEvidence } from '@nextbest/core'
import type { BodyReader, Verdict } from './body-reader.ts'

const openingBrace = 0x7b
const openingAngle = 0x3c

/** White space of JSON, which also means nothing before events, and the three bytes of a byte order mark. */
const insignificant: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf])

const page: Verdict = Object.freeze({
  type: 'failure',
  evidence: Object.freeze({ type: 'malformed', detail: 'a page came where an answer was asked for' }),
})

/** What an event begins with: `data`, `event`, `id`, `retry` or a comment. */
const eventBeginnings: ReadonlySet<number> = new Set(Array.from('deir:', (letter) => letter.charCodeAt(0)))

/** Readers of the two kinds of body, of which one is made. */
export interface ReadersByKind {
  json(): BodyReader
  events(): BodyReader
  /** Which of them the content type names: the other one is made for a body that plainly is of its kind. */
  readonly named: 'json' | 'events'
}

/**
 * Reads a body whose content type may be wrong: one that begins with `{` is JSON, which no stream of events begins with, and one that begins
 * with `<` is a page.
 */
export class SniffingReader implements BodyReader {
  readonly #readers: ReadersByKind
  #reader: BodyReader | undefined

  constructor(readers: ReadersByKind) {
    this.#readers = readers
  }

  get finished(): boolean {
    return this.#reader?.finished === true
  }

  push(bytes: Uint8Array): Verdict | undefined {
    if (this.#reader !== undefined) return this.#reader.push(bytes)
    const first = bytes.find((byte) => !insignificant.has(byte))
    if (first === undefined) return undefined
    if (first === openingAngle) return page
    const { named } = this.#readers
    const isJson = named === 'json' ? !eventBeginnings.has(first) : first === openingBrace
    this.#reader = isJson ? this.#readers.json() : this.#readers.events()
    return this.#reader.push(bytes)
  }

  end(): Verdict {
    return this.#named().end()
  }

  cut(evidence: FailureEvidence): Verdict {
    return this.#named().cut(evidence)
  }

  #named(): BodyReader {
    return this.#reader ?? this.#readers[this.#readers.named]()
  }
}
