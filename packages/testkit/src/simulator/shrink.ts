import type { Violation } from './invariant.ts'
import { runSimulation } from './simulation.ts'
import type { SimulationOptions, SimulationResult } from './simulation-options.ts'
import type { IncidentKind } from './swarm/incident-kinds.ts'
import { drawSwarm, type Omissions, type Swarm } from './swarm/swarm.ts'

export interface ShrinkOptions extends Pick<SimulationOptions, 'families' | 'sabotage'> {
  readonly seed: number
  /** Calls that the seed's swarm was drawn with. */
  readonly calls: number
  /** What is to be shown again: the same rule. */
  readonly violation: Violation
  /**
   * Calls that all tries together may make, so that it comes to an end; each try counts as 200 at least.
   * @defaultValue 300_000
   */
  readonly maxCalls?: number
}

/** The smallest run found that breaks the same rule. */
export interface Shrunken {
  readonly swarm: Swarm
  readonly result: SimulationResult
  readonly violation: Violation
}

const keptLines = 200
const defaultMaxCalls = 300_000
const leastCalls = 200

/**
 * Looks for a smaller run that breaks the same rule: without what comes after, without the first half of the calls and so on,
 * without kinds of incidents, without providers, without calls one by one. Nothing, if not even the run itself breaks it again.
 */
export async function shrink(options: ShrinkOptions): Promise<Shrunken | undefined> {
  const search = new Search(options)
  if (!(await search.tries({}))) return undefined
  await search.dropLater()
  await search.dropEarlier()
  await search.dropKinds()
  await search.dropProviders()
  await search.dropCalls()
  return search.smallest
}

class Search {
  readonly #options: ShrinkOptions
  #omissions: Omissions = {}
  #smallest: Shrunken | undefined
  #callsLeft: number

  constructor(options: ShrinkOptions) {
    this.#options = options
    this.#callsLeft = options.maxCalls ?? defaultMaxCalls
  }

  get smallest(): Shrunken | undefined {
    return this.#smallest
  }

  /** Returns whether the rule is broken still when this is left out too; then it stays out. */
  async tries(more: Omissions): Promise<boolean> {
    if (this.#callsLeft <= 0) return false
    const { seed, calls, violation, families, sabotage } = this.#options
    const omissions = { ...this.#omissions, ...more }
    const swarm = drawSwarm(seed, calls, omissions)
    if (swarm.accounts.length === 0) return false
    const result = await runSimulation(swarm, { families, keptLines, ...(sabotage && { sabotage }) })
    this.#callsLeft -= Math.max(leastCalls, result.calls)
    const again = result.violations.find(({ number }) => number === violation.number)
    if (again === undefined) return false
    this.#omissions = omissions
    this.#smallest = { swarm, result, violation: again }
    return true
  }

  async dropLater(): Promise<void> {
    const last = this.#smallest?.result.lastCall
    if (last !== undefined) await this.tries({ untilCall: last + 1 })
  }

  async dropEarlier(): Promise<void> {
    const { untilCall = this.#options.calls } = this.#omissions
    for (let step = untilCall >> 1; step > 0; step >>= 1) {
      const fromCall = (this.#omissions.fromCall ?? 0) + step
      if (fromCall < untilCall) await this.tries({ fromCall })
    }
  }

  async dropKinds(): Promise<void> {
    const incidents = this.#smallest?.swarm.incidents ?? []
    for (const kind of new Set<IncidentKind>(incidents.map((incident) => incident.kind))) {
      await this.tries({ kinds: new Set([...(this.#omissions.kinds ?? []), kind]) })
    }
  }

  async dropProviders(): Promise<void> {
    for (const { provider } of this.#smallest?.swarm.accounts ?? []) {
      await this.tries({ providers: new Set([...(this.#omissions.providers ?? []), provider]) })
    }
  }

  async dropCalls(): Promise<void> {
    const { fromCall = 0, untilCall = this.#options.calls } = this.#omissions
    for (let size = (untilCall - fromCall) >> 1; size > 0; size >>= 1) {
      for (let first = fromCall; first < untilCall; first += size) {
        const dropped = this.#omissions.calls ?? new Set<number>()
        const more = numbers(first, Math.min(untilCall, first + size)).filter((call) => !dropped.has(call))
        if (more.length > 0) await this.tries({ calls: new Set([...dropped, ...more]) })
      }
    }
  }
}

function numbers(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i)
}
