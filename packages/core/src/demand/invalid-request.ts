/** A request that is wrong whoever serves it. Says which field, never what it holds: that may be part of a prompt. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest'
  /** Recognises the class across copies of the package; use `InvalidRequest.is`. */
  readonly '~invalidRequest' = true
  /** Path of the field, such as `messages[2].content`. */
  readonly field: string

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`)
    this.field = field
  }

  /** Returns whether an error is an invalid request, also one of another copy of this package. */
  static is(error: unknown): error is InvalidRequest {
    return error instanceof Error && '~invalidRequest' in error && error['~invalidRequest'] === true
  }
}
