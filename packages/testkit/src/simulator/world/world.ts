import { defineEndpoint } from '@nextbest/core'
import type { ChatRequest, Endpoint, Pricing } from '@nextbest/core'
import { conditionAt } from './fault.ts'
import type { Fault } from './fault.ts'
import { baseProviders } from './provider-profile.ts'
import type { ProviderProfile } from './provider-profile.ts'
import { drawTraffic } from './traffic.ts'
import type { TrafficChanges, WorldRequest } from './traffic.ts'
import { WorldProvider } from './world-provider.ts'
import type { AttemptRecord } from './world-provider.ts'
import { chatRequestOf, worldModel } from './world-request.ts'

/** A world to route in. */
export interface WorldOptions {
  /** Any safe integer: traffic and luck are functions of it. */
  readonly seed: number
  /** Default: the five of the base world. */
  readonly providers?: readonly ProviderProfile[]
  /** What goes wrong. Default: nothing but the background. */
  readonly faults?: readonly Fault[]
  /** How long requests arrive, in ms. Default: 3,500,000. */
  readonly durationMs?: number
  readonly traffic?: TrafficChanges
  /** Hears of every attempt that is over, as its provider saw it. Default: nobody. */
  readonly whenOver?: (record: AttemptRecord) => void
}

const worldDurationMs = 3_500_000

/** Requests in the order of their arrival, and the providers that they can go to. It has no clock of its own. */
export interface World {
  readonly requests: readonly WorldRequest[]
  readonly providers: readonly WorldProvider[]
  /** Returns a request as a router gets it. */
  chatRequest(number: number): ChatRequest
  /** Returns a provider's endpoint as a router is given it; its price is that of the present. */
  endpointOf(provider: WorldProvider, nowMs: () => number): Endpoint
}

/** Creates a world. Two worlds of the same options are the same, whatever is routed through them. */
export function createWorld(options: WorldOptions): World {
  const { seed, faults = [], whenOver = () => undefined } = options
  const profiles = options.providers ?? baseProviders
  const requests = drawTraffic({
    seed,
    durationMs: options.durationMs ?? worldDurationMs,
    ...(options.traffic !== undefined && { changes: options.traffic }),
  })
  const faultsOf = ({ name }: ProviderProfile): readonly Fault[] =>
    faults.filter((fault) => fault.providers.includes(name))
  return {
    requests,
    providers: profiles.map(
      (profile) => new WorldProvider({ profile, faults: faultsOf(profile), seed, requests, whenOver }),
    ),
    chatRequest(number) {
      const request = requests[number]
      if (request === undefined) throw new RangeError(`the world has no request ${number}`)
      return chatRequestOf(request, number)
    },
    endpointOf: ({ profile }, nowMs) => endpointOf(profile, faultsOf(profile), nowMs),
  }
}

/** Longer than any prompt of the world with its answer. */
const contextTokens = 1_000_000

function endpointOf(profile: ProviderProfile, faults: readonly Fault[], nowMs: () => number): Endpoint {
  const endpoint = defineEndpoint({
    provider: profile.name,
    model: worldModel,
    contextTokens,
    price: {
      prompt: profile.promptUsdPerMillion,
      completion: profile.outputUsdPerMillion,
      ...(profile.cache !== undefined && {
        cacheRead: (profile.promptUsdPerMillion * profile.cache.priceShare).toFixed(6),
      }),
    },
  })
  if (!faults.some((fault) => fault.priceFactor !== undefined)) return endpoint
  return {
    ...endpoint,
    get pricing() {
      return scaled(endpoint.pricing, conditionAt(faults, nowMs()).priceFactor)
    },
  }
}

function scaled(pricing: Pricing, factor: number): Pricing {
  const { promptPicoUsd, completionPicoUsd, cacheReadPicoUsd } = pricing
  return {
    ...pricing,
    promptPicoUsd: Math.round(promptPicoUsd * factor),
    completionPicoUsd: Math.round(completionPicoUsd * factor),
    ...(cacheReadPicoUsd !== undefined && { cacheReadPicoUsd: Math.round(cacheReadPicoUsd * factor) }),
  }
}
