// Many runs, put together: by policy, objective and scenario, over the seeds.
import type { Objective } from './objective.ts'
import type { RunResult } from './metrics.ts'
import { informed } from './policies/informed.ts'
import { oracle } from './policies/oracle.ts'
import { estimate, meanOf } from './statistics.ts'
import type { Estimate } from './statistics.ts'
import { scenarios } from './testkit.ts'
import type { Scenario } from './testkit.ts'

/** What a policy did in a scenario. */
export interface Cell {
  readonly scenario: Scenario
  readonly policy: string
  readonly objective: Objective['name']
  readonly runs: readonly RunResult[]
  /** Mean loss above the oracle's in the same world, in thousandths of a dollar per request. */
  readonly regretMilliUsd: Estimate
  /** The same above that of who knows everything but luck. */
  readonly excessMilliUsd: Estimate
}

/** What a policy did over the scenarios that everybody met. */
export interface Standing {
  readonly policy: string
  readonly objective: Objective['name']
  readonly cells: readonly Cell[]
  readonly regretMilliUsd: Estimate
  readonly excessMilliUsd: Estimate
  readonly worst: Cell
}

/** Returns what each policy did in each scenario. */
export function cellsOf(results: readonly RunResult[]): readonly Cell[] {
  const oracleLoss = lossesOf(oracle.name, results)
  const informedLoss = lossesOf(informed.name, results)
  const groups = Map.groupBy(results, (run) => `${run.objective}|${run.scenario}|${run.policy}`)
  return [...groups.values()].flatMap((runs) => {
    const [first] = runs
    const scenario = scenarios.find(({ name }) => name === first?.scenario)
    if (first === undefined || scenario === undefined) return []
    const above = (losses: ReadonlyMap<string, number>): Estimate =>
      estimate(runs.map((run) => (run.lossUsd - (losses.get(worldOf(run)) ?? Number.NaN)) * 1_000))
    const { policy, objective } = first
    return [
      {
        scenario,
        policy,
        objective,
        runs,
        regretMilliUsd: above(oracleLoss),
        excessMilliUsd: above(informedLoss),
      },
    ]
  })
}

/** Mean loss of a policy by world. */
function lossesOf(policy: string, results: readonly RunResult[]): ReadonlyMap<string, number> {
  return new Map(results.filter((run) => run.policy === policy).map((run) => [worldOf(run), run.lossUsd]))
}

/** Mean of a figure over the seeds of a cell; NaN where no run has it. */
export function figure(cell: Cell, valueOf: (run: RunResult) => number | null): number {
  return meanOf(cell.runs.map(valueOf).filter((value) => value !== null))
}

/** Ranks the policies of an objective by mean regret over the base scenarios that all of them met. */
export function standingsOf(cells: readonly Cell[], objective: Objective['name']): readonly Standing[] {
  const here = cells.filter(
    (cell) => cell.objective === objective && cell.scenario.number <= 12 && cell.policy !== oracle.name,
  )
  const byPolicy = Map.groupBy(here, ({ policy }) => policy)
  const common = [...new Set(here.map(({ scenario }) => scenario))].filter((scenario) =>
    [...byPolicy.values()].every((ofPolicy) => ofPolicy.some((cell) => cell.scenario === scenario)),
  )
  return [...byPolicy]
    .flatMap(([policy, ofPolicy]) => {
      const met = ofPolicy.filter(({ scenario }) => common.includes(scenario))
      const [worst] = met.toSorted((one, other) => other.regretMilliUsd.mean - one.regretMilliUsd.mean)
      return worst === undefined
        ? []
        : [
            {
              policy,
              objective,
              cells: met,
              regretMilliUsd: overScenarios(met.map((cell) => cell.regretMilliUsd)),
              excessMilliUsd: overScenarios(met.map((cell) => cell.excessMilliUsd)),
              worst,
            },
          ]
    })
    .sort((one, other) => one.regretMilliUsd.mean - other.regretMilliUsd.mean)
}

/** Scenarios are chosen, not drawn: only the seeds make the interval. */
function overScenarios(estimates: readonly Estimate[]): Estimate {
  const halfWidth = Math.hypot(...estimates.map((one) => one.halfWidth)) / estimates.length
  return { mean: meanOf(estimates.map((one) => one.mean)), halfWidth }
}

function worldOf({ scenario, objective, seed }: RunResult): string {
  return `${scenario}|${objective}|${seed}`
}
