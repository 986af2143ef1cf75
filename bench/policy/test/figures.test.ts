import { describe, expect, test } from 'vitest'

import { faultResponse } from '../fault-response.ts'
import { lossUsd, objectives } from '../objective.ts'
import { RunLog } from '../run-log.ts'
import { estimate, percentilesOf } from '../statistics.ts'
import { scaleOf, ticksOf } from '../svg.ts'
import { createWorld, scenarios } from '../testkit.ts'
import type { AttemptRecord } from '../testkit.ts'

describe('figures', () => {
  test('are percentiles by nearest rank, of numbers only', () => {
    expect(percentilesOf([3, Number.NaN, 1, 2])).toEqual({ p50: 2, p95: 3, p99: 3 })
    expect(percentilesOf([]).p50).toBeNaN()
  })

  test('of three seeds come with Student’s interval, of one without', () => {
    expect(estimate([1, 2, 3])).toEqual({ mean: 2, halfWidth: expect.closeTo(4.303 / Math.sqrt(3), 6) })
    expect(estimate([5])).toEqual({ mean: 5, halfWidth: 0 })
  })

  test('price a request by its money, its seconds and its failure', () => {
    const [balanced, fastest] = objectives
    const end = { usd: 0.001, durationMs: 2_000, answered: false }
    expect(balanced && lossUsd(end, balanced)).toBeCloseTo(0.001 + 0.0002 + 0.01)
    expect(fastest && lossUsd({ ...end, answered: true }, fastest)).toBeCloseTo(0.001 + 0.02)
  })

  test('tell when a fault was noticed and when the provider came back', () => {
    const scenario = scenarios.find(({ name }) => name === 'hard-outage')
    if (scenario === undefined) throw new Error('there is no outage')
    const [objective] = objectives
    if (objective === undefined) throw new Error('there is no objective')
    const log = new RunLog({
      scenario,
      objective,
      seed: 1,
      contender: { name: 'x', create: () => undefined },
    })
    log.begin(createWorld({ ...scenario, seed: 1 }))
    const attempt = (second: number, provider: string, result: AttemptRecord['result']): AttemptRecord => ({
      request: second,
      provider,
      startedAtMs: second * 1_000,
      endedAtMs: second * 1_000 + 500,
      result,
      billedUsd: 0,
    })
    const first = Array.from({ length: 3_000 }, (_, second) => {
      const away = second >= 920 && second < 1_850
      const down = second >= 900 && second < 1_800
      if (away || second % 2 === 0) return attempt(second, 'p1', 'answer')
      return attempt(second, 'p0', down ? 'error' : 'answer')
    })
    for (const one of first) log.attemptOver(one)
    expect(faultResponse(log, first)).toMatchObject({
      detectMs: 30_000,
      recoverMs: 60_000,
      failedBeforeEjection: 10,
    })
  })
})

describe('charts', () => {
  test('have round ticks within their range', () => {
    expect(ticksOf([0, 58], 6)).toEqual([0, 10, 20, 30, 40, 50])
    expect(ticksOf([0.13, 0.47], 4).map((tick) => tick.toFixed(1))).toEqual(['0.2', '0.3', '0.4'])
  })

  test('put a range’s ends at the ends', () => {
    const scale = scaleOf([10, 20], [300, 100])
    expect([10, 15, 20].map(scale)).toEqual([300, 200, 100])
  })
})
