import type { Objective, RoutingPreferences } from '@nextbest/core'
import type { Dice } from './dice.ts'
import { quantizations, regions, type SwarmAccount } from './fleet.ts'

/** What callers can name. */
export interface FleetNames {
  readonly models: readonly string[]
  /** Providers and tags. */
  readonly selectors: readonly string[]
}

/** Returns what callers of a fleet can name, in a fixed order. */
export function namesOf(accounts: readonly SwarmAccount[]): FleetNames {
  const endpoints = accounts.flatMap((account) => account.endpoints)
  return {
    models: [...new Set(endpoints.map((endpoint) => endpoint.model))],
    selectors: [...new Set(endpoints.flatMap(({ provider, tag }) => [provider, tag]))],
  }
}

const objectives: readonly Objective[] = ['cheapest', 'balanced', 'fastest', { usdPerSecond: 0.001 }]

/** Draws what a caller wants of the routing: most want nothing. */
export function drawPreferences(dice: Dice, { selectors }: FleetNames): RoutingPreferences | undefined {
  if (dice.chance(0.6)) return undefined
  return {
    ...(dice.chance(0.2) && { order: dice.some(selectors, 0.4) }),
    ...(dice.chance(0.12) && { only: dice.some(selectors, 0.5) }),
    ...(dice.chance(0.12) && { ignore: dice.some(selectors, 0.3) }),
    ...(dice.chance(0.1) && { allowFallbacks: false }),
    ...(dice.chance(0.1) && { requireParameters: true }),
    ...(dice.chance(0.1) && { sort: dice.pick(['price', 'latency', 'throughput'] as const) }),
    ...(dice.chance(0.3) && { objective: dice.pick(objectives) }),
    ...drawConditions(dice),
  }
}

function drawConditions(dice: Dice): RoutingPreferences {
  return {
    ...(dice.chance(0.08) && { dataCollection: 'deny' as const }),
    ...(dice.chance(0.06) && { zeroDataRetention: true }),
    ...(dice.chance(0.06) && { regions: dice.some(regions, 0.6) }),
    ...(dice.chance(0.06) && { quantizations: dice.some(quantizations, 0.6) }),
    ...(dice.chance(0.1) && {
      maxPrice: {
        promptUsdPerMillion: dice.magnitude(0.1, 5),
        ...(dice.chance(0.5) && { completionUsdPerMillion: dice.magnitude(0.5, 15) }),
      },
    }),
  }
}
