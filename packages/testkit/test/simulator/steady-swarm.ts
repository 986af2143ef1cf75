import { defineEndpoint } from '@nextbest/core'
import type { Incident } from '../../src/simulator/swarm/incidents.ts'
import type { SwarmAccount } from '../../src/simulator/swarm/fleet.ts'
import { namesOf } from '../../src/simulator/swarm/preferences.ts'
import type { Swarm } from '../../src/simulator/swarm/swarm.ts'

export interface Steady {
  readonly seed: number
  readonly minutes: number
  /** Time between two calls, in ms. */
  readonly everyMs: number
  readonly incidents: readonly Incident[]
  /** How many providers there are. Default: 4. */
  readonly providers?: number
}

/** Plain calls at an even pace on providers of one model, each dearer and faster than the one before. */
export function steadySwarm({ seed, minutes, everyMs, incidents, providers = 4 }: Steady): Swarm {
  const accounts = Array.from({ length: providers }, (_, i) => accountOf(i + 1))
  const calls = Math.floor((minutes * 60_000) / everyMs)
  return {
    seed,
    calls,
    omissions: {},
    accounts,
    incidents,
    arrivals: {
      atMs: Array.from({ length: calls }, (_, call) => call * everyMs),
      firstRecovering: 0,
      firstHealthy: calls,
      healedAtMs: 0,
    },
    names: namesOf(accounts),
    router: { timeoutMs: 60_000, maxAttempts: 3, maxWaitMs: 30_000, breaker: {} },
  }
}

function accountOf(rank: number): SwarmAccount {
  const provider = `p${rank}`
  return {
    provider,
    endpoints: [
      defineEndpoint({
        provider,
        model: 'lab/large',
        contextTokens: 32_000,
        price: { prompt: rank / 2, completion: rank },
      }),
    ],
    traits: {
      ttftMs: 1_000 / rank,
      promptTokensPerMs: 10,
      outputTokensPerSecond: 40 * rank,
      fullAt: 200,
      reportsUsage: true,
      tellsLimits: false,
      sendsRole: true,
    },
  }
}

/** Something wrong with every attempt at some providers for so many minutes. */
export function troubleAt(
  providers: readonly string[],
  kind: Incident['kind'],
  [from, until]: readonly [number, number],
): readonly Incident[] {
  return providers.map((provider) => ({
    provider,
    kind,
    fromMs: from * 60_000,
    untilMs: until * 60_000,
    share: 1,
  }))
}
