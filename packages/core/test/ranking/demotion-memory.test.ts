import { describe, expect, test } from 'vitest'
import { decide } from '../../src/ranking/decide.ts'
import { DemotionMemory } from '../../src/ranking/demotion-memory.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { fleetOf, nowMs, question, steady } from './fleet.ts'

const hourMs = 3_600_000

/** Four endpoints that are alike; the first tokens of the first have become slow: `ttftMs` instead of 400. */
function fleetWithSlow(ttftMs: number): readonly KnownEndpoint[] {
  const fleet = fleetOf([steady, steady, steady, steady])
  fleet.forEach(({ signals }, i) => {
    for (let attempt = 0; attempt < 240; attempt += 1) {
      const isLate = attempt >= 200
      const report = { promptTokens: 1_000, outputTokens: 101, ttftMs: isLate && i === 0 ? ttftMs : 400 }
      signals.attemptStarted(nowMs)
      signals.attemptEnded(
        { outcome: 'success', weight: 1, ...report, durationMs: report.ttftMs + 1_000 },
        isLate ? nowMs : nowMs - hourMs,
      )
    }
  })
  return fleet
}

const first = (fleet: readonly KnownEndpoint[]): KnownEndpoint => fleet[0] ?? expect.unreachable()

describe('demotion', () => {
  test('ranks an endpoint whose first tokens have become slow last, says why, and excludes nothing', () => {
    const fleet = fleetWithSlow(4_000)
    const decision = decide(fleet, { ...question(), demotions: new DemotionMemory() })
    const last = decision.ranked.at(-1)

    expect(last?.known).toBe(first(fleet))
    expect(last).toMatchObject({
      tier: 2,
      demotion: expect.stringMatching(
        /^a tenth of its first tokens take over \d+ ms, its usual median is \d+ ms$/,
      ),
    })
    expect(decision.ranked).toHaveLength(4)
    expect(decision.plan).toHaveLength(4)
    expect(decision.probabilities.at(-1)).toBeGreaterThan(0)
    expect(decision.probabilities.at(-1)).toBeLessThanOrEqual(question().options.explorationRate)
  })

  test('by speed never happens to callers for whom waiting costs nothing', () => {
    const fleet = fleetWithSlow(4_000)
    const preferences = { objective: 'cheapest' } as const
    const decision = decide(fleet, { ...question(), preferences, demotions: new DemotionMemory() })

    expect(decision.ranked.map((one) => one.tier)).toEqual([0, 0, 0, 0])
  })

  test('by a preferred speed holds for that call alone', () => {
    const fleet = fleetWithSlow(400)
    const demotions = new DemotionMemory()
    const preferences = { preferredMinThroughput: 1_000 }
    const wishing = decide(fleet, { ...question(), preferences, demotions })
    const other = decide(fleet, { ...question(), demotions })

    expect(wishing.ranked.map((one) => one.tier)).toEqual([2, 2, 2, 2])
    expect(wishing.ranked[0]?.demotion).toContain('is below the preferred 1000')
    expect(other.ranked.map((one) => one.tier)).toEqual([0, 0, 0, 0])
  })

  test('is worked out at most once a second for calls of one kind', () => {
    const fleet = fleetWithSlow(400)
    const demotions = new DemotionMemory()
    const tierAt = (atMs: number): number | undefined =>
      demotions.of(fleet, { ...question(), nowMs: atMs })?.get(first(fleet))?.tier

    expect(tierAt(nowMs)).toBeUndefined()
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const { signals } = first(fleet)
      signals.attemptStarted(nowMs)
      const report = { promptTokens: 1_000, outputTokens: 101, ttftMs: 9_000, durationMs: 10_000 }
      signals.attemptEnded({ outcome: 'success', weight: 1, ...report }, nowMs + 1)
    }
    expect(tierAt(nowMs + 999)).toBeUndefined()
    expect(tierAt(nowMs + 1_000)).toBe(2)
  })
})
