import { middleOfShare, standardErrors } from './estimate.ts'

interface MeanError {
  readonly variance: number
  /** How far the middle of the interval lies from the mean. */
  readonly shift: number
}

const noError: MeanError = Object.freeze({ variance: 0, shift: 0 })

/** What one attempt added to its call: to each column of the call. */
export type Contribution<Column extends string> = Readonly<Record<Column, number>>

/** Sums over the attempts on one endpoint. */
interface Sums {
  attempts: number
  readonly sum: Float64Array
  readonly squares: Float64Array
}

/**
 * How far means over played calls may be off, with 95 % confidence, because the model of each endpoint was learnt from so many attempts and no more. The mean
 * of a call is a sum of the means of its attempts, each known to its standard deviation over the square root of the attempts that the
 * trace has of the endpoint. Source: the variance of a sum of independent means.
 */
export class ModelError<Column extends string> {
  readonly #columns: readonly Column[]
  readonly #shares: readonly Column[]
  readonly #endpoints = new Map<string, Sums>()

  /** @param shares - The columns that hold nothing but 0 and 1. */
  constructor(columns: readonly Column[], shares: readonly Column[] = []) {
    this.#columns = columns
    this.#shares = shares
  }

  add(endpoint: string, contribution: Contribution<Column>): void {
    const sums = this.#sumsOf(endpoint)
    sums.attempts += 1
    for (const [i, column] of this.#columns.entries()) {
      const value = contribution[column]
      sums.sum[i] = (sums.sum[i] ?? 0) + value
      sums.squares[i] = (sums.squares[i] ?? 0) + value ** 2
    }
  }

  /** Returns by how much a column's mean over so many calls may be off; with another play of the same calls, the difference. */
  marginOf(column: Column, { calls, learntFrom, against }: ModelErrorQuestion<Column>): number {
    const others = against === undefined ? new Map<string, Sums>() : against.#endpoints
    let variance = 0
    let shift = 0
    for (const id of new Set([...this.#endpoints.keys(), ...others.keys()])) {
      const own = this.#endpoints.get(id)
      const other = others.get(id)
      const perCall = ((own?.attempts ?? 0) - (other?.attempts ?? 0)) / calls
      const error = this.#errorOf(own ?? other, column, Math.max(1, learntFrom(id)))
      variance += perCall ** 2 * error.variance
      shift += perCall * error.shift
    }
    return standardErrors * Math.sqrt(variance) + Math.abs(shift)
  }

  /** The error of the mean of one attempt. */
  #errorOf(sums: Sums | undefined, column: Column, learntFrom: number): MeanError {
    if (sums === undefined || learntFrom === Infinity) return noError
    const place = this.#columns.indexOf(column)
    const mean = (sums.sum[place] ?? 0) / sums.attempts
    if (!this.#shares.includes(column)) {
      const variance = Math.max(0, (sums.squares[place] ?? 0) / sums.attempts - mean ** 2)
      return { variance: variance / learntFrom, shift: 0 }
    }
    const share = middleOfShare(mean, learntFrom)
    return { variance: (share * (1 - share)) / learntFrom, shift: share - mean }
  }

  #sumsOf(endpoint: string): Sums {
    const width = this.#columns.length
    const sums = this.#endpoints.get(endpoint) ?? {
      attempts: 0,
      sum: new Float64Array(width),
      squares: new Float64Array(width),
    }
    this.#endpoints.set(endpoint, sums)
    return sums
  }
}

export interface ModelErrorQuestion<Column extends string> {
  readonly calls: number
  readonly learntFrom: (endpoint: string) => number
  readonly against?: ModelError<Column>
}
