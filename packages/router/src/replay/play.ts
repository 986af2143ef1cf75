import type { Endpoint, RankingOptions } from '@nextbest/core'
import type { TraceCall } from '../trace/trace-record.ts'
import { Counterfactual, lossOf } from './counterfactual.ts'
import type { OutcomeBasis, OutcomePrior } from './draw-outcome.ts'
import type { OutcomeModels } from './outcome-models.ts'
import { irrelevance } from './replay-call.ts'
import type { ReplayCall } from './replay-call.ts'
import { loggedPolicy } from './replay-policy.ts'
import type { ReplayPolicy } from './replay-policy.ts'
import type { CounterfactualReport, ModelledReport, ReplayReport } from './replay-report.ts'
import { ReplayWorld } from './replay-world.ts'
import { Tally } from './tally.ts'

export interface PlayOptions {
  readonly policies: readonly ReplayPolicy[]
  readonly seed: number
  /** By id. */
  readonly endpoints: ReadonlyMap<string, Endpoint>
  readonly models: OutcomeModels
  readonly ranking: RankingOptions
  readonly priorOf: (endpoint: Endpoint) => OutcomePrior
}

/** Plays calls under all policies at once, and under the trace's own picks. */
export class Play {
  readonly #options: PlayOptions
  readonly #logged: ReplayWorld
  readonly #worlds: readonly ReplayWorld[]
  readonly #judges: readonly Counterfactual[]
  readonly #observed = new Tally()
  readonly #leftOut = { aborted: 0, 'at-fault': 0 }
  #played = 0
  #beginsAtMs: number | undefined
  #endsAtMs = 0

  constructor(options: PlayOptions) {
    const { policies, endpoints } = options
    const worldOf = (policy: ReplayPolicy): ReplayWorld =>
      new ReplayWorld({ ...options, policy, endpoints: endpoints.values() })
    this.#options = options
    this.#logged = worldOf(loggedPolicy)
    this.#worlds = policies.map((policy) => (policy.logged === true ? this.#logged : worldOf(policy)))
    this.#judges = policies.map((choice) => new Counterfactual({ ...options, choice }))
  }

  /** Takes the next call, in the order of starts. */
  add(call: ReplayCall): void {
    const reason = irrelevance(call)
    if (reason !== undefined) {
      this.#leftOut[reason] += 1
      return
    }
    const number = this.#played
    this.#played += 1
    this.#beginsAtMs ??= call.atMs
    this.#endsAtMs = call.atMs
    for (const world of this.#worlds) if (world !== this.#logged) world.play(call, number)
    if (call.logged === undefined) return
    this.#logged.play(call, number)
    this.#observed.add(resultOf(call.logged, this.#options.ranking))
    for (const judge of this.#judges) judge.add(call, call.logged, number)
  }

  /** Ends the play. `late` calls could not be put in order. */
  report(late: number): ReplayReport {
    const { policies, seed, endpoints, models } = this.#options
    for (const world of new Set([this.#logged, ...this.#worlds])) world.finish()
    const isLogged = this.#observed.calls > 0
    return {
      seed,
      calls: {
        played: this.#played,
        aborted: this.#leftOut.aborted,
        atFault: this.#leftOut['at-fault'],
        late,
        spanMs: this.#endsAtMs - (this.#beginsAtMs ?? this.#endsAtMs),
        endpoints: endpoints.size,
        windowMs: models.windowMs,
      },
      observed: isLogged ? this.#observed.statistics(seed) : undefined,
      counterfactual: isLogged ? policies.map((policy, i) => this.#judged(policy, i)) : [],
      modelled: policies.map((policy, i) => this.#modelled(policy, i, isLogged)),
    }
  }

  #judged({ name }: ReplayPolicy, place: number): CounterfactualReport {
    const judge = this.#judges[place]
    if (judge === undefined) throw new RangeError(`there is no policy ${place}`)
    return { policy: name, statistics: judge.statistics() }
  }

  #modelled({ name }: ReplayPolicy, place: number, isLogged: boolean): ModelledReport {
    const { seed } = this.#options
    const tally = this.#worlds[place]?.tally ?? new Tally()
    return {
      policy: name,
      statistics: tally.statistics(seed),
      lossAgainstLogged: isLogged ? tally.lossAgainst(this.#logged.tally, seed) : undefined,
      bases: sharesOf(tally.bases),
    }
  }
}

function resultOf(logged: TraceCall, ranking: RankingOptions): Parameters<Tally['add']>[0] {
  return {
    answered: logged.outcome === 'answered',
    costUsd: logged.costNanoUsd / 1e9,
    lossUsd: lossOf(logged, ranking),
    attempts: logged.attempts.length,
    firstTokenMs: logged.firstTokenMs,
  }
}

function sharesOf({
  measured,
  borrowed,
  assumed,
}: Readonly<Record<OutcomeBasis, number>>): ModelledReport['bases'] {
  const all = Math.max(1, measured + borrowed + assumed)
  return { measured: measured / all, borrowed: borrowed / all, assumed: assumed / all }
}
