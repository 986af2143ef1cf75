import type { FailureEvidence } from '@nextbest/core'
import type { BodyReader, Verdict } from './body-reader.ts'

const openingBrace = 0x7b

/** White space of JSON, which also means nothing before events, and the three bytes of a byte order mark. */
const insignificant: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf])

/** Readers of the two kinds of body, of which one is made. */
export interface ReadersByKind {
  json(): BodyReader
  events(): BodyReader
}

/** Reads a body whose content type may be wrong: one that begins with `{` is JSON, which no stream of events begins with. */
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
    this.#reader = first === openingBrace ? this.#readers.json() : this.#readers.events()
    return this.#reader.push(bytes)
  }

  end(): Verdict {
    return (this.#reader ?? this.#readers.events()).end()
  }

  cut(evidence: FailureEvidence): Verdict {
    return (this.#reader ?? this.#readers.events()).cut(evidence)
  }
}
