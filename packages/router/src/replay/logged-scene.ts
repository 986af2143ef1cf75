import { CacheMemory, decide, DemotionMemory } from '@nextbest/core'
import type {
  CacheQuestion,
  Decision,
  Demotion,
  Demotions,
  Endpoint,
  Random,
  RankingOptions,
} from '@nextbest/core'
import type { TraceCall } from '../trace/trace-record.ts'
import { LoggedEndpoint } from './logged-endpoint.ts'
import type { ReplayPolicy } from './replay-policy.ts'
import type { RoutingPolicy } from '@nextbest/core'

/** Who is asked at a logged decision. */
export interface SceneQuestion {
  readonly choice: ReplayPolicy
  readonly policy: RoutingPolicy | undefined
  readonly nowMs: number
  readonly random: Random
}

/** Puts a policy before a decision of the trace: the same candidates, of which the same was known. */
export class LoggedScene {
  readonly #endpoints = new Map<string, LoggedEndpoint>()
  readonly #ranking: RankingOptions
  readonly #cache = new LoggedCache()
  readonly #demotions = new LoggedDemotions()
  #shown: readonly LoggedEndpoint[] = []
  #call: TraceCall | undefined

  constructor(endpoints: Iterable<Endpoint>, ranking: RankingOptions) {
    for (const endpoint of endpoints) this.#endpoints.set(endpoint.id, new LoggedEndpoint(endpoint))
    this.#ranking = ranking
  }

  /** Moves on to the decision of a call. */
  show(call: TraceCall): void {
    const { candidates, demand, usdPerSecond } = call
    const isAlone = candidates.length < 2
    this.#call = call
    this.#shown = candidates.map((candidate) => {
      const endpoint = this.#endpointOf(candidate.endpoint)
      endpoint.show(candidate, { demand, usdPerSecond, isAlone })
      return endpoint
    })
    this.#cache.shown = this.#shown
    this.#demotions.shown = this.#shown
  }

  /** Returns what a policy decides here; `ranked` has the candidates in its order. */
  decide({ choice, policy, nowMs, random }: SceneQuestion): Decision {
    if (this.#call === undefined) throw new Error('no call is shown')
    const { demand, usdPerSecond, maxAttempts } = this.#call
    return decide(this.#shown, {
      demand,
      preferences: { objective: choice.objective ?? { usdPerSecond } },
      maxAttempts,
      nowMs,
      random,
      options: this.#ranking,
      policy,
      demotions: this.#demotions,
      cache: { memory: this.#cache, key: '' },
    })
  }

  #endpointOf(id: string): LoggedEndpoint {
    const endpoint = this.#endpoints.get(id)
    if (endpoint === undefined) throw new RangeError(`the trace does not describe the endpoint "${id}"`)
    return endpoint
  }
}

/** What providers were expected to have cached. */
class LoggedCache extends CacheMemory {
  shown: readonly LoggedEndpoint[] = []

  override expectedCachedTokens({ endpointId }: CacheQuestion): number {
    return this.shown.find(({ endpoint }) => endpoint.id === endpointId)?.cachedTokens ?? 0
  }
}

/** Who was demoted. */
class LoggedDemotions extends DemotionMemory {
  shown: readonly LoggedEndpoint[] = []

  override of(): Demotions {
    const demoted = this.shown.flatMap((endpoint) => {
      const tier = endpoint.candidate?.tier ?? 0
      return tier === 0 ? [] : [[endpoint, { tier }] as const satisfies readonly [LoggedEndpoint, Demotion]]
    })
    return demoted.length === 0 ? undefined : new Map(demoted)
  }
}
