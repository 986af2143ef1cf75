import type { FailureKind } from './failure.ts'

/** Words by which providers say what went wrong, more exactly than by the status. */
export interface Marker {
  /**
   * Where the words stand. `code`: in a code, type or reason, which only the provider chooses. `start`: at the beginning of the message,
   * or behind its first word, which may be a name. `text`: anywhere in the message but in quotations of prose, which may be the request's.
   */
  readonly where: 'code' | 'start' | 'text'
  /** Statuses that the marker is meant for; 0 stands for an error in a 200 that names none. Default: all. */
  readonly statuses?: readonly number[]
  readonly kind: FailureKind
  /** Any of these, in lower case. At the start, a `*` between spaces stands for one word. */
  readonly matches: readonly string[]
}

/**
 * Statuses whose messages may quote the request. There only codes and beginnings lead to holds and gates: nobody can put an endpoint
 * out of use for others by what a request says.
 */
export const quotingStatuses: readonly number[] = [0, 400, 404, 413, 422]
