import type { Estimate } from './estimate.ts'
import { luckOf } from './luck.ts'

/** Blocks that are told apart. When there are more, each two neighbours become one. */
const mostBlocks = 512

/** Samples of a bootstrap. Source: choice; ends of a 95 % interval settle at about a thousand. */
const resamples = 1_000

const level = 0.95

/** A number that follows from sums over calls. */
export type Statistic<Column extends string> = (sum: (column: Column) => number) => number

/**
 * Sums over a row of calls, in bounded memory: calls that follow each other are added up in blocks, and the blocks are
 * resampled. What happens to calls at the same time depends on each other, as in an outage, so that resampling single calls would
 * promise too much. Source: Kunsch's block bootstrap (1989), of blocks that do not overlap.
 */
export class BlockSums<Column extends string> {
  readonly #columns: readonly Column[]
  readonly #sums: Float64Array
  readonly #total: Float64Array
  #blocks = 0
  #perBlock = 1
  #inLast = 0
  #drawn: { readonly seed: number; readonly sums: Float64Array } | undefined

  constructor(columns: readonly Column[]) {
    this.#columns = columns
    this.#sums = new Float64Array(mostBlocks * columns.length)
    this.#total = new Float64Array(columns.length)
  }

  /** Adds the next call. */
  add(values: Readonly<Record<Column, number>>): void {
    if (this.#blocks === 0 || this.#inLast === this.#perBlock) this.#beginBlock()
    this.#inLast += 1
    this.#drawn = undefined
    const at = (this.#blocks - 1) * this.#columns.length
    for (const [i, column] of this.#columns.entries()) {
      this.#sums[at + i] = (this.#sums[at + i] ?? 0) + values[column]
      this.#total[i] = (this.#total[i] ?? 0) + values[column]
    }
  }

  /** Returns a statistic of all calls. */
  valueOf(statistic: Statistic<Column>): number {
    return statistic(this.#readerOf(this.#total))
  }

  /**
   * Returns a statistic of all calls with its interval. Two rows of as many calls are resampled alike by the same seed, so that
   * the differences of their samples are those of pairs.
   */
  estimate(statistic: Statistic<Column>, seed: number): Estimate {
    return { value: this.valueOf(statistic), ...intervalOf(this.samples(statistic, seed)) }
  }

  /** Returns the statistic of each resample. */
  samples(statistic: Statistic<Column>, seed: number): Float64Array {
    const width = this.#columns.length
    const drawn = this.#resampled(seed)
    return Float64Array.from({ length: resamples }, (_, sample) =>
      statistic(this.#readerOf(drawn.subarray(sample * width, (sample + 1) * width))),
    )
  }

  /** The sums of each resample; drawing them costs more than all statistics of them, so they are kept until the next call. */
  #resampled(seed: number): Float64Array {
    if (this.#drawn?.seed === seed) return this.#drawn.sums
    const random = luckOf(seed, this.#blocks)
    const width = this.#columns.length
    const sums = new Float64Array(resamples * width)
    for (let sample = 0; sample < resamples; sample += 1) {
      for (let drawn = 0; drawn < this.#blocks; drawn += 1) {
        const block = Math.floor(random() * this.#blocks)
        for (let i = 0; i < width; i += 1) {
          const at = sample * width + i
          sums[at] = (sums[at] ?? 0) + (this.#sums[block * width + i] ?? 0)
        }
      }
    }
    this.#drawn = { seed, sums }
    return sums
  }

  #readerOf(sums: Float64Array): (column: Column) => number {
    return (column) => sums[this.#columns.indexOf(column)] ?? 0
  }

  #beginBlock(): void {
    if (this.#blocks === mostBlocks) this.#halve()
    this.#blocks += 1
    this.#inLast = 0
  }

  #halve(): void {
    const width = this.#columns.length
    const half = mostBlocks / 2
    for (let block = 0; block < half; block += 1) {
      for (let i = 0; i < width; i += 1) {
        const first = 2 * block * width + i
        this.#sums[block * width + i] = (this.#sums[first] ?? 0) + (this.#sums[first + width] ?? 0)
      }
    }
    this.#sums.fill(0, half * width)
    this.#blocks = half
    this.#perBlock *= 2
  }
}

/** Returns the interval in which the middle 95 % of the samples lie; those that are no number do not count. */
export function intervalOf(samples: Float64Array): { readonly low: number; readonly high: number } {
  const sorted = samples.filter((sample) => !Number.isNaN(sample)).toSorted()
  const at = (q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? Number.NaN
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) }
}
