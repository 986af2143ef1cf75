import { describe, expect, test } from 'vitest'
import { estimatePromptTokens } from '@nextbest/core'
import { drawTraffic } from '../../../src/simulator/world/traffic.ts'
import type { TrafficChanges, TrafficClass, WorldRequest } from '../../../src/simulator/world/traffic.ts'
import { chatRequestOf } from '../../../src/simulator/world/world-request.ts'

/** Long enough that the rarest pauses come often. */
const durationMs = 60_000_000
const requests = drawTraffic({ seed: 1, durationMs })

/**
 * Statistics of the Azure 2023 trace, and by how much the drawn traffic may differ, as a share. Dispersion: variance of counts of 1 s or
 * 60 s by their mean; busy: the 99th percentile of counts of 10 s by their mean. 60 s of one hour say little, so they may differ more.
 */
const recorded: Readonly<
  Record<TrafficClass, Readonly<Record<string, readonly [value: number, within: number]>>>
> = {
  chat: {
    perSecond: [5.53, 0.03],
    gapVariation: [1.09, 0.05],
    dispersion1: [1.4, 0.06],
    dispersion60: [18, 0.2],
    emptySeconds: [0.011, 0.2],
    busyTenSeconds: [1.6, 0.07],
  },
  code: {
    perSecond: [2.57, 0.06],
    gapVariation: [13.2, 0.1],
    dispersion1: [13, 0.15],
    dispersion60: [162, 0.2],
    emptySeconds: [0.734, 0.04],
    busyTenSeconds: [6.2, 0.15],
  },
}

const sizes = {
  chat: { promptTokens: [181, 1_020, 2_735, 4_142, 1_155], outputTokens: [41, 129, 424, 601, 211] },
  code: { promptTokens: [75, 1_469, 5_194, 7_436, 2_048], outputTokens: [6, 13, 55, 252, 28] },
} as const

describe.each(['chat', 'code'] as const)('drawn %s traffic', (name) => {
  const own = requests.filter((request) => request.class === name)

  test.each(Object.entries(recorded[name]))('has the recorded %s', (figure, [value, within]) => {
    const drawn = arrivalStatistics(own)[figure] ?? Number.NaN
    expect(Math.abs(drawn / value - 1)).toBeLessThan(within)
  })

  test.each(['promptTokens', 'outputTokens'] as const)(
    'has the recorded quantiles and mean of %s',
    (size) => {
      const values = own.map((request) => request[size]).toSorted((one, other) => one - other)
      const [p5, p50, p90, p99, mean] = sizes[name][size]
      const at = (q: number): number => values[Math.floor(q * values.length)] ?? 0
      for (const [q, value] of [
        [0.05, p5],
        [0.5, p50],
        [0.9, p90],
        [0.99, p99],
      ] as const) {
        expect(Math.abs(at(q) - value), `quantile ${q}`).toBeLessThan(Math.max(2, 0.03 * value))
      }
      expect(Math.abs(meanOf(values) / mean - 1)).toBeLessThan(0.02)
    },
  )
})

describe('traffic', () => {
  test('is the same for the same seed, and another for another', () => {
    const draw = (seed: number) => drawTraffic({ seed, durationMs: 60_000 })
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  test('comes in the order of arrival, and ends with the time asked for', () => {
    const instants = requests.map(({ arrivesAtMs }) => arrivesAtMs)
    expect(instants).toEqual(instants.toSorted((one, other) => one - other))
    expect(instants.at(-1)).toBeLessThan(durationMs)
  })

  test('has the same chat, and code requests in the same bursts at five times the pace, when asked to', () => {
    const drawn = (changes: TrafficChanges, name: TrafficClass) =>
      drawTraffic({ seed: 3, durationMs: 1_000_000, changes }).filter((one) => one.class === name)
    expect(drawn({ codeRate: 5 }, 'chat')).toEqual(drawn({}, 'chat'))
    const usual = drawn({}, 'code')
    const faster = drawn({ codeRate: 5 }, 'code').slice(0, usual.length)
    expect(faster).toEqual(
      usual.map((one) => ({ ...one, arrivesAtMs: expect.closeTo(one.arrivesAtMs / 5, 6) })),
    )
  })

  test('has conversations whose turns begin with all that was said before', () => {
    const sessions = { share: 0.4, prefixTokens: 10_000, open: 5, turns: 4 }
    const drawn = drawTraffic({ seed: 2, durationMs: 400_000, changes: { sessions } })
    const turns = Map.groupBy(
      drawn.filter(({ session }) => session !== undefined),
      ({ session }) => session?.id,
    )
    expect(turns.size).toBeGreaterThan(50)
    for (const turnsOfOne of turns.values()) {
      expect(turnsOfOne.length).toBeLessThanOrEqual(4)
      turnsOfOne.reduce((saidTokens, { session, promptTokens, outputTokens }) => {
        expect(session?.prefixTokens).toBe(saidTokens)
        return promptTokens + outputTokens
      }, 10_000)
    }
  })

  test('is estimated by a router at exactly its tokens', () => {
    for (const [number, request] of requests.slice(0, 500).entries()) {
      expect(estimatePromptTokens(chatRequestOf(request, number)).tokens).toBe(request.promptTokens)
    }
  })
})

function arrivalStatistics(own: readonly WorldRequest[]): Readonly<Record<string, number>> {
  const gaps = own.slice(1).map((request, i) => request.arrivesAtMs - (own[i]?.arrivesAtMs ?? 0))
  const [perSecond, perTen, perMinute] = [1, 10, 60].map((seconds) => countsOf(own, seconds * 1_000))
  const busiest = (perTen ?? []).toSorted((one, other) => one - other)
  return {
    perSecond: 1_000 / meanOf(gaps),
    gapVariation: Math.sqrt(varianceOf(gaps)) / meanOf(gaps),
    dispersion1: varianceOf(perSecond ?? []) / meanOf(perSecond ?? []),
    dispersion60: varianceOf(perMinute ?? []) / meanOf(perMinute ?? []),
    emptySeconds: (perSecond ?? []).filter((count) => count === 0).length / (perSecond?.length ?? 1),
    busyTenSeconds: (busiest[Math.floor(0.99 * busiest.length)] ?? 0) / meanOf(busiest),
  }
}

function countsOf(own: readonly WorldRequest[], widthMs: number): number[] {
  const counts = Array.from({ length: Math.floor(durationMs / widthMs) }, () => 0)
  for (const { arrivesAtMs } of own) {
    const place = Math.floor(arrivesAtMs / widthMs)
    if (place < counts.length) counts[place] = (counts[place] ?? 0) + 1
  }
  return counts
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
