// One of three providers dies and comes back: who notices, when, and what it costs.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { mostProbes, wastedOf } from './attempt-watch.ts'
import type { AttemptWatch, Wasted } from './attempt-watch.ts'
import type { CallResult } from './caller.ts'
import type { Provider, WayToDie } from './provider.ts'
import { quantile } from '../overhead/statistics.ts'
import { clockFactor, startWorld } from './world.ts'
import type { World } from './world.ts'

/** Calls while all are well, while one is dead, and for each look at whether it has its traffic back. */
export interface OutageSize {
  readonly before: number
  readonly during: number
  readonly perLook: number
  readonly mostLooks: number
}

export interface Outage {
  readonly way: WayToDie
  readonly continueBroken: boolean
  readonly calls: number
  readonly failed: number
  readonly broken: number
  readonly wasted: Wasted
  /** Most probes at once whose first token was awaited, and that were under way; the time of recovery included. */
  readonly probesAwaited: number
  readonly probesUnderWay: number
  /** Of calls after the detection, and of calls at the same time in a world where all are well, in ms on the wall clock. */
  readonly lateP50Ms: number
  readonly controlP50Ms: number
  readonly recovery: Recovery
  /**
   * Longest time for which this process stood still, on the router's clock: it holds the gateway, its clients and its providers, and from
   * three seconds on every attempt under way seems to hang.
   */
  readonly longestStallMs: number
}

/** From the moment at which the provider was well again, in ms on the router's clock; infinite where it did not happen. */
export interface Recovery {
  /** The state of its breaker at that moment. */
  readonly breaker: string
  /** Until the first attempt on it: the rest of the open time, if its breaker was open. */
  readonly triedAfterMs: number
  /** From then until its breaker was closed; 0 where it was so already. */
  readonly closedAfterMs: number
  /** Until it had half of its usual share of first attempts. */
  readonly sharedAfterMs: number
}

const nanosecondsPerMs = 1e6

/** Where the breaker never opens, calls count from so long after the death on, in ms on the router's clock. */
const undetectedMs = 10_000

export interface OutageCase {
  readonly way: WayToDie
  readonly continueBroken: boolean
  readonly seed: number
  readonly size: OutageSize
  /** A world in which all are well: it has the same traffic at the same time, so that whatever else the machine does slows both. */
  readonly control: World
}

/** Kills the favourite of a world of its own and lets it come back. */
export async function measureOutage({
  way,
  continueBroken,
  seed,
  size,
  control,
}: OutageCase): Promise<Outage> {
  const world = await startWorld({ seed, continueBroken })
  const stalls = monitorEventLoopDelay({ resolution: 5 })
  stalls.enable()
  try {
    const [favourite] = world.providers
    if (favourite === undefined) throw new Error('a world without providers')
    const usual = world.watch(favourite)
    await world.traffic(size.before)
    await favourite.die(way)
    const diedAtMs = world.clock.nowMs()
    const watch = world.watch(favourite)
    const [during, beside] = await Promise.all([world.traffic(size.during), control.traffic(size.during)])
    const openedAtMs = watch.changes.find(({ state }) => state === 'open')?.atMs ?? diedAtMs + undetectedMs
    const late = ({ startedAtMs }: CallResult): boolean => startedAtMs > openedAtMs / clockFactor
    const wasted = wastedOf(watch)
    const recovery = await recover(world, { favourite, watch, size, usual: firstsOf(usual) / size.before })
    return {
      way,
      continueBroken,
      calls: during.length,
      failed: during.filter(({ outcome }) => outcome === 'failed').length,
      broken: during.filter(({ outcome }) => outcome === 'broken').length,
      wasted,
      probesAwaited: mostProbes(watch.attempts, 'judgedAtMs'),
      probesUnderWay: mostProbes(watch.attempts, 'endedAtMs'),
      lateP50Ms: p50Of(during.filter(late)),
      controlP50Ms: p50Of(beside.filter(late)),
      recovery,
      longestStallMs: (stalls.max / nanosecondsPerMs) * clockFactor,
    }
  } finally {
    stalls.disable()
    await world.close()
  }
}

interface Return {
  readonly favourite: Provider
  readonly watch: AttemptWatch
  readonly size: OutageSize
  /** Its share of first attempts while it was well. */
  readonly usual: number
}

async function recover(world: World, { favourite, watch, size, usual }: Return): Promise<Recovery> {
  await favourite.recover()
  const wellAtMs = world.clock.nowMs()
  const seen = watch.attempts.length
  const breaker = watch.changes.at(-1)?.state ?? 'closed'
  let sharedAfterMs = Infinity
  for (let look = 0; look < size.mostLooks && sharedAfterMs === Infinity; look += 1) {
    const firsts = firstsOf(watch)
    await world.traffic(size.perLook)
    if (firstsOf(watch) - firsts >= (usual / 2) * size.perLook) sharedAfterMs = world.clock.nowMs() - wellAtMs
  }
  const triedAtMs = Math.min(...watch.attempts.slice(seen).map(({ startedAtMs }) => startedAtMs))
  const closed = watch.changes.find(({ state, atMs }) => state === 'closed' && atMs > wellAtMs)
  return {
    breaker,
    triedAfterMs: triedAtMs - wellAtMs,
    closedAfterMs: breaker === 'closed' ? 0 : (closed?.atMs ?? Infinity) - triedAtMs,
    sharedAfterMs,
  }
}

function firstsOf({ attempts }: AttemptWatch): number {
  return attempts.filter(({ first }) => first).length
}

function p50Of(results: readonly CallResult[]): number {
  return quantile(
    results.filter(({ outcome }) => outcome === 'answered').map(({ durationMs }) => durationMs),
    0.5,
  )
}
