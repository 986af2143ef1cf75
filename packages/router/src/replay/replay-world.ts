import {
  breakerDefaults,
  decide,
  DemotionMemory,
  EndpointSignals,
  objectivePresets,
  TimerlessBreaker,
} from '@nextbest/core'
import type { Endpoint, KnownEndpoint, RankingOptions, RoutingPolicy } from '@nextbest/core'
import { routerDefaults } from '../call-bounds.ts'
import type { OutcomePrior } from './draw-outcome.ts'
import { EventHeap } from './event-heap.ts'
import { luckOf } from './luck.ts'
import type { OutcomeModels } from './outcome-models.ts'
import { PlayedCall } from './played-call.ts'
import type { CallBounds, PlayedWorld } from './played-world.ts'
import type { ReplayCall } from './replay-call.ts'
import { prescribedOrder } from './replay-policy.ts'
import type { ReplayPolicy } from './replay-policy.ts'
import { Tally } from './tally.ts'

/** Bounds of calls of which only the demand is known. */
const unloggedBounds: CallBounds = { ...routerDefaults, usdPerSecond: objectivePresets.balanced }

/** Lists of endpoints that are remembered; calls mostly share a few. */
const mostLists = 1_024

export interface ReplayWorldOptions {
  readonly policy: ReplayPolicy
  readonly endpoints: Iterable<Endpoint>
  readonly models: OutcomeModels
  readonly priorOf: (endpoint: Endpoint) => OutcomePrior
  readonly ranking: RankingOptions
  readonly seed: number
}

/** Plays calls under one policy, in virtual time. It begins with endpoints of which nothing is known. */
export class ReplayWorld implements PlayedWorld {
  readonly tally: Tally
  readonly models: OutcomeModels
  readonly ranking: RankingOptions
  readonly seed: number
  readonly policy: RoutingPolicy | undefined
  readonly endpoints: readonly KnownEndpoint[]
  readonly priorOf: PlayedWorld['priorOf']
  readonly #choice: ReplayPolicy
  readonly #events = new EventHeap<() => void>()
  readonly #demotions = new DemotionMemory()
  readonly #lists = new Map<string, readonly KnownEndpoint[]>()
  #nowMs = -Infinity

  constructor(options: ReplayWorldOptions) {
    this.models = options.models
    this.tally = new Tally((id) => learntFrom(options.models, id))
    this.ranking = options.ranking
    this.seed = options.seed
    this.priorOf = options.priorOf
    this.policy = options.policy.create?.()
    this.#choice = options.policy
    const nowMs = (): number => this.#nowMs
    this.endpoints = Array.from(options.endpoints, (endpoint, number) => ({
      endpoint,
      signals: new EndpointSignals({ limits: endpoint.limits }),
      breaker: new TimerlessBreaker({ ...breakerDefaults, nowMs, random: luckOf(options.seed, number, -1) }),
    }))
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** Plays a call; its luck goes by its number. Calls come in the order of their starts. */
  play(call: ReplayCall, number: number): void {
    this.#runUntil(call.atMs)
    this.#nowMs = call.atMs
    const bounds = call.logged ?? unloggedBounds
    const policy = this.#policyFor(call)
    const decision = decide(this.#endpointsOf(call), {
      demand: call.demand,
      preferences: { objective: this.#choice.objective ?? { usdPerSecond: bounds.usdPerSecond } },
      maxAttempts: bounds.maxAttempts,
      nowMs: call.atMs,
      random: luckOf(this.seed, number, -2),
      options: this.ranking,
      policy,
      demotions: this.#demotions,
    })
    const guarding = { unguarded: policy?.guards === 'own', prescribed: policy !== this.policy }
    new PlayedCall(this, { ...guarding, call, number, bounds, decision }).advance()
  }

  /** Plays what is still under way. */
  finish(): void {
    this.#runUntil(Infinity)
  }

  at(atMs: number, happen: () => void): void {
    this.#events.add(atMs, happen)
  }

  /** What a caller prescribed is so under every policy. */
  #policyFor({ logged }: ReplayCall): RoutingPolicy | undefined {
    if (logged === undefined || !(logged.prescribed || this.#choice.logged === true)) return this.policy
    return prescribedOrder([...logged.attempts.map((attempt) => attempt.endpoint), ...logged.plan])
  }

  #endpointsOf({ offered, demand }: ReplayCall): readonly KnownEndpoint[] {
    const key = offered ?? demand.model
    const list = this.#lists.get(key) ?? this.#listOf(offered, demand.model)
    if (this.#lists.size < mostLists) this.#lists.set(key, list)
    return list
  }

  #listOf(offered: string | undefined, model: string): readonly KnownEndpoint[] {
    if (offered === undefined) return this.endpoints.filter(({ endpoint }) => endpoint.model === model)
    if (offered === '') return []
    return offered.split('\n').map((id) => {
      const known = this.endpoints.find(({ endpoint }) => endpoint.id === id)
      if (known === undefined) throw new RangeError(`the trace does not describe the endpoint "${id}"`)
      return known
    })
  }

  #runUntil(atMs: number): void {
    for (let next = this.#events.first; next !== undefined && next.atMs <= atMs; next = this.#events.first) {
      this.#events.take()
      this.#nowMs = next.atMs
      next.item()
    }
  }
}

/** Beliefs are no sample: how far they may be off, nobody knows. */
function learntFrom(models: OutcomeModels, endpoint: string): number {
  return models.isEmpty ? Infinity : (models.of(endpoint)?.total.ended ?? 0)
}
