// Which runs a benchmark consists of.
import type { Contender } from './contender.ts'
import { contenders, nextbest, references } from './contenders.ts'
import { objectives } from './objective.ts'
import type { Objective } from './objective.ts'
import { inverseSquarePrice } from './policies/inverse-square-price.ts'
import { scenarios } from './testkit.ts'
import type { Scenario } from './testkit.ts'

/** One run, by names, so that it can be sent to another thread. */
export interface Job {
  readonly scenario: string
  readonly policy: string
  readonly objective: Objective['name']
  readonly seed: number
}

export interface JobChoice {
  /** One seed, and rivals only where a policy is usually lost. */
  readonly quick: boolean
  /** Names; empty: all. */
  readonly scenarios: readonly string[]
  readonly policies: readonly string[]
  readonly seeds: number
}

/** Scenarios that everybody meets. */
const lastCompared = 12

/** Of those, the ones that rivals meet in a quick run: all well, an outage, broken streams, an outage of most. */
const quickForRivals = new Set([1, 2, 5, 9])

/** Returns the runs. */
export function jobsOf(choice: JobChoice): readonly Job[] {
  const chosen = scenarios.filter(
    ({ name }) => choice.scenarios.length === 0 || choice.scenarios.includes(name),
  )
  return chosen.flatMap((scenario) =>
    contenders
      .filter((contender) => takesPart(contender, scenario, choice))
      .flatMap((contender) => jobsFor(contender, scenario, choice)),
  )
}

function takesPart(contender: Contender, { number }: Scenario, choice: JobChoice): boolean {
  const { name } = contender
  if (references.includes(contender)) return true
  if (choice.policies.length > 0) return choice.policies.includes(name)
  if (name === nextbest.name || choice.scenarios.length > 0) return true
  if (number > lastCompared) return name === inverseSquarePrice.name
  return !choice.quick || quickForRivals.has(number)
}

function jobsFor({ name }: Contender, scenario: Scenario, { seeds, quick, ...choice }: JobChoice): Job[] {
  const compared = scenario.number <= lastCompared || choice.scenarios.length > 0
  if (!compared && quick) return []
  return (compared ? objectives : objectives.slice(0, 1)).flatMap((objective) =>
    Array.from({ length: compared ? seeds : 1 }, (_, seed) => ({
      scenario: scenario.name,
      policy: name,
      objective: objective.name,
      seed: seed + 1,
    })),
  )
}
