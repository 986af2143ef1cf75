import { allFaults } from '@nextbest/testkit/wall'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runPairs } from './pairs/run-pairs.ts'
import { runFault } from './run-fault.ts'
import { Suite } from './suite.ts'

/** Random pairs, and the seed of the first. */
const pairs = 60
const seed = 20_261_126

let suite: Suite

beforeAll(async () => {
  suite = await Suite.open()
})

afterAll(() => suite[Symbol.asyncDispose]())

describe('a gateway does what is required of it', () => {
  test.each(allFaults.map((fault) => [fault.number, fault.name, fault] as const))(
    'when it meets fault %i, %s',
    async (_number, _name, fault) => {
      const { runs, differences } = await runFault(suite, fault)

      expect(differences).toEqual([])
      expect(runs).toBeGreaterThan(0)
    },
  )

  test('whenever it meets two faults in one call', async () => {
    const violations: string[] = []

    await runPairs(suite, { faults: allFaults, pairs, seed, onViolation: (words) => violations.push(words) })

    expect(violations).toEqual([])
  })
})
