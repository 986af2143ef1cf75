import { describe, expect, test } from 'vitest'
import { attemptDefects } from './attempt-defects.ts'
import { breakerDefects } from './breaker-defects.ts'
import { callDefects, failingAll, throttledAlone } from './call-defects.ts'
import { hunt, type Defect, type Hunt } from './defect.ts'
import { endpointDefects } from './endpoint-defects.ts'

const defects: readonly Defect[] = [...breakerDefects, ...endpointDefects, ...attemptDefects, ...callDefects]
const ground: Hunt = { seeds: [1, 2, 3, 4, 5, 7, 9, 11, 12, 13, 14, 15], calls: 2_200 }

describe('the simulator', () => {
  test('finds nothing where nothing is planted', async () => {
    expect(await hunt({ name: 'none', plant: () => ({}) }, ground)).toBeUndefined()
  })

  test.for([throttledAlone, failingAll])('finds nothing in usual trouble either', async (swarm) => {
    expect(await hunt({ name: 'none', plant: () => ({}), swarms: [swarm] }, ground)).toBeUndefined()
  })

  test('is tried with twenty defects at least, each of its own', () => {
    expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length)
    expect(defects.length).toBeGreaterThanOrEqual(20)
  })

  test.for(defects)('catches $name', async (defect) => {
    const caught = await hunt(defect, ground)

    console.log(
      `${defect.name} -> ${caught?.number}: ${caught?.sentence} (seed ${caught?.seed}, call ${caught?.calls}: ${caught?.detail})`,
    )
    expect(caught).toBeDefined()
  })
})
