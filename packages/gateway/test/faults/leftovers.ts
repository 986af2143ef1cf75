import { setImmediate } from 'node:timers/promises'
import type { FaultOrigin, Wall } from '@nextbest/testkit/wall'
import type { Leftovers } from './observation.ts'

/** Longest wait for the last events of what was closed, in real ms. */
const longestEndMs = 2_000

/** What this process writes on, which is opened when it first does. */
const ownOutput: ReadonlySet<string> = new Set(['PipeWrap', 'TTYWrap'])

/** What keeps the process alive, to be compared with later. */
export function activeResources(): readonly string[] {
  return process.getActiveResourcesInfo().filter((resource) => !ownOutput.has(resource))
}

/** What is watched until it is closed. */
export interface Watched {
  readonly wall: Pick<Wall, 'openConnections'>
  readonly origins: readonly Pick<FaultOrigin, 'openConnections'>[]
  /** What kept the process alive before. */
  readonly before: readonly string[]
}

/** Returns what is left beyond the resources of before, once the loop has had its time to tell of every end. */
export async function leftoversOf(watched: Watched, patienceMs = longestEndMs): Promise<Leftovers> {
  const untilMs = performance.now() + patienceMs
  let left = leftNow(watched)
  while (left.connections + left.resources.length > 0 && performance.now() < untilMs) {
    await setImmediate()
    left = leftNow(watched)
  }
  return left
}

function leftNow({ wall, origins, before }: Watched): Leftovers {
  const connections = origins.reduce((sum, origin) => sum + origin.openConnections, wall.openConnections)
  return { connections, resources: without(activeResources(), before) }
}

/** Returns the resources with one of each of the others taken out. `Immediate` is the wait itself. */
function without(resources: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others]
  return resources.filter((resource) => {
    const at = left.indexOf(resource)
    if (at !== -1) left.splice(at, 1)
    return at === -1 && resource !== 'Immediate'
  })
}
