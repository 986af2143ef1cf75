/** A trace that cannot be read. Its message names the field, the bound and the value; the line is beside it. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
  /** Counted from 1. */
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}
