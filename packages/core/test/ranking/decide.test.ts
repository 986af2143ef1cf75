import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../src/ranking/decide.ts'
import type { Decision } from '../../src/ranking/decide.ts'
import { indexUsd } from '../../src/ranking/index-parts.ts'
import { rankingDefaults } from '../../src/ranking/ranking-options.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import { fleetOf, knownEndpoint, nowMs, pasts, question, steady } from './fleet.ts'
import type { Past } from './fleet.ts'

const fleets = fc.array(pasts, { minLength: 1, maxLength: 6 })
/** Whole thousandths: drawn as doubles, they would be next to nothing nearly always. */
const factors = fc.integer({ min: 0, max: 1_000 }).map((drawn) => drawn / 1_000)
const draws = factors.filter((drawn) => drawn < 1)
const noRandom = (): number => {
  throw new Error('no random number may be taken')
}

function probabilityById(decision: Decision): ReadonlyMap<string, number> {
  return new Map(
    decision.ranked.map((scored, i) => [scored.known.endpoint.id, decision.probabilities[i] ?? Number.NaN]),
  )
}

function planIds(decision: Decision): readonly string[] {
  return decision.plan.map((planned) => planned.endpoint.id)
}

describe('the first pick', () => {
  test('has probabilities that sum to 1, each at least a tenth of the exploration rate, whatever the past', () => {
    fc.assert(
      fc.property(fleets, (list) => {
        const probabilities = [...decide(fleetOf(list), question()).probabilities]
        expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12)
        expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(
          rankingDefaults.explorationRate / 10 - 1e-12,
        )
      }),
    )
  })

  test('never becomes less likely for an endpoint whose price falls, nor more likely for another', () => {
    fc.assert(
      fc.property(fleets, fc.nat(), factors, (list, pick, factor) => {
        const at = pick % list.length
        const cheaper = list.map((past, i) =>
          i === at
            ? { ...past, promptUsd: past.promptUsd * factor, completionUsd: past.completionUsd * factor }
            : past,
        )
        const before = probabilityById(decide(fleetOf(list), question()))
        const after = probabilityById(decide(fleetOf(cheaper), question()))
        for (const [id, probability] of after) {
          const change = probability - (before.get(id) ?? 0)
          if (id === `provider-${at}:author/model`) expect(change).toBeGreaterThanOrEqual(-1e-12)
          else expect(change).toBeLessThanOrEqual(1e-12)
        }
      }),
    )
  })

  test('does not depend on the order in which the endpoints are configured', () => {
    fc.assert(
      fc.property(fleets, (list) => {
        const known = fleetOf(list)
        const forward = probabilityById(decide(known, question()))
        const backward = probabilityById(decide(known.toReversed(), question()))
        for (const [id, probability] of forward) expect(backward.get(id)).toBeCloseTo(probability, 12)
      }),
    )
  })

  test('does not change when all money is scaled', () => {
    const scaled = (past: Past): Past => ({
      ...past,
      promptUsd: past.promptUsd * 10,
      completionUsd: past.completionUsd * 10,
    })
    fc.assert(
      fc.property(fleets, (list) => {
        const before = decide(fleetOf(list), question({ preferences: { objective: { usdPerSecond: 1e-4 } } }))
        const after = decide(
          fleetOf(list.map(scaled)),
          question({
            preferences: { objective: { usdPerSecond: 1e-3 } },
            options: { ...rankingDefaults, failureUsd: rankingDefaults.failureUsd * 10 },
          }),
        )
        expect(planIds(after)).toEqual(planIds(before))
        for (const [i, probability] of before.probabilities.entries())
          expect(after.probabilities[i]).toBeCloseTo(probability, 9)
      }),
    )
  })

  test('ignores speed when waiting is worth nothing', () => {
    fc.assert(
      fc.property(fleets, (list) => {
        const slower = list.map((past) => ({
          ...past,
          ttftMs: past.ttftMs * 3,
          msPerToken: past.msPerToken * 3,
        }))
        const before = probabilityById(
          decide(fleetOf(list), question({ preferences: { objective: 'cheapest' } })),
        )
        const after = probabilityById(
          decide(fleetOf(slower), question({ preferences: { objective: 'cheapest' } })),
        )
        for (const [id, probability] of before) expect(after.get(id)).toBeCloseTo(probability, 12)
      }),
    )
  })

  test('follows the probabilities: 20,000 draws agree by chi-square', () => {
    const known = fleetOf([steady, { ...steady, promptUsd: 0.52 }, { ...steady, promptUsd: 0.6 }])
    const ids = known.map((one) => one.endpoint.id)
    const draws = 20_000
    const counts = new Map<string, number>()
    for (let i = 0; i < draws; i += 1) {
      const first = planIds(decide(known, question({ random: () => (i + 0.5) / draws })))[0] ?? ''
      counts.set(first, (counts.get(first) ?? 0) + 1)
    }

    const expected = probabilityById(decide(known, question()))

    const chiSquare = ids.reduce((sum, id) => {
      const mean = draws * (expected.get(id) ?? 0)
      return sum + ((counts.get(id) ?? 0) - mean) ** 2 / mean
    }, 0)
    expect(chiSquare).toBeLessThan(13.8)
  })
})

