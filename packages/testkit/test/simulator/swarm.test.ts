import { breakerDefaults } from '@nextbest/core'
import { describe, expect, test } from 'vitest'
import { allRules, ruleList } from '../../src/simulator/invariants/all.ts'
import type { RuleFamily, Violation } from '../../src/simulator/invariant.ts'
import type { SeenCall } from '../../src/simulator/seen-call.ts'
import { runSimulation } from '../../src/simulator/simulation.ts'
import type { SimulationResult } from '../../src/simulator/simulation-options.ts'
import { drawSwarm, type Swarm } from '../../src/simulator/swarm/swarm.ts'
import { steadySwarm, troubleAt } from './steady-swarm.ts'

const quickSeeds = [1, 2, 3, 4, 5, 9, 11, 12, 13, 14]
const quickCalls = 2_200

/** Seeds that once broke a promise. */
const pinned: readonly { readonly seed: number; readonly once: number; readonly calls?: number }[] = [
  { seed: 7, once: 32 },
  { seed: 8, once: 34 },
  { seed: 10, once: 34 },
  { seed: 22, once: 61 },
  { seed: 29, once: 61 },
  { seed: 40, once: 61 },
  { seed: 20_369, once: 56, calls: 20_000 },
]

function run(swarm: Swarm): Promise<SimulationResult> {
  return runSimulation(swarm, { families: allRules })
}

/** Runs a swarm and returns its calls. */
async function callsOf(swarm: Swarm): Promise<readonly SeenCall[]> {
  const calls: SeenCall[] = []
  const collect: RuleFamily = { rules: [], watch: () => ({ terminal: (call) => void calls.push(call) }) }
  await runSimulation(swarm, { families: [collect] })
  return calls
}

const minute = 60_000

test('every rule has a number of its own and a sentence', () => {
  expect(new Set(ruleList.map(({ number }) => number)).size).toBe(ruleList.length)
  for (const { sentence } of ruleList) expect(sentence).toMatch(/^[A-Z].*[^.]$/)
})

describe('a run of a swarm', () => {
  test(`keeps every promise in ${quickSeeds.length * quickCalls} calls over ten fleets`, async () => {
    const broken: (Violation & { readonly seed: number })[] = []
    let calls = 0
    for (const seed of quickSeeds) {
      const result = await run(drawSwarm(seed, quickCalls))
      broken.push(...result.violations.map((violation) => ({ ...violation, seed })))
      calls += result.calls
    }

    expect(broken).toEqual([])
    expect(calls).toBeGreaterThanOrEqual(20_000)
  })

  test.for(pinned)(
    'keeps promise $once, which seed $seed once broke',
    async ({ seed, calls = quickCalls }) => {
      expect((await run(drawSwarm(seed, calls))).violations).toEqual([])
    },
  )

  test('meets failures of every kind and still answers', async () => {
    const endings = new Set<string>()
    for (const seed of quickSeeds) {
      for (const [ending] of (await run(drawSwarm(seed, 1_000))).endings) endings.add(ending)
    }

    expect([...endings]).toEqual(
      expect.arrayContaining([
        'stream',
        'reply',
        'aborted',
        'all-failed',
        'answer-broken',
        'busy',
        'rejected',
      ]),
    )
  })

  test('is the same run, byte for byte, when the seed is, and another one when it is not', async () => {
    const [one, again, other] = [
      await run(drawSwarm(3, 1_500)),
      await run(drawSwarm(3, 1_500)),
      await run(drawSwarm(4, 1_500)),
    ]

    expect(one.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(again).toEqual(one)
    expect(other.hash).not.toBe(one.hash)
  })
})

describe('trouble that is over', () => {
  test.for(['server-error', 'refused', 'reset', 'hang', 'malformed', 'throttled'] as const)(
    'invariant 56: with one healthy endpoint left, every call succeeds (%s elsewhere)',
    async (kind) => {
      const incidents = [...troubleAt(['p1', 'p2', 'p4'], kind, [4, 16]), ...troubleAt(['p3'], kind, [4, 8])]
      const calls = await callsOf(steadySwarm({ seed: 1, minutes: 16, everyMs: 500, incidents }))

      // A breaker that has opened again and again asks once a minute.
      const late = calls.filter(({ issuedAtMs }) => issuedAtMs >= 8 * minute + breakerDefaults.maxOpenMs)
      expect(late.length).toBeGreaterThan(800)
      expect(late.filter(({ error }) => error !== undefined).map(({ number }) => number)).toEqual([])
    },
  )

  const everyone = ['p1', 'p2', 'p3', 'p4']
  test.for([
    ['all', everyone, 'server-error', 1],
    ['those that are not preferred', ['p1', 'p3', 'p4'], 'server-error', 1],
    ['all that hang', everyone, 'hang', 2],
    ['all that hang', everyone, 'hang', 3],
    ['all that send what is no answer', everyone, 'malformed', 2],
  ] as const)(
    'invariant 57: five minutes after an outage of %s, shares are what they are without it',
    async ([, who, kind, seed]) => {
      const sharesWith = async (incidents: Swarm['incidents']): Promise<readonly number[]> => {
        const calls = await callsOf(steadySwarm({ seed, minutes: 20, everyMs: 500, incidents }))
        const late = calls.filter(({ issuedAtMs }) => issuedAtMs >= 15 * minute)
        return ['p1', 'p2', 'p3', 'p4'].map((provider) => {
          const there = late.filter(({ attempts }) => attempts[0]?.ledger.endpoint.provider === provider)
          return there.length / late.length
        })
      }

      const usual = await sharesWith([])
      const after = await sharesWith(troubleAt(who, kind, [5, 10]))

      for (const [i, share] of after.entries()) expect(Math.abs(share - (usual[i] ?? 0))).toBeLessThan(0.1)
    },
  )
})
