import { RateGate } from '@nextbest/core'
import { expect, test } from 'vitest'
import { allRules } from '../../src/simulator/invariants/all.ts'
import { runSimulation } from '../../src/simulator/simulation.ts'
import { shrink } from '../../src/simulator/shrink.ts'
import { drawSwarm } from '../../src/simulator/swarm/swarm.ts'
import { violationReport } from '../../src/simulator/violation-report.ts'
import { replaceMethod } from '../planted/defect.ts'

const seed = 5
const calls = 1_500

/** Runs something while gates are deaf to what providers ask. */
async function withDeafGates<Result>(task: () => Promise<Result>): Promise<Result> {
  const restore = replaceMethod(RateGate.prototype, 'close', () => () => undefined)
  try {
    return await task()
  } finally {
    restore()
  }
}

test('a violation is shrunken to a few calls that break the same rule, and the report says how to see it again', async () => {
  await withDeafGates(async () => {
    const { violations } = await runSimulation(drawSwarm(seed, calls), { families: allRules })
    const [violation] = violations
    if (violation === undefined) throw new Error('nothing was violated')
    expect(violation.number).toBe(28)

    const shrunken = await shrink({ seed, calls, violation, families: allRules, maxCalls: 60_000 })

    expect(shrunken?.violation.number).toBe(28)
    expect(shrunken?.result.calls).toBeLessThanOrEqual(10)
    expect(shrunken?.swarm.accounts.length).toBeLessThanOrEqual(2)
    const lines = violationReport({ seed, calls, commit: 'unknown', violation, shrunken })
    expect(lines[0]).toBe(
      `violation of 28 (${violation.sentence}) at ${violation.atMs} ms, call ${violation.call}: ${violation.detail}`,
    )
    expect(lines[1]).toBe(`  replay with --seed ${seed} --seeds 1 --requests ${calls} at commit unknown`)
    expect(lines.at(-1)).toMatch(/^ {4}\d/)
  })
})

test('a violation that does not show again is told as that', async () => {
  const violation = { number: 999, sentence: 'Pigs fly', atMs: 0, call: undefined, detail: '' }

  expect(await shrink({ seed, calls: 50, violation, families: allRules })).toBeUndefined()
  const lines = violationReport({ seed, calls: 50, commit: 'unknown', violation, shrunken: undefined })
  expect(lines.at(-1)).toBe('  it did not show again')
})