describe('the index', () => {
  test('never rises when a failure turns into a success', () => {
    fc.assert(
      fc.property(pasts, fc.nat(), (past, pick) => {
        fc.pre(past.outcomes.some((outcome) => outcome !== 'success'))
        const failed = past.outcomes.flatMap((outcome, i) => (outcome === 'success' ? [] : [i]))
        const mended = { ...past, outcomes: past.outcomes.with(failed[pick % failed.length] ?? 0, 'success') }
        const ofParts = (one: Past): number => {
          const parts = decide(fleetOf([past]), question()).ranked[0]?.parts
          const rates = decide(fleetOf([one]), question()).ranked[0]?.parts
          if (parts === undefined || rates === undefined) throw new Error('unreachable')
          return indexUsd({ ...parts, success: rates.success, early: rates.early, late: rates.late })
        }
        expect(ofParts(mended)).toBeLessThanOrEqual(ofParts(past) + 1e-15)
      }),
    )
  })

  test('counts a broken answer as the answer and the penalty, so that breaking off is never the better end', () => {
    fc.assert(
      fc.property(fleets, (list) => {
        for (const { parts } of decide(fleetOf(list), question()).ranked) {
          expect(parts.lateFailureUsd).toBeCloseTo(parts.answerUsd + rankingDefaults.failureUsd, 15)
        }
      }),
    )
  })

  test('recomputes from the parts that the decision shows', () => {
    fc.assert(
      fc.property(fleets, (list) => {
        for (const scored of decide(fleetOf(list), question()).ranked) {
          expect(indexUsd(scored.parts)).toBeCloseTo(scored.indexUsd, 12)
        }
      }),
    )
  })
})

