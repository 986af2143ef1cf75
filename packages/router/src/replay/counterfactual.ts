import { indexUsd } from '@nextbest/core'
import type { Decision, Endpoint, RankingOptions, RoutingPolicy } from '@nextbest/core'
import type { TraceCall, TraceCandidate } from '../trace/trace-record.ts'
import { BlockSums } from './block-sums.ts'
import { asShare, middleOfShare, quantileOf, widened } from './estimate.ts'
import type { Estimate } from './estimate.ts'
import { LoggedAttempts } from './logged-attempts.ts'
import { LoggedScene } from './logged-scene.ts'
import { luckOf } from './luck.ts'
import type { ReplayCall } from './replay-call.ts'
import type { ReplayPolicy } from './replay-policy.ts'
import { Spread } from './spread.ts'

/** Largest weight of a call. Source: choice, after Ionides, "Truncated importance sampling" (2008). */
const largestWeight = 50

/**
 * What calls would have come to with another first pick, from the calls in which the trace's own pick was the same. What was tried after it
 * stays as it was. Undefined where no call speaks for the policy.
 */
export interface CounterfactualStatistics {
  /** Per call, in US dollars. */
  readonly costUsd: Estimate | undefined
  readonly lossUsd: Estimate | undefined
  /** The loss by the index of every candidate, corrected by the calls: it leans on the index where calls are few. */
  readonly lossByIndexUsd: Estimate
  readonly success: Estimate | undefined
  readonly attempts: Estimate | undefined
  readonly ttftP50Ms: Estimate | undefined
  readonly ttftP95Ms: Estimate | undefined
  /** Calls of equal weight that would say as much. */
  readonly effectiveCalls: number
  /** Share of its picks that the trace's router could have made, 0..1: where it is low, only the index speaks. */
  readonly supported: number
  /** Share of the calls whose weight was cut to 50, 0..1. */
  readonly clipped: number
}

const columns = [
  'calls',
  'weight',
  'squaredWeight',
  'costUsd',
  'lossUsd',
  'answered',
  'attempts',
  'indexUsd',
  'surpriseUsd',
  'supported',
  'clipped',
] as const
type Column = (typeof columns)[number]

export interface CounterfactualOptions {
  readonly choice: ReplayPolicy
  readonly endpoints: ReadonlyMap<string, Endpoint>
  readonly ranking: RankingOptions
  readonly seed: number
}

/**
 * Judges a policy by calls that another one decided. Each call counts with `π(pick) / μ(pick)`, at most 50: the probability that
 * the policy would have picked what was picked, over the probability with which it was picked; means are divided by the sum of the weights.
 * Sources: Horvitz and Thompson (1952); Swaminathan and Joachims, self-normalised (2015); Dudík, Langford and Li, doubly robust (2011).
 */
export class Counterfactual {
  readonly #options: CounterfactualOptions
  readonly #scene: LoggedScene
  readonly #policy: RoutingPolicy | undefined
  readonly #heard: LoggedAttempts | undefined
  readonly #sums = new BlockSums<Column>(columns)
  readonly #ttft = new Spread()

  constructor(options: CounterfactualOptions) {
    this.#options = options
    this.#scene = new LoggedScene(options.endpoints.values(), options.ranking)
    this.#policy = options.choice.create?.()
    this.#heard = this.#policy && new LoggedAttempts(this.#policy, options.endpoints)
  }

