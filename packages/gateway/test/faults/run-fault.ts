import type { Fault, FaultMode, FaultOrigin } from '@nextbest/testkit/wall'
import { referenceText } from '@nextbest/testkit/wall'
import { faultChecks } from './checks/all.ts'
import { nothingIsLeft } from './checks/leftovers.ts'
import { casesOf, holdsUp, settingsOf } from './expectation.ts'
import type { Case } from './expectation.ts'
import { found, inTurns } from './in-turns.ts'
import { activeResources, leftoversOf } from './leftovers.ts'
import type { Setting } from './observation.ts'
import { askSibling, callGateway, callRouter, observe, watch } from './observe.ts'
import { placeOf } from './place.ts'
import type { Suite } from './suite.ts'
import { World } from './world.ts'
import type { Place } from './world.ts'

/** Worlds that are there at the same time. */
const worldsAtOnce = 8

/** What became of a fault. */
export interface FaultReport {
  readonly fault: Fault
  /** How often it was played. */
  readonly runs: number
  readonly differences: readonly Difference[]
}

/** What was not as required, and in which runs. */
interface Difference {
  readonly words: string
  readonly runs: readonly string[]
}

interface Run extends Case {
  readonly setting: Setting
}

/** Plays a fault in all its variants, in each mode and setting. */
export async function runFault(
  suite: Suite,
  fault: Fault,
  modes?: readonly FaultMode[],
): Promise<FaultReport> {
  const before = activeResources()
  const origins: FaultOrigin[] = []
  const runs = casesOf(fault, modes).flatMap((one) => settingsOf(one).map((setting) => ({ ...one, setting })))
  const reports = await inTurns(runs, holdsUp(fault) ? 1 : worldsAtOnce, async (run) => {
    const differences = await found(play(suite, run, origins))
    return differences.map((words) => ({ words, run: runName(run) }))
  })
  const left = nothingIsLeft(await leftoversOf({ wall: suite.wall, origins, before }))
  const all = [...reports.flat(), ...(left === undefined ? [] : [{ words: left, run: 'all' }])]
  return { fault, runs: runs.length, differences: grouped(all) }
}

function runName({ variantName, mode, setting }: Run): string {
  return `${variantName} ${mode} ${setting}`
}

function grouped(all: readonly { readonly words: string; readonly run: string }[]): readonly Difference[] {
  const byWords = Map.groupBy(all, ({ words }) => words)
  return [...byWords].map(([words, list]) => ({ words, runs: list.map(({ run }) => run) }))
}

/** Plays one run. Returns what was not as required. */
async function play(suite: Suite, run: Run, origins: FaultOrigin[]): Promise<readonly string[]> {
  const { fault, expectation, mode, setting } = run
  const { wall } = suite
  const places = await placesOf(run, suite.nextRun())
  origins.push(...places.flatMap(({ origin }) => origin ?? []))
  await using world = await World.open({
    wall,
    clock: suite.clockFor(run),
    places,
    equalWindows: setting === 'with equal',
  })
  if (fault.warmUp === true && (await askSibling(world, mode)) !== referenceText)
    return ['the request before it was not answered well']
  const watched = watch(world, wall)
  const told = setting === 'continued' ? await callRouter(watched) : await callGateway(watched, mode)
  const observation = observe(watched, told, { mode, setting })
  const differences = faultChecks.flatMap((check) => check(observation, expectation) ?? [])
  if (fault.followUp !== true || (await askSibling(world, mode)) === referenceText) return differences
  return [...differences, 'the request after it was not answered well']
}

async function placesOf(run: Run, name: string): Promise<readonly Place[]> {
  const primary = await placeOf('primary', name, run)
  const fallback = { provider: 'fallback', wallModel: `${name}-fallback/ok` }
  return run.setting === 'alone' ? [primary] : [primary, fallback]
}
