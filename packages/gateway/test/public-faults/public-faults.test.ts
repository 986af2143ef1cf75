import { publicFaults } from '@nextbest/testkit/wall'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultModes } from '../faults/expectation.ts'
import { measureRestarts } from './restarts/measure-restarts.ts'
import { brokenScenarios } from './restarts/restart.ts'
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { Stage } from './stage.ts'

const restartRuns = 60

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open()
})

afterAll(() => stage[Symbol.asyncDispose]())

const named = scenarios.map((scenario) => {
  const name = publicFaults.find(({ id }) => id === scenario.id)?.name
  return [scenario.id.toUpperCase(), name, scenario] as const
})

describe('a gateway passes a scenario of the public test', () => {
  test.each(named)('%s, %s', async (_id, _name, scenario) => {
    expect(await runScenario(stage, scenario)).toEqual([])
  })
})

describe('an answer that breaks off', () => {
  test.each(brokenScenarios)(
    'is made whole whenever the fallback repeats it, and else never is of two texts or passes for a whole one: $id',
    async (scenario) => {
      const measures = await measureRestarts(scenario, { runs: restartRuns, firstSeed: 20_261_126 })

      expect(measures.flatMap(({ violations }) => violations)).toEqual([])
      expect(measures.map(({ asRequired }) => asRequired)).toEqual([restartRuns, restartRuns, restartRuns])
    },
  )
})

describe('the runner', () => {
  const scenario: Scenario = { id: 's02', modes: faultModes, checks: [] }

  test('tells what is not as required, and in which runs', async () => {
    const never: Scenario = { ...scenario, seeds: [1, 2], checks: [({ mode }) => `never as ${mode}`] }

    expect(await runScenario(stage, never)).toEqual([
      'never as json [json 1, json 2]',
      'never as stream [stream 1, stream 2]',
    ])
  })

  test('tells of a run that comes to no end', async () => {
    const failing = (): never => {
      throw new Error('no port is left')
    }

    expect(await runScenario(stage, { ...scenario, modes: ['json'], checks: [failing] })).toEqual([
      'the run failed: no port is left [json]',
    ])
  })
})