  /** Takes the next call; `number` is that of its luck. */
  add(call: ReplayCall, logged: TraceCall, number: number): void {
    this.#heard?.tellUntil(call.atMs)
    const verdict = this.#verdictOf(call, logged, number)
    this.#heard?.add(call)
    const { weight, clipped, modelUsd, supported } = verdict
    const costUsd = logged.costNanoUsd / 1e9
    const answered = logged.outcome === 'answered'
    const lossUsd = lossOf(logged, this.#options.ranking)
    this.#sums.add({
      calls: 1,
      weight,
      squaredWeight: weight ** 2,
      costUsd: weight * costUsd,
      lossUsd: weight * lossUsd,
      answered: answered ? weight : 0,
      attempts: weight * logged.attempts.length,
      indexUsd: modelUsd,
      surpriseUsd: weight * (lossUsd - verdict.pickUsd),
      supported,
      clipped: clipped ? 1 : 0,
    })
    if (weight > 0 && logged.firstTokenMs !== undefined) this.#ttft.add(logged.firstTokenMs, weight)
  }

  statistics(): CounterfactualStatistics {
    const { seed } = this.#options
    const sums = this.#sums
    const effectiveCalls = sums.valueOf((sum) => ratio(sum('weight') ** 2, sum('squaredWeight')))
    const weighted = (column: Column): Estimate | undefined =>
      effectiveCalls > 0 ? sums.estimate((sum) => sum(column) / sum('weight'), seed) : undefined
    return {
      costUsd: weighted('costUsd'),
      lossUsd: weighted('lossUsd'),
      lossByIndexUsd: sums.estimate(robustLoss, seed),
      success: shareOf(weighted('answered'), effectiveCalls),
      attempts: weighted('attempts'),
      ttftP50Ms: quantileOf(this.#ttft, 0.5, effectiveCalls),
      ttftP95Ms: quantileOf(this.#ttft, 0.95, effectiveCalls),
      effectiveCalls,
      supported: sums.valueOf((sum) => ratio(sum('supported'), sum('calls'))),
      clipped: sums.valueOf((sum) => ratio(sum('clipped'), sum('calls'))),
    }
  }

  #verdictOf(call: ReplayCall, logged: TraceCall, number: number): Verdict {
    const { choice, seed } = this.#options
    const [pick] = logged.plan
    const picked = logged.candidates.find(({ endpoint }) => endpoint === pick)
    // Without a choice, all policies are alike.
    if (picked === undefined || logged.prescribed || choice.logged === true) return sameVerdict(picked)
    this.#scene.show(logged)
    const random = luckOf(seed, number, -5)
    const decision = this.#scene.decide({ choice, policy: this.#policy, nowMs: call.atMs, random })
    return verdictOf(decision, logged, picked)
  }
}

interface Verdict {
  readonly weight: number
  readonly clipped: boolean
  /** What the index says of the policy's picks, and of the trace's pick, in US dollars. */
  readonly modelUsd: number
  readonly pickUsd: number
  readonly supported: number
}

function sameVerdict(picked: TraceCandidate | undefined): Verdict {
  const pickUsd = picked === undefined ? 0 : indexUsd(picked)
  return { weight: 1, clipped: false, modelUsd: pickUsd, pickUsd, supported: 1 }
}

function verdictOf({ ranked, probabilities }: Decision, logged: TraceCall, picked: TraceCandidate): Verdict {
  let ownProbability = 0
  let modelUsd = 0
  let supported = 0
  for (const [rank, { known }] of ranked.entries()) {
    const probability = probabilities[rank] ?? 0
    const candidate = logged.candidates.find(({ endpoint }) => endpoint === known.endpoint.id)
    if (candidate === undefined || probability === 0) continue
    modelUsd += probability * indexUsd(candidate)
    if (candidate.probability > 0) supported += probability
    if (candidate === picked) ownProbability = probability
  }
  const weight = ratio(ownProbability, picked.probability)
  return {
    weight: Math.min(weight, largestWeight),
    clipped: weight > largestWeight,
    modelUsd,
    pickUsd: indexUsd(picked),
    supported,
  }
}

/** What a call came to: money, the value of the time that it took to its caller, and the penalty if it was not answered. */
export function lossOf(logged: TraceCall, { failureUsd }: Pick<RankingOptions, 'failureUsd'>): number {
  const waitingUsd = (logged.usdPerSecond * logged.durationMs) / 1_000
  return logged.costNanoUsd / 1e9 + waitingUsd + (logged.outcome === 'answered' ? 0 : failureUsd)
}

function shareOf(share: Estimate | undefined, effectiveCalls: number): Estimate | undefined {
  if (share === undefined) return undefined
  return asShare(widened(share, middleOfShare(share.value, effectiveCalls) - share.value))
}

function robustLoss(sum: (column: Column) => number): number {
  return sum('indexUsd') / sum('calls') + ratio(sum('surpriseUsd'), sum('weight'))
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
