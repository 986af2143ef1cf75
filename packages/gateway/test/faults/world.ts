import type { FaultOrigin, Wall } from '@nextbest/testkit/wall'
import type { Clock } from '@nextbest/core'
import { fasterBreaker, seededRandom, withFasterGuards } from '@nextbest/testkit'
import { createRouter } from 'nextbest'
import type { EndpointStatus, Router, RouterEvent, UpstreamAccount, UpstreamConfig } from 'nextbest'
import { openAiChat } from '../../../adapters/src/openai-chat/openai-chat.ts'
import { createUpstream } from '../../../adapters/src/upstream/create-upstream.ts'
import type { Upstream } from '../../../adapters/src/upstream/upstream.ts'
import { startGateway } from '../../src/server/start-gateway.ts'
import type { RunningGateway } from '../../src/server/start-gateway.ts'
import { askedModel, keyOf, siblingModel } from './names.ts'

/** Waits that the router's clock does not count, in real ms. The wall always accepts; an origin may not. */
const wallConnectMs = 2_000
const originConnectMs = 500
const errorBodyTimeoutMs = 60

/** On the router's clock. */
const callTimeoutMs = 180_000

/** A provider of a world. */
export interface Place {
  readonly provider: string
  /** The model's name at the wall, which says what it meets there. */
  readonly wallModel: string
  /** Where it is, if not at the wall. */
  readonly origin?: FaultOrigin
  /** Whether a request that was certainly not looked at may be sent once more, within its attempt. Default: false. */
  readonly mayResend?: boolean
}

export interface WorldOptions {
  readonly wall: Wall
  readonly clock: Clock
  /** In the order in which they are to be tried. */
  readonly places: readonly Place[]
  readonly maxAttempts?: number
  /** Whether all have the same window, instead of each a larger one than those before it. Default: false. */
  readonly equalWindows?: boolean
  /** How many times faster than real time the clock runs, where breakers and waits are to keep up with it. Default: 1. */
  readonly guardFactor?: number
  /** Of the router's luck. Default: 1. */
  readonly seed?: number
}

type WorldParts = Pick<World, 'places' | 'router' | 'gateway' | 'events' | 'gatewayFaults'>

/** A gateway over a router over some places, each an account with a key and a good sibling model. */
export class World implements AsyncDisposable {
  readonly places: readonly Place[]
  readonly router: Router
  readonly gateway: RunningGateway
  /** What the router told. */
  readonly events: readonly RouterEvent[]
  readonly gatewayFaults: readonly string[]
  /** What the router knew when the last attempt on an endpoint had ended. */
  readonly #statusAfter: ReadonlyMap<string, readonly EndpointStatus[]>

  private constructor(parts: WorldParts, statusAfter: ReadonlyMap<string, readonly EndpointStatus[]>) {
    this.places = parts.places
    this.router = parts.router
    this.gateway = parts.gateway
    this.events = parts.events
    this.gatewayFaults = parts.gatewayFaults
    this.#statusAfter = statusAfter
  }

  static async open(options: WorldOptions): Promise<World> {
    try {
      return await World.#open(options)
    } catch (error) {
      await closeOrigins(options.places)
      throw error
    }
  }

  static async #open(options: WorldOptions): Promise<World> {
    const { wall, clock, places, maxAttempts = 3, equalWindows = false, guardFactor = 1, seed = 1 } = options
    const events: RouterEvent[] = []
    const statusAfter = new Map<string, readonly EndpointStatus[]>()
    const upstreams = [
      ...places.map((place, index) => upstreamOf(place, wall, equalWindows ? 1 : index + 1)),
      untouched(wall),
    ]
    const router = createRouter({
      upstreams,
      maxAttempts,
      timeoutMs: callTimeoutMs,
      runtime: {
        clock,
        random: seededRandom(seed),
        connect: (account) => connect(account, places, guardFactor),
      },
      onEvent(event) {
        events.push(event)
        // A gate may open again before anybody else can look.
        if (event.type === 'attempt-end') statusAfter.set(event.endpoint, router.status())
      },
    })
    const gatewayFaults: string[] = []
    const gateway = await startGateway({
      router,
      port: 0,
      onFault: (error) => gatewayFaults.push(error instanceof Error ? error.name : typeof error),
    })
    return new World({ places, router, gateway, events, gatewayFaults }, statusAfter)
  }

  /** Returns what the router knew when the last attempt on an endpoint had ended; what it knows now where there was none. */
  statusAfter(endpoint: string): readonly EndpointStatus[] {
    return this.#statusAfter.get(endpoint) ?? this.router.status()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close({ drainMs: 0 })
    await this.router.close()
    await closeOrigins(this.places)
  }
}

async function closeOrigins(places: readonly Place[]): Promise<void> {
  await Promise.all(places.flatMap(({ origin }) => origin?.close() ?? []))
}

function upstreamOf({ provider, wallModel, origin }: Place, wall: Wall, windows: number): UpstreamConfig {
  const price = { prompt: 0.25, completion: 0.75 }
  // Who says that a prompt is too long is followed by larger windows only.
  const contextTokens = 32_000 * windows
  return {
    provider,
    baseUrl: origin?.baseUrl ?? wall.baseUrl,
    apiKey: keyOf(provider),
    allowPrivateNetwork: origin?.allowPrivateNetwork ?? true,
    models: [
      { model: askedModel, upstreamModel: wallModel, contextTokens, price },
      {
        model: siblingModel,
        upstreamModel: `${wallModel.slice(0, wallModel.lastIndexOf('/'))}-sibling/ok`,
        contextTokens,
        price,
      },
    ],
  }
}

function untouched(wall: Wall): UpstreamConfig {
  const model = { model: 'wall/untouched', contextTokens: 32_000, price: { prompt: 0.25, completion: 0.75 } }
  return { provider: 'untouched', baseUrl: wall.baseUrl, allowPrivateNetwork: true, models: [model] }
}

/** As the router connects accounts, but with what an origin needs, and real waits in keeping with the clock. */
function connect(
  { config, endpoints, breaker, clock, random }: UpstreamAccount,
  places: readonly Place[],
  guardFactor: number,
): Upstream {
  const { provider, baseUrl, apiKey, allowPrivateNetwork } = config
  const origin = places.find((place) => place.provider === provider)?.origin
  const upstream = createUpstream({
    provider,
    baseUrl,
    endpoints,
    breaker: fasterBreaker(breaker, guardFactor),
    random,
    adapter: openAiChat(),
    ...(apiKey === undefined ? undefined : { apiKey }),
    allowPrivateNetwork: allowPrivateNetwork ?? false,
    limits: { errorBodyTimeoutMs },
    transport: {
      connectTimeoutMs: origin === undefined ? wallConnectMs : originConnectMs,
      ...origin?.transport,
    },
    nowMs: () => clock.nowMs() / guardFactor,
  })
  return withFasterGuards(upstream, guardFactor)
}