describe('the plan', () => {
  test('holds every endpoint that can serve now exactly once, whatever the draw', () => {
    fc.assert(
      fc.property(fleets, draws, (list, draw) => {
        const decision = decide(fleetOf(list), question({ random: () => draw }))
        expect(planIds(decision).toSorted()).toEqual(
          decision.ranked.map((one) => one.known.endpoint.id).toSorted(),
        )
      }),
    )
  })

  test('is the same whenever state and draw are the same', () => {
    fc.assert(
      fc.property(fleets, draws, (list, draw) => {
        const once = planIds(decide(fleetOf(list), question({ random: () => draw })))
        expect(planIds(decide(fleetOf(list), question({ random: () => draw })))).toEqual(once)
      }),
    )
  })

  test('follows an explicit order to the letter, then the index, and takes no random number', () => {
    const known = fleetOf([steady, { ...steady, promptUsd: 0.1 }, { ...steady, promptUsd: 9 }])

    const decision = decide(
      known,
      question({ preferences: { order: ['provider-2', 'nobody', 'provider-0'] }, random: noRandom }),
    )

    expect(planIds(decision)).toEqual([
      'provider-2:author/model',
      'provider-0:author/model',
      'provider-1:author/model',
    ])
    expect(probabilityById(decision).get('provider-2:author/model')).toBe(1)
  })

  test('sorts by price, latency or throughput when told, and takes no random number', () => {
    const known = fleetOf([
      { ...steady, promptUsd: 0.1, ttftMs: 3_000, msPerToken: 30 },
      { ...steady, promptUsd: 4, ttftMs: 100, msPerToken: 20 },
      { ...steady, promptUsd: 3, ttftMs: 900, msPerToken: 2 },
    ])
    const firstBy = (sort: 'price' | 'latency' | 'throughput'): string | undefined =>
      planIds(decide(known, question({ preferences: { sort }, random: noRandom })))[0]

    expect([firstBy('price'), firstBy('latency'), firstBy('throughput')]).toEqual([
      'provider-0:author/model',
      'provider-1:author/model',
      'provider-2:author/model',
    ])
  })

  test('has one endpoint when fallbacks are off', () => {
    expect(
      decide(fleetOf([steady, steady]), question({ preferences: { allowFallbacks: false } })).plan,
    ).toHaveLength(1)
  })

  test('has all attempts when fallbacks are off and the caller fixed the order', () => {
    const preferences = { order: ['provider-1', 'provider-0'], allowFallbacks: false }
    const decision = decide(fleetOf([steady, steady, steady]), question({ preferences }))

    expect(planIds(decision)).toEqual(['provider-1:author/model', 'provider-0:author/model'])
    expect(decision.maxAttempts).toBe(3)
    expect(decide(fleetOf([steady]), question({ preferences: { allowFallbacks: false } })).maxAttempts).toBe(
      1,
    )
  })

  test('says that a failover needs a quarter of the time in which a first token is expected', () => {
    const { plan, ranked } = decide(fleetOf([steady]), question())

    expect(plan.map((planned) => planned.usefulMs)).toEqual(ranked.map((scored) => scored.ttftMs / 4))
  })

  test('leaves out an endpoint whose minute holds the prompt but not the answer too', () => {
    const narrow = (tokensPerMinute: number): readonly string[] => {
      const signals = new EndpointSignals({ limits: { tokensPerMinute } })
      return planIds(decide([{ ...knownEndpoint('narrow', steady), signals }], question()))
    }

    expect(narrow(1_199)).toEqual([])
    expect(narrow(1_200)).toEqual(['narrow:author/model'])
  })

  test('leaves out a gated endpoint and says until when', () => {
    const gated = knownEndpoint('gated', steady)
    gated.signals.gate.closeUntil(nowMs + 7_000)

    const decision = decide([gated, knownEndpoint('free', steady)], question())

    expect(planIds(decision)).toEqual(['free:author/model'])
    expect(decision.unavailable).toMatchObject([{ reason: 'rate-gate', retryAtMs: nowMs + 7_000 }])
    expect(decision.standby).toMatchObject([{ retryAtMs: nowMs + 7_000 }])
  })

  test('leaves out an endpoint whose breaker is open', () => {
    const decision = decide(
      [knownEndpoint('open', { ...steady, breaker: 'open' }), knownEndpoint('free', steady)],
      question(),
    )

    expect(planIds(decision)).toEqual(['free:author/model'])
  })

  test('ignores breakers when all are open, with two attempts at most', () => {
    const open = { ...steady, breaker: 'open' } as const

    const decision = decide(fleetOf([open, open, open]), question())

    expect(decision).toMatchObject({ panic: true, maxAttempts: 2 })
    expect(decision.plan).toHaveLength(3)
  })

  test('tries a half-open endpoint first when another can take over, and last when the caller fixed the order', () => {
    const probing = knownEndpoint('probing', { ...steady, promptUsd: 9, breaker: 'half-open' })
    const free = knownEndpoint('free', steady)

    expect(planIds(decide([free, probing], question({ random: noRandom })))[0]).toBe('probing:author/model')
    expect(planIds(decide([free, probing], question({ preferences: { order: ['free'] } })))[0]).toBe(
      'free:author/model',
    )
  })

  test('never holds an endpoint that is held, and says why', () => {
    const held = knownEndpoint('held', steady)
    held.signals.hold.place('key rejected: 401', nowMs - 1_000)

    const decision = decide([held, knownEndpoint('free', steady)], question())

    expect(planIds(decision)).toEqual(['free:author/model'])
    expect(decision.exclusions).toMatchObject([{ endpoint: 'held:author/model', rule: 'hold' }])
  })
})
