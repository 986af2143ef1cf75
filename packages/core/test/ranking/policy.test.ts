import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../src/ranking/decide.ts'
import type { RoutingPolicy } from '../../src/ranking/policy.ts'
import { fleetOf, pasts, question } from './fleet.ts'

const fleets = fc.array(pasts, { minLength: 1, maxLength: 6 })

const byPrice: RoutingPolicy = {
  name: 'by price',
  order: (candidates) => ({ endpoints: candidates.toSorted((one, other) => one.priceUsd - other.priceUsd) }),
}

describe('a policy of one’s own', () => {
  test('decides the order of the plan, whenever the caller states none', () => {
    fc.assert(
      fc.property(fleets, (list) => {
        const { plan, ranked } = decide(fleetOf(list), { ...question(), policy: byPrice })
        const prices = plan.map(
          ({ endpoint }) => ranked.find((one) => one.known.endpoint === endpoint)?.priceUsd ?? NaN,
        )

        expect(prices).toEqual(ranked.map((one) => one.priceUsd).toSorted((one, other) => one - other))
      }),
    )
  })

  test('never overrules an explicit order or sort', () => {
    const contrary: RoutingPolicy = {
      name: 'contrary',
      order: () => expect.unreachable('a policy was asked although the caller states the order'),
    }
    fc.assert(
      fc.property(fleets, (list) => {
        const ids = fleetOf(list).map((known) => known.endpoint.provider)
        const ordered = decide(fleetOf(list), {
          ...question(),
          policy: contrary,
          preferences: { order: ids.toReversed() },
        })
        const sorted = decide(fleetOf(list), {
          ...question(),
          policy: contrary,
          preferences: { sort: 'price' },
        })

        expect(ordered.plan.map((one) => one.endpoint.provider)).toEqual(ids.toReversed())
        expect(sorted.plan).toHaveLength(list.length)
      }),
    )
  })

  test('never brings in an endpoint that is no candidate, nor one twice', () => {
    fc.assert(
      fc.property(fleets, fc.array(fc.nat(9), { maxLength: 20 }), (list, picks) => {
        const known = fleetOf(list)
        const stranger = decide(fleetOf(list), question()).ranked
        const policy: RoutingPolicy = {
          name: 'confused',
          order: (candidates) => ({
            endpoints: picks.flatMap((pick) => candidates[pick] ?? stranger[pick % stranger.length] ?? []),
          }),
        }
        const { plan } = decide(known, { ...question(), policy })

        expect(new Set(plan.map((one) => one.endpoint)).size).toBe(plan.length)
        for (const { endpoint } of plan) expect(known.map((one) => one.endpoint)).toContain(endpoint)
      }),
    )
  })

  test('is told nothing of excluded endpoints, and of breakers only when it leaves them to the engine', () => {
    const open = { ...fleetPast('open') }
    const seen: number[] = []
    const counting = (guards: 'engine' | 'own'): RoutingPolicy => ({
      name: 'counting',
      guards,
      order: (candidates) => {
        seen.push(candidates.length)
        return { endpoints: candidates }
      },
    })
    const endpoints = fleetOf([fleetPast('closed'), open])
    decide(endpoints, { ...question(), policy: counting('engine') })
    decide(endpoints, { ...question(), policy: counting('own') })
    decide(endpoints, { ...question(), policy: counting('own'), preferences: { only: ['provider-1'] } })

    expect(seen).toEqual([1, 2, 1])
  })

  test('gives the probabilities that it drew with, for who judges policies by traces', () => {
    const policy: RoutingPolicy = {
      name: 'coin',
      order: (candidates, { random }) => ({
        endpoints: random() < 0.5 ? candidates : candidates.toReversed(),
        probabilities: candidates.map((_, i) => (i === 0 || i === candidates.length - 1 ? 0.5 : 0)),
      }),
    }
    const { probabilities } = decide(fleetOf([fleetPast('closed'), fleetPast('closed')]), {
      ...question(),
      policy,
    })

    expect([...probabilities]).toEqual([0.5, 0.5])
  })
})

function fleetPast(breaker: 'closed' | 'open'): Parameters<typeof fleetOf>[0][number] {
  return {
    promptUsd: 0.5,
    completionUsd: 1.5,
    ttftMs: 400,
    msPerToken: 12,
    outcomes: ['success'],
    breaker,
  }
}
