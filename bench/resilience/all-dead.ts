// Every provider is dead: how many attempts do callers cause who go on calling?
import type { WayToDie } from './provider.ts'
import { callsPerSecond, startWorld } from './world.ts'
import type { World } from './world.ts'

/**
 * Longest time that attempts on a model which were answered count for those that follow, in seconds of the router's clock: two minutes, and
 * the ten seconds that are filling (`RecentCounts`). Until then a call makes more attempts than one.
 */
export const windowSeconds = 130

export interface Collapse {
  readonly ways: readonly WayToDie[]
  /** From the collapse to the end of the window, and as long again. */
  readonly inWindow: Load
  readonly after: Load
  /** From when all were well again until nearly all calls were answered, in seconds of the router's clock; infinite if they never were. */
  readonly backAfterSeconds: number
}

/** What came of a stretch of calls. */
export interface Load {
  readonly calls: number
  readonly attempts: number
  readonly answered: number
  /** On the router's clock. */
  readonly seconds: number
}

/** Calls for each look at whether all is well again, most looks, and the share of answers that says so. */
const perLook = 100
const mostLooks = 120
const wellShare = 0.95

/** Lets all three die, one in each of the ways. Calls before that: `calmSeconds` of them. */
export async function measureCollapse(
  ways: readonly WayToDie[],
  { seed, calmSeconds }: { readonly seed: number; readonly calmSeconds: number },
): Promise<Collapse> {
  const world = await startWorld({ seed })
  try {
    const [one] = world.providers
    if (one === undefined) throw new Error('a world without providers')
    const watch = world.watch(one)
    const stretch = async (seconds: number): Promise<Load> => {
      const before = watch.allAttempts
      const startedAtMs = world.clock.nowMs()
      const results = await world.traffic(seconds * callsPerSecond)
      return {
        calls: results.length,
        attempts: watch.allAttempts - before,
        answered: results.filter(({ outcome }) => outcome === 'answered').length,
        seconds: (world.clock.nowMs() - startedAtMs) / 1_000,
      }
    }
    await stretch(calmSeconds)
    await Promise.all(
      world.providers.map((provider, n) => provider.die(ways[n % ways.length] ?? 'error 500')),
    )
    const inWindow = await stretch(windowSeconds)
    const after = await stretch(windowSeconds)
    await Promise.all(world.providers.map((provider) => provider.recover()))
    return { ways, inWindow, after, backAfterSeconds: await secondsUntilWell(world) }
  } finally {
    await world.close()
  }
}

async function secondsUntilWell(world: World): Promise<number> {
  const wellAtMs = world.clock.nowMs()
  for (let look = 0; look < mostLooks; look += 1) {
    const results = await world.traffic(perLook)
    const answered = results.filter(({ outcome }) => outcome === 'answered').length
    if (answered >= wellShare * perLook) return (world.clock.nowMs() - wellAtMs) / 1_000
  }
  return Infinity
}

/** Attempts that callers may cause: a fifth above their calls, and ten in a second. Source: retry budgets of Finagle and Linkerd. */
export function mostAttempts({ calls, seconds }: Load): number {
  return 1.2 * calls + 10 * seconds
}
