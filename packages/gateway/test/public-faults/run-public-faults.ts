import { runScenario, scenarioLine } from './run-scenario.ts'
import { measureLine, measureRestarts } from './restarts/measure-restarts.ts'
import { brokenScenarios } from './restarts/restart.ts'
import { scenarios } from './scenarios.ts'
import { Stage } from './stage.ts'

/** Restarts of each kind. */
const restartRuns = 60

export interface PublicRun {
  /** Of the first restart of each kind. */
  readonly firstSeed: number
  /** Hears each line of the result. */
  readonly say: (line: string) => void
}

/** Plays the sixteen scenarios, and measures restarts. Returns whether all was as required. */
export async function runPublicFaults({ firstSeed, say }: PublicRun): Promise<boolean> {
  const failed = await playAll(say)
  const violations = await measureAll({ firstSeed, say })
  say(`${scenarios.length - failed} passed, ${failed} failed`)
  return failed + violations === 0
}

async function playAll(say: PublicRun['say']): Promise<number> {
  await using stage = await Stage.open()
  let failed = 0
  for (const scenario of scenarios) {
    const differences = await runScenario(stage, scenario)
    if (differences.length > 0) failed += 1
    say(scenarioLine(scenario, differences))
  }
  return failed
}

async function measureAll({ firstSeed, say }: PublicRun): Promise<number> {
  let violations = 0
  for (const scenario of brokenScenarios) {
    const measures = await measureRestarts(scenario, { runs: restartRuns, firstSeed })
    for (const measure of measures) {
      violations += measure.violations.length
      say(measureLine(measure))
    }
  }
  return violations
}
