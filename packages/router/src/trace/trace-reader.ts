import { readRecord } from './read-record.ts'
import { TraceError } from './trace-error.ts'
import { traceBounds } from './trace-record.ts'
import type { TraceRecord } from './trace-record.ts'

/** What a reader has come across. */
export interface TraceReaderCounts {
  /** Lines, empty ones included. */
  readonly lines: number
  readonly calls: number
  /** Lines that break off, as those do at which a process was killed or a disk was full. */
  readonly damaged: number
  /** Lines of types that only later versions know. */
  readonly unknown: number
  /** Calls that were not written, as the trace itself tells. */
  readonly dropped: number
}

/**
 * Reads a trace piece by piece, in bounded memory. A line that breaks off is counted and passed over where that is how it came
 * about: at the end, or where another process went on. Fields and types of lines that it does not know are passed over.
 */
export class TraceReader {
  readonly counts = { lines: 0, calls: 0, damaged: 0, unknown: 0, dropped: 0 }
  #rest = ''
  #begun = false
  /** A line that is no JSON, until it shows whether the trace goes on behind it. */
  #fault: TraceError | undefined

  /**
   * Takes the next piece of the text and returns the records of the lines that are whole.
   *
   * @throws TraceError at the first line that is wrong.
   */
  read(text: string): readonly TraceRecord[] {
    const lines = `${this.#rest}${text}`.split('\n')
    this.#rest = lines.pop() ?? ''
    this.#checkLength(this.#rest, this.counts.lines + lines.length + 1)
    return lines.flatMap((line) => this.#record(line) ?? [])
  }

  /** Takes the end of the text: what is left is a line without an end, or one that breaks off. */
  end(): readonly TraceRecord[] {
    const record = this.#rest === '' ? undefined : this.#record(this.#rest)
    this.#rest = ''
    if (!this.#begun)
      throw this.#fault ?? new TraceError(1, 'the file is empty; a trace begins with a header')
    if (this.#fault !== undefined) this.counts.damaged += 1
    return record === undefined ? [] : [record]
  }

  #record(line: string): TraceRecord | undefined {
    this.counts.lines += 1
    if (line.trim() === '') return undefined
    this.#checkLength(line, this.counts.lines)
    const value = this.#parsed(line)
    if (value === undefined) return undefined
    const record = this.#checked(value)
    this.#count(record)
    return record
  }

  #parsed(line: string): unknown {
    try {
      return JSON.parse(line)
    } catch {
      if (this.#fault !== undefined) throw this.#fault
      this.#fault = new TraceError(this.counts.lines, 'is not valid JSON')
      return undefined
    }
  }

  #checked(value: unknown): TraceRecord | undefined {
    try {
      const record = readRecord(value)
      if (!this.#begun && record?.type !== 'header') {
        throw new RangeError('a trace begins with a header, whose type is "header"')
      }
      this.#begun = true
      if (this.#fault !== undefined) this.#passOver(record)
      return record
    } catch (error) {
      throw error instanceof RangeError ? new TraceError(this.counts.lines, error.message) : error
    }
  }

  /** Behind a line that broke off, whoever went on writing began anew. */
  #passOver(record: TraceRecord | undefined): void {
    if (record?.type !== 'header' && this.#fault !== undefined) throw this.#fault
    this.#fault = undefined
    this.counts.damaged += 1
  }

  #count(record: TraceRecord | undefined): void {
    if (record === undefined) this.counts.unknown += 1
    else if (record.type === 'call') this.counts.calls += 1
    else if (record.type === 'dropped') this.counts.dropped += record.lines
  }

  #checkLength(line: string, number: number): void {
    const longest = traceBounds.lineCharacters
    if (line.length > longest) {
      throw new TraceError(number, `a line must have at most ${longest} characters`)
    }
  }
}
