import type { Clock, Random } from '@nextbest/core'
import type { Router, Upstream, UpstreamAccount } from 'nextbest'
import type { RuleFamily, Violation } from './invariant.ts'
import type { SimulationTime } from './simulated-time.ts'
import type { UpstreamGuards } from './virtual-upstream.ts'

export interface SimulationOptions {
  /** Rules to judge by. */
  readonly families: readonly RuleFamily[]
  /** How many of the last lines of the log are kept. Default: 0. */
  readonly keptLines?: number
  /** Puts something between the router and the world, to see that its defects are noticed. Default: nothing. */
  readonly sabotage?: Sabotage
  /** Default: virtual time, which costs next to nothing. */
  readonly time?: SimulationTime
  /** Returns breakers and waiting queues of an account's endpoints, on that time. Default: virtual ones. */
  readonly guards?: (account: UpstreamAccount) => UpstreamGuards
}

/** Parts of a run that can be replaced from outside. */
export interface Sabotage {
  readonly clock?: (clock: Clock) => Clock
  readonly random?: (random: Random) => Random
  readonly account?: (account: UpstreamAccount) => UpstreamAccount
  readonly upstream?: (upstream: Upstream, clock: Clock) => Upstream
  readonly router?: (router: Router) => Router
}

export interface SimulationResult {
  readonly seed: number
  /** Calls made. */
  readonly calls: number
  /** Number of the last one; nothing when none was made. */
  readonly lastCall: number | undefined
  readonly attempts: number
  /** Time from the first call to the last, in virtual ms. */
  readonly lastsMs: number
  /** Calls by how they ended: `stream`, `reply`, the kind of an error, or `rejected`. */
  readonly endings: ReadonlyMap<string, number>
  readonly violations: readonly Violation[]
  /** SHA-256 of the log of everything that happened. */
  readonly hash: string
  readonly lastLines: readonly string[]
}
