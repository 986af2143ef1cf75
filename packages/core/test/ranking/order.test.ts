import { describe, expect, test } from 'vitest'
import { decide } from '../../src/ranking/decide.ts'
import type { RoutingPolicy } from '../../src/ranking/policy.ts'
import { rankingDefaults } from '../../src/ranking/ranking-options.ts'
import { CacheMemory } from '../../src/signals/cache-memory.ts'
import { atEase, known, knownAll, planIds } from '../invariants/fleet.ts'
import type { Numbers } from '../invariants/fleet.ts'
import { fleetOf, nowMs, question, steady } from './fleet.ts'

/** A cent for the thousand tokens of the prompt, and an endpoint that hardly ever fails. */
const reliable: Numbers = {
  promptPicoUsd: 10_000_000,
  completionPicoUsd: 0,
  rates: { success: 0.998, early: 0.001, late: 0.001 },
  ttftMs: 500,
  msPerToken: 10,
  standing: atEase,
}
const cheap: Numbers = { ...reliable, promptPicoUsd: 100_000 }
const failing: Numbers = { ...cheap, rates: { success: 0.099, early: 0.9, late: 0.001 } }

const noRandom = (): number => expect.unreachable('a random number was taken')
const preferences = { objective: 'cheapest' } as const
const options = { ...rankingDefaults, failureUsd: 0.1 }

describe('an order by expected cost', () => {
  test('takes no random number where there is one endpoint', () => {
    const { plan, probabilities } = decide(fleetOf([steady]), question({ random: noRandom }))

    expect(plan).toHaveLength(1)
    expect([...probabilities]).toEqual([1])
  })

  test('is empty, and takes no random number, where there is nobody', () => {
    const { plan, probabilities } = decide([], question({ random: noRandom }))

    expect(plan).toEqual([])
    expect(probabilities).toHaveLength(0)
  })

  test('begins for certain with an endpoint whose cache saves much', () => {
    const memory = new CacheMemory()
    const fleet = knownAll([cheap, cheap]).map(({ endpoint, ...others }) => ({
      ...others,
      endpoint: { ...endpoint, pricing: { ...endpoint.pricing, cacheReadPicoUsd: 0 } },
    }))
    const endpointId = 'provider-1:author/model'
    memory.record({ key: 'conversation', endpointId, promptTokens: 1_000, cachedTokens: 0 }, nowMs - 1)
    const cache = { memory, key: 'conversation' }
    const decision = decide(fleet, question({ preferences, cache, random: noRandom }))

    expect(planIds(decision)).toEqual([endpointId, 'provider-0:author/model'])
    expect([...decision.probabilities]).toEqual([1, 0])
  })

  test('gives the last attempt to who hardly ever fails, and the next place to who would have come before', () => {
    const fleet = [known(cheap, 'first'), known(failing, 'failing'), known(reliable, 'reliable')]
    const planOf = (maxAttempts: number): readonly string[] =>
      planIds(decide(fleet, question({ preferences, options, maxAttempts, random: () => 0 })))

    expect(planOf(2)).toEqual(['first:author/model', 'reliable:author/model', 'failing:author/model'])
    expect(planOf(3)).toEqual(['first:author/model', 'failing:author/model', 'reliable:author/model'])
  })

  test('holds 32 endpoints more than attempts may be made, each once, and the best of all', () => {
    const fleet = knownAll(Array.from({ length: 40 }, (_, i) => ({ ...cheap, promptPicoUsd: 100_000 + i })))
    const planned = planIds(decide(fleet, question({ preferences, maxAttempts: 3, random: () => 0 })))

    expect(planned).toEqual(fleet.slice(0, 35).map(({ endpoint }) => endpoint.id))
  })
})

describe('an order that the caller states', () => {
  test('goes on by expected cost, however fast the others are', () => {
    const slow = { ...cheap, msPerToken: 100 }
    const fast = { ...reliable, msPerToken: 1 }
    const fleet = [known(fast, 'fast'), known(slow, 'slow'), known(reliable, 'named')]
    const decision = decide(fleet, question({ preferences: { ...preferences, order: ['named'] } }))

    expect(planIds(decision)).toEqual(['named:author/model', 'slow:author/model', 'fast:author/model'])
  })

  test('goes on as it is told to sort', () => {
    const slow = { ...cheap, msPerToken: 100 }
    const fast = { ...reliable, msPerToken: 1 }
    const fleet = [known(slow, 'slow'), known(fast, 'fast'), known(reliable, 'named')]
    const decision = decide(fleet, question({ preferences: { order: ['named'], sort: 'throughput' } }))

    expect(planIds(decision)).toEqual(['named:author/model', 'fast:author/model', 'slow:author/model'])
  })
})

describe('an order of a policy', () => {
  const refusing: RoutingPolicy = { name: 'refusing', order: () => ({ endpoints: [] }) }

  test('that names nobody leaves nobody, and nobody has a probability', () => {
    const { plan, probabilities } = decide(fleetOf([steady, steady]), { ...question(), policy: refusing })

    expect(plan).toEqual([])
    expect(probabilities).toEqual(new Float64Array(2))
  })

  test('has the first endpoint for certain where its probabilities are not one for each candidate', () => {
    const policy: RoutingPolicy = {
      name: 'short',
      order: (candidates) => ({ endpoints: candidates, probabilities: [0.5] }),
    }

    expect([...decide(fleetOf([steady, steady]), { ...question(), policy }).probabilities]).toEqual([1, 0])
  })
})
