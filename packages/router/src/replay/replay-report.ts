import type { Estimate } from './estimate.ts'
import type { CounterfactualStatistics } from './counterfactual.ts'
import type { OutcomeBasis } from './draw-outcome.ts'
import type { CallStatistics } from './tally.ts'

/** What a trace says of policies. */
export interface ReplayReport {
  readonly seed: number
  readonly calls: ReplayCalls
  /** What happened, as the trace tells; undefined where it tells of demand only. */
  readonly observed: CallStatistics | undefined
  /** From the calls whose first pick a policy would have made; none where the trace tells of demand only. */
  readonly counterfactual: readonly CounterfactualReport[]
  /** From playing all calls again, in a model of each endpoint. */
  readonly modelled: readonly ModelledReport[]
}

/** The calls that policies are judged by. */
export interface ReplayCalls {
  readonly played: number
  /** Left out: their callers ended them, or they were at fault themselves, whoever had served them. */
  readonly aborted: number
  readonly atFault: number
  /** Calls that stood so late in the trace that they are played after some that began after them. */
  readonly late: number
  /** From the first start to the last, in ms. */
  readonly spanMs: number
  readonly endpoints: number
  /** Length of the windows of time that outcomes are told apart by, in ms. */
  readonly windowMs: number
}

export interface CounterfactualReport {
  readonly policy: string
  readonly statistics: CounterfactualStatistics
}

export interface ModelledReport {
  readonly policy: string
  readonly statistics: CallStatistics
  /** By how much its mean loss differs from that of the trace's own picks in the same model, as a share of it. */
  readonly lossAgainstLogged: Estimate | undefined
  /** Shares of its attempts by where their outcome is from, 0..1. */
  readonly bases: Readonly<Record<OutcomeBasis, number>>
}
