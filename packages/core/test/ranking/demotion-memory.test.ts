import { describe, expect, test } from 'vitest'
import { decide } from '../../src/ranking/decide.ts'
import type { DecisionQuestion } from '../../src/ranking/decide.ts'
import { DemotionMemory } from '../../src/ranking/demotion-memory.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { fleetOf, nowMs, question, steady } from './fleet.ts'

/** Four endpoints that are alike but for a share of the first one's JSON answers, which nobody can read. */
function fleetWithInvalid(share: number): readonly KnownEndpoint[] {
  const fleet = fleetOf([steady, steady, steady, steady]).map(({ endpoint, ...known }) => {
    const capabilities = { ...endpoint.capabilities, parameters: new Set(['response_format']) }
    return { ...known, endpoint: { ...endpoint, capabilities } }
  })
  fleet.forEach(({ signals }, i) => {
    for (let answer = 0; answer < 200; answer += 1)
      signals.quality.record(i > 0 || answer >= share * 200, nowMs - 1_000)
  })
  return fleet
}

const first = (fleet: readonly KnownEndpoint[]): KnownEndpoint => fleet[0] ?? expect.unreachable()

function askingForJson(overrides: Partial<DecisionQuestion> = {}): DecisionQuestion {
  const asked = question(overrides)
  return { ...asked, demand: { ...asked.demand, parameters: ['response_format'] } }
}

describe('demotion', () => {
  test('ranks an endpoint whose JSON is far less often valid than its peers’ last, says why, and excludes nothing', () => {
    const fleet = fleetWithInvalid(0.3)
    const decision = decide(fleet, askingForJson({ demotions: new DemotionMemory() }))
    const last = decision.ranked.at(-1)

    expect(last?.known).toBe(first(fleet))
    expect(last).toMatchObject({ tier: 2, demotion: expect.stringContaining('JSON answers are valid') })
    expect(decision.ranked).toHaveLength(4)
    expect(decision.plan).toHaveLength(4)
    expect(decision.probabilities.at(-1)).toBeGreaterThan(0)
    expect(decision.probabilities.at(-1)).toBeLessThanOrEqual(question().options.explorationRate)
  })

  test('for JSON never concerns a call that asks for prose', () => {
    const decision = decide(fleetWithInvalid(0.3), question({ demotions: new DemotionMemory() }))

    expect(decision.ranked.map((one) => one.tier)).toEqual([0, 0, 0, 0])
  })

  test('by a preferred speed holds for that call alone', () => {
    const fleet = fleetWithInvalid(0)
    for (const { signals } of fleet) {
      for (let attempt = 0; attempt < 40; attempt += 1) {
        signals.attemptStarted(nowMs - 2_000)
        const report = { promptTokens: 1_000, outputTokens: 101, ttftMs: 400, durationMs: 1_400 }
        signals.attemptEnded({ outcome: 'success', weight: 1, ...report }, nowMs - 1_000)
      }
    }
    const demotions = new DemotionMemory()
    const wishing = decide(fleet, question({ demotions, preferences: { preferredMinThroughput: 1_000 } }))
    const other = decide(fleet, question({ demotions }))

    expect(wishing.ranked.map((one) => one.tier)).toEqual([2, 2, 2, 2])
    expect(wishing.ranked[0]?.demotion).toContain('is below the preferred 1000')
    expect(other.ranked.map((one) => one.tier)).toEqual([0, 0, 0, 0])
  })

  test('by a preferred latency alone concerns a call that asks for prose', () => {
    const preferences = { preferredMaxLatency: 0.001 }
    const decision = decide(fleetOf([steady]), question({ demotions: new DemotionMemory(), preferences }))

    expect(decision.ranked).toMatchObject([
      { tier: 1, demotion: 'too few recent answers to know its latency' },
    ])
  })

  test('is nobody’s where all endpoints do as well', () => {
    expect(new DemotionMemory().of(fleetWithInvalid(0), askingForJson())).toBeUndefined()
  })

  test('by quality never rests on evidence of a later instant', () => {
    const fleet = fleetWithInvalid(0.3)
    const demotions = new DemotionMemory()
    const tierAt = (atMs: number): number | undefined =>
      demotions.of(fleet, askingForJson({ nowMs: atMs }))?.get(first(fleet))?.tier

    expect(tierAt(nowMs)).toBe(2)
    for (let answer = 0; answer < 10_000; answer += 1) first(fleet).signals.quality.record(true, nowMs)
    expect(tierAt(nowMs)).toBe(2)
    expect(tierAt(nowMs - 1)).toBeUndefined()
  })

  test('by quality is worked out at most once a second', () => {
    const fleet = fleetWithInvalid(0)
    const demotions = new DemotionMemory()
    const tierAt = (atMs: number): number | undefined =>
      demotions.of(fleet, askingForJson({ nowMs: atMs }))?.get(first(fleet))?.tier

    expect(tierAt(nowMs)).toBeUndefined()
    for (let answer = 0; answer < 200; answer += 1) first(fleet).signals.quality.record(false, nowMs + 1)
    expect(tierAt(nowMs + 999)).toBeUndefined()
    expect(tierAt(nowMs + 1_000)).toBe(2)
  })
})
