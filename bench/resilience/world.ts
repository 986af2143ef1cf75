// A gateway over three providers on real sockets, and time that runs faster than the wall clock.
import type { Random } from '@nextbest/core'
import { startGateway } from '@nextbest/gateway'
import { createRouter } from 'nextbest'
import type { Router, RouterEvent, UpstreamConfig } from 'nextbest'
import { arrive } from './arrivals.ts'
import { AttemptWatch } from './attempt-watch.ts'
import { createCaller, model } from './caller.ts'
import type { CallResult } from './caller.ts'
import { createFastClock } from './fast-clock.ts'
import type { FastClock } from './fast-clock.ts'
import { fastConnect } from './fast-connect.ts'
import { answerText, startProvider } from './provider.ts'
import type { Provider } from './provider.ts'
import { seededRandom } from './testkit.ts'

/** Milliseconds of the router's clock in one of the wall clock's. */
export const clockFactor = 5

/** Calls in a second of the router's clock. */
export const callsPerSecond = 20

/**
 * US dollars per million tokens. The first is cheaper by a fifth, so that most calls go there while it is well: it is the one that is
 * hardest to lose.
 */
const prices = [
  { name: 'bluepeak', price: { prompt: 2, completion: 8 } },
  { name: 'ferrolight', price: { prompt: 2.5, completion: 10 } },
  { name: 'northwind', price: { prompt: 2.5, completion: 10 } },
] as const

export interface WorldOptions {
  readonly seed: number
  /** Whether another provider may go on with a broken answer. No request over HTTP can say so; who embeds the router can. */
  readonly continueBroken?: boolean
}

export interface World {
  readonly clock: FastClock
  /** The favourite first. */
  readonly providers: readonly Provider[]
  /** Begins to watch the attempts on a provider. */
  watch(provider: Provider): AttemptWatch
  /** Makes so many calls, every other one streamed, at `callsPerSecond`, and waits for all of them. */
  traffic(calls: number): Promise<CallResult[]>
  close(): Promise<void>
}

/** Starts the providers, the router and the gateway. */
export async function startWorld({ seed, continueBroken = false }: WorldOptions): Promise<World> {
  const clock = createFastClock(clockFactor)
  const random = seededRandom(seed)
  const providers = await Promise.all(prices.map(({ name }) => startProvider(name)))
  const watches: AttemptWatch[] = []
  const router = routerOver(providers, {
    clock,
    random,
    onEvent: (event) => watches.forEach((watch) => watch.hear(event)),
  })
  const gateway = await startGateway({ port: 0, router: continueBroken ? continuing(router) : router })
  const caller = createCaller(gateway.url, answerText)
  const arrivals = { perSecond: callsPerSecond * clockFactor, random: seededRandom(seed + 1) }
  return {
    clock,
    providers,
    watch({ name }) {
      const endpoint = `${name}:${model}`
      const breaker = (): AttemptWatch['attempts'][number]['breaker'] =>
        router.status().find((one) => one.endpoint === endpoint)?.breaker ?? 'closed'
      const watch = new AttemptWatch({ endpoint, breaker, nowMs: () => clock.nowMs() })
      watches.splice(0, watches.length, watch)
      return watch
    },
    traffic: (count) => arrive({ ...arrivals, count }, (n) => caller.call(n % 2 === 0)),
    async close() {
      caller.close()
      await gateway.close({ drainMs: 0 })
      await router.close()
      await Promise.all(providers.map((provider) => provider.close()))
    },
  }
}

interface RouterParts {
  readonly clock: FastClock
  readonly random: Random
  readonly onEvent: (event: RouterEvent) => void
}

function routerOver(providers: readonly Provider[], { clock, random, onEvent }: RouterParts): Router {
  const upstreams = providers.map(({ name, baseUrl }, n): UpstreamConfig => ({
    provider: name,
    baseUrl,
    allowPrivateNetwork: true,
    models: [{ model, contextTokens: 128_000, price: prices[n]?.price ?? prices[0].price }],
  }))
  return createRouter({ upstreams, onEvent, runtime: { clock, random, connect: fastConnect(clock.factor) } })
}

/** The same router, where every caller allows continuation. */
function continuing(router: Router): Router {
  return {
    ...router,
    pipe: (request, sink, options) => router.pipe(request, sink, { ...options, continueBroken: true }),
  }
}
