import { publicFaults } from '@nextbest/testkit/wall'
import { nothingIsLeft } from '../faults/checks/leftovers.ts'
import { found, inTurns } from '../faults/in-turns.ts'
import { activeResources, leftoversOf } from '../faults/leftovers.ts'
import { playScenario } from './play-scenario.ts'
import type { Playing } from './play-scenario.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

/** Plays a scenario in each of its modes, with each of its seeds. Returns what was not as required, and in which runs. */
export async function runScenario(stage: Stage, scenario: Scenario): Promise<readonly string[]> {
  const before = activeResources()
  const { modes, seeds = [1], checks } = scenario
  const runs: readonly Playing[] = modes.flatMap((mode) => seeds.map((seed) => ({ scenario, mode, seed })))
  const differences = await inTurns(runs, seeds.length, async (run) => {
    const words = await found(
      playScenario(stage, run).then((observation) => checks.flatMap((check) => check(observation) ?? [])),
    )
    return words.map((word) => ({ word, run: seeds.length > 1 ? `${run.mode} ${run.seed}` : run.mode }))
  })
  const left = nothingIsLeft(await leftoversOf({ wall: stage.wall, origins: [], before }))
  const grouped = Map.groupBy(differences.flat(), ({ word }) => word)
  return [
    ...[...grouped].map(([word, list]) => `${word} [${list.map(({ run }) => run).join(', ')}]`),
    ...(left === undefined ? [] : [left]),
  ]
}

/** Returns the line of a scenario: what it is, and `pass` or the differences. */
export function scenarioLine({ id }: Scenario, differences: readonly string[]): string {
  const name = publicFaults.find((fault) => fault.id === id)?.name ?? 'unknown'
  return `${id.toUpperCase()} ${name}: ${differences.join('; ') || 'pass'}`
}
