import { allRules } from '../../src/simulator/invariants/all.ts'
import type { Violation } from '../../src/simulator/invariant.ts'
import { runSimulation } from '../../src/simulator/simulation.ts'
import type { Sabotage } from '../../src/simulator/simulation-options.ts'
import { drawSwarm, type Swarm } from '../../src/simulator/swarm/swarm.ts'

/** A bug that is put into the engine from outside. */
export interface Defect {
  readonly name: string
  /** Puts it in. */
  plant(): Planted
  /** Where it must show, if it takes more than usual trouble. Default: the hunt's own seeds. */
  readonly swarms?: readonly Swarm[]
}

interface Planted {
  /** What stands between the router and the world. */
  readonly sabotage?: Sabotage
  /** Takes it out again, where it changed something that is shared. */
  restore?(): void
}

/** How a defect was noticed. */
export interface Caught extends Violation {
  readonly seed: number
  /** Calls until then, those of earlier seeds included. */
  readonly calls: number
}

export interface Hunt {
  readonly seeds: readonly number[]
  /** Calls of each seed. */
  readonly calls: number
}

/** Runs one seed after the other with a defect in place, until a rule is broken. */
export async function hunt(defect: Defect, { seeds, calls }: Hunt): Promise<Caught | undefined> {
  const planted = defect.plant()
  let made = 0
  try {
    for (const swarm of defect.swarms ?? seeds.map((seed) => drawSwarm(seed, calls))) {
      const options = { families: allRules, ...(planted.sabotage && { sabotage: planted.sabotage }) }
      const result = await runSimulation(swarm, options)
      made += result.calls
      const [violation] = result.violations
      if (violation !== undefined) return { ...violation, seed: swarm.seed, calls: made }
    }
    return undefined
  } finally {
    planted.restore?.()
  }
}

/** Replaces a method of a prototype. Returns what puts the old one back. */
export function replaceMethod<Owner extends object, Name extends keyof Owner>(
  prototype: Owner,
  name: Name,
  replacement: (original: Owner[Name]) => Owner[Name],
): () => void {
  const original = prototype[name]
  prototype[name] = replacement(original)
  return () => {
    prototype[name] = original
  }
}
