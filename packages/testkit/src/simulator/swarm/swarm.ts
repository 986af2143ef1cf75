import type { RouterOptions } from 'nextbest'
import { hashedRandom } from '../../seeded-random.ts'
import { drawArrivals, type Arrivals } from './arrivals.ts'
import { Dice } from './dice.ts'
import { drawFleet, type SwarmAccount } from './fleet.ts'
import type { IncidentKind } from './incident-kinds.ts'
import { drawIncidentKinds, drawIncidents, type Incident } from './incidents.ts'
import { drawCall } from './draw-call.ts'
import type { PlannedCall } from './planned-call.ts'
import { namesOf, type FleetNames } from './preferences.ts'

/** What is left out of a swarm, to find the smallest that still shows something. Nothing is, by default. */
export interface Omissions {
  /** Only calls from this number on are made. */
  readonly fromCall?: number
  /** Only calls below this number are made. */
  readonly untilCall?: number
  readonly calls?: ReadonlySet<number>
  readonly kinds?: ReadonlySet<IncidentKind>
  readonly providers?: ReadonlySet<string>
}

/** A fleet, its traffic and what goes wrong with it: a function of a seed and the number of calls. */
export interface Swarm {
  readonly seed: number
  /** Calls drawn, those left out included. */
  readonly calls: number
  readonly omissions: Omissions
  readonly accounts: readonly SwarmAccount[]
  readonly incidents: readonly Incident[]
  readonly arrivals: Arrivals
  readonly names: FleetNames
  readonly router: SwarmRouterOptions
}

type SwarmRouterOptions = Pick<
  RouterOptions,
  'timeoutMs' | 'maxAttempts' | 'maxWaitMs' | 'breaker' | 'whenAllOpen'
>

/** Draws a swarm. Whatever is left out, the rest is as it was. */
export function drawSwarm(seed: number, calls: number, omissions: Omissions = {}): Swarm {
  const all = drawFleet(seed)
  const accounts = all.filter(({ provider }) => omissions.providers?.has(provider) !== true)
  const arrivals = drawArrivals(seed, calls)
  const kinds = drawIncidentKinds(seed)
  const incidents = drawIncidents({ seed, accounts: all, kinds, untilMs: arrivals.healedAtMs })
  return {
    seed,
    calls,
    omissions,
    accounts,
    incidents: incidents.filter(({ kind }) => omissions.kinds?.has(kind) !== true),
    arrivals,
    // Calls name what the whole fleet has, so that they stay the same.
    names: namesOf(all),
    router: drawRouterOptions(seed),
  }
}

/** Returns the call of a number, or nothing if it is left out. */
export function callOf(swarm: Swarm, number: number): PlannedCall | undefined {
  const { fromCall = 0, untilCall = Infinity, calls } = swarm.omissions
  if (number < fromCall || number >= untilCall || calls?.has(number) === true) return undefined
  const atMs = swarm.arrivals.atMs[number]
  if (atMs === undefined) return undefined
  const plain = number >= swarm.arrivals.firstRecovering
  return drawCall({ seed: swarm.seed, number, atMs, plain, names: swarm.names })
}

function drawRouterOptions(seed: number): SwarmRouterOptions {
  const dice = new Dice(hashedRandom(seed, 'router'))
  return {
    timeoutMs: dice.pick([30_000, 60_000, 120_000]),
    maxAttempts: dice.pick([1, 2, 3, 3, 3, 5]),
    maxWaitMs: dice.pick([0, 2_000, 10_000, 30_000]),
    whenAllOpen: dice.chance(0.1) ? 'fail' : 'try',
    breaker: dice.chance(0.7)
      ? {}
      : {
          consecutiveFailures: dice.integer(2, 8),
          openMs: dice.integer(500, 10_000),
          probesToClose: dice.integer(1, 3),
          slowStartMs: dice.pick([0, 10_000, 60_000]),
        },
  }
}
