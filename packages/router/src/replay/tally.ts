import { BlockSums, intervalOf } from './block-sums.ts'
import type { Statistic } from './block-sums.ts'
import { asShare, quantileOf, widened } from './estimate.ts'
import type { Estimate } from './estimate.ts'
import type { OutcomeBasis } from './draw-outcome.ts'
import { ModelError } from './model-error.ts'
import { Spread } from './spread.ts'

/** What became of one call. */
export interface CallResult {
  /** The answer came whole. */
  readonly answered: boolean
  readonly costUsd: number
  /** Cost, value of the time that it took, and the penalty if it was not answered. */
  readonly lossUsd: number
  readonly attempts: number
  /** From the call's start; undefined where none came or the answer was not streamed. */
  readonly firstTokenMs: number | undefined
}

/** What a played attempt added to its call. */
export interface AttemptResult {
  readonly endpoint: string
  /** Whether the call had its answer by it, or another attempt after it. */
  readonly answered: boolean
  readonly costUsd: number
  readonly lossUsd: number
  /** Whether another attempt followed. */
  readonly followed: boolean
}

/** What becomes of calls on average, each number with its interval. */
export interface CallStatistics {
  /** Per call, in US dollars. */
  readonly costUsd: Estimate
  readonly lossUsd: Estimate
  /** Share of the calls whose answer came whole, 0..1. */
  readonly success: Estimate
  /** Amplification: attempts per call. */
  readonly attempts: Estimate
  /** Of the calls that were streamed and had a first token; undefined where there were none. */
  readonly ttftP50Ms: Estimate | undefined
  readonly ttftP95Ms: Estimate | undefined
}

const measures = ['costUsd', 'lossUsd', 'answered', 'attempts'] as const
type Measure = (typeof measures)[number]
type Column = Measure | 'calls'

/** Adds up what became of calls. */
export class Tally {
  calls = 0
  /** Attempts by where their outcome is from. */
  readonly bases: Record<OutcomeBasis, number> = { measured: 0, borrowed: 0, assumed: 0 }
  readonly #sums = new BlockSums<Column>(['calls', ...measures])
  readonly #errors = new ModelError<Measure>(measures, ['answered', 'attempts'])
  readonly #ttft = new Spread()
  readonly #learntFrom: (endpoint: string) => number

  /** @param learntFrom - Attempts that an endpoint's model is learnt from. Default: there is no model, calls are what they were. */
  constructor(learntFrom: (endpoint: string) => number = () => Infinity) {
    this.#learntFrom = learntFrom
  }

  add({ costUsd, lossUsd, answered, attempts, firstTokenMs }: CallResult): void {
    this.calls += 1
    this.#sums.add({ calls: 1, costUsd, lossUsd, answered: Number(answered), attempts })
    if (firstTokenMs !== undefined) this.#ttft.add(firstTokenMs)
  }

  addAttempt({ endpoint, answered, costUsd, lossUsd, followed }: AttemptResult): void {
    this.#errors.add(endpoint, { costUsd, lossUsd, answered: Number(answered), attempts: Number(followed) })
  }

  statistics(seed: number): CallStatistics {
    return {
      costUsd: this.#mean('costUsd', seed),
      lossUsd: this.#mean('lossUsd', seed),
      success: asShare(this.#mean('answered', seed)),
      attempts: this.#mean('attempts', seed),
      ttftP50Ms: quantileOf(this.#ttft, 0.5, this.#ttft.total),
      ttftP95Ms: quantileOf(this.#ttft, 0.95, this.#ttft.total),
    }
  }

  /** Returns by how much its mean loss differs from another's over the same calls, as a share of the other's. */
  lossAgainst(other: Tally, seed: number): Estimate {
    const loss = meanOf('lossUsd')
    const otherUsd = other.#sums.valueOf(loss)
    const others = other.#sums.samples(loss, seed)
    const samples = this.#sums.samples(loss, seed).map((own, i) => own / (others[i] ?? Number.NaN) - 1)
    const value = this.#sums.valueOf(loss) / otherUsd - 1
    return widened({ value, ...intervalOf(samples) }, this.#marginOf('lossUsd', other.#errors) / otherUsd)
  }

  #mean(measure: Measure, seed: number): Estimate {
    return widened(this.#sums.estimate(meanOf(measure), seed), this.#marginOf(measure))
  }

  #marginOf(measure: Measure, against?: ModelError<Measure>): number {
    const question = { calls: this.calls, learntFrom: this.#learntFrom }
    return this.#errors.marginOf(measure, against === undefined ? question : { ...question, against })
  }
}

function meanOf(measure: Measure): Statistic<Column> {
  return (sum) => sum(measure) / sum('calls')
}
